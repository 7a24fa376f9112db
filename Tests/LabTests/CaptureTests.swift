import Foundation
import Glibc
import TestSupport
import Testing

extension LabTests {
  /// The lab copied into a folder, and that folder seen as a host.
  @Suite struct Captures {
    @Test func `a capture shows the same workloads and keeps no secret`() throws {
      let lab = try Lab.with()
      let folder = "\(lab.folder)/capture"
      let run = try lab.tare(["capture", folder, "--interval", "500ms"])
      #expect(run.code == 0, "\(run.errors)")
      let replayed = try lab.snapshot(["--root", folder])
      // An engine on a busy machine may take longer for its names than a snapshot waits for them.
      let live = try #require(
        try until(within: .seconds(60)) {
          let live = try lab.snapshot(["--interval", "500ms"])
          let isNamed = try lab.runningNames.allSatisfy { name in
            try live[lab.rowID(name)]?.reason("labels") == replayed[lab.rowID(name)]?.reason("labels")
          }
          return isNamed ? live : nil
        }, "the same names, live and from the capture")
      for name in lab.runningNames {
        let (one, other) = (try #require(live[lab.rowID(name)]), try #require(replayed[lab.rowID(name)], "\(name)"))
        #expect(one.name == other.name && one.kind == other.kind && one.runtime == other.runtime, "\(name)")
        #expect(one.image == other.image && one.parent == other.parent, "\(name)")
        #expect(one.mainPid == other.mainPid && one.cgroup == other.cgroup, "\(name)")
        // A capture does not keep when files were changed, which is all that tells of some starts.
        let reasons = [one, other].map {
          $0.unavailable.filter { !$0.key.hasPrefix("boot.") && !$0.key.hasPrefix("tare.boot.") }
        }
        #expect(reasons[0] == reasons[1], "\(name)")
        for field in [
          "cpu.limit_cores", "cpu.vcpus", "memory.limit_bytes", "memory.configured_bytes", "processes.limit",
        ] {
          let parts = field.split(separator: ".").map(String.init)
          let (before, after) = (value(one, parts), value(other, parts))
          #expect(before == after, "\(name) \(field)")
        }
        // A clock tick at most lies between two reckonings of a start.
        let starts = try [one, other].map { try nanoseconds(try #require($0.startedAt)) }
        #expect(abs(starts[0] - starts[1]) <= 20_000_000, "\(name)")
        for phases in [(one.boot.phases, other.boot.phases)] { #expect(phases.0.map(\.phase) == phases.1.map(\.phase)) }
      }
      if lab.containers["lab-busy"] != nil {
        #expect(try #require(replayed[lab.rowID("lab-busy")]).number("cpu.usage_percent") > 0)
      }
      try Self.checkSecrets(lab, folder)
    }

    private func value(_ row: Snapshot.Row, _ parts: [String]) -> Double? {
      (parts[0] == "cpu" ? row.cpu : parts[0] == "memory" ? row.memory : row.processes)[parts[1]] ?? nil
    }

    private static func checkSecrets(_ lab: Lab, _ folder: String) throws {
      // The secret is where it could be found: in the arguments of a machine, in the environment of a container.
      if let pid = lab.machines["lab-paused"] {
        let words = String(
          decoding: try #require(FileManager.default.contents(atPath: "/proc/\(pid)/cmdline")), as: UTF8.self)
        #expect(words.contains(Lab.secret))
      }
      if let container = lab.containers["lab-idle"] {
        let bytes = try #require(FileManager.default.contents(atPath: "/proc/\(container.pid)/environ"))
        #expect(String(decoding: bytes, as: UTF8.self).contains(Lab.secret))
      }
      let grep = try Child(["grep", "-rlaF", "--", Lab.secret, folder], Lab.environment())
      #expect(try grep.end(within: .seconds(30)) == 1, "the secret is in \(grep.text)")
      var status = stat()
      unsafe stat(folder, &status)
      #expect(status.st_mode & 0o7777 == 0o700)
    }

    @Test func `a capture goes into no folder that is there`() throws {
      let lab = try Lab.with()
      let run = try lab.tare(["capture", lab.folder])
      #expect(run.code == 1)
      #expect(run.errors.contains(lab.folder))
    }
  }
}
