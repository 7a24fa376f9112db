import Foundation
import Glibc
import TestSupport
import Testing

extension LabTests {
  /// More than one block, and ends of all kinds.
  @Suite struct Life {
    private static func start(_ lab: Lab, _ arguments: [String]) throws -> Child {
      try Child([Tool.tare(), "snapshot", "--format", "json"] + arguments, Lab.environment())
    }

    private static func docker(_ lab: Lab, _ arguments: String...) throws {
      let child = try Child(["docker", "-H", lab.docker] + arguments, Lab.environment())
      #expect(try child.end(within: .seconds(30)) == 0, "\(child.complaints)")
    }

    /// The first of the lines to come for which this holds.
    private static func next(_ child: Child, where isWanted: (Snapshot) -> Bool) throws -> Snapshot {
      var seen = child.lines.count
      let found = try until(within: .seconds(30)) { () -> Snapshot? in
        let text = child.text
        // The last line may be incomplete.
        let lines = text[..<(text.lastIndex(of: "\n") ?? text.startIndex)].split(separator: "\n")
        for line in lines.dropFirst(seen) {
          seen += 1
          let snapshot = try Snapshot(line)
          if isWanted(snapshot) { return snapshot }
        }
        return nil
      }
      return try #require(found, "no such line: \(child.lines.count) lines, \(child.complaints)")
    }

    @Test func `a container that stops leaves, and comes back as a new one`() throws {
      let lab = try Lab.with("docker")
      let id = try lab.rowID("lab-passing")
      let child = try Self.start(lab, ["--count", "0", "--interval", "300ms"])
      defer { child.signal(SIGKILL) }
      let first = try #require(try Self.next(child) { $0[id] != nil }[id])
      try Self.docker(lab, "stop", "-t", "0", "lab-passing")
      let without = try Self.next(child) { $0[id] == nil }
      #expect(try without[lab.rowID("lab-idle")] != nil)
      let restarted = realtime()
      try Self.docker(lab, "start", "lab-passing")
      let snapshot = try Self.next(child) { $0[id] != nil }
      let second = try #require(snapshot[id])
      #expect(second.name == "lab-passing")
      #expect(second.mainPid != first.mainPid)
      #expect(try nanoseconds(#require(second.startedAt)) >= restarted - 20_000_000)
      #expect(try nanoseconds(#require(first.startedAt)) < restarted)
      // A rate of the new one must not be reckoned from the old one's counters.
      let later = try #require(try Self.next(child) { ($0[id]?.cpu["usage_percent"] ?? nil) != nil }[id])
      #expect(try later.number("cpu.usage_percent") >= 0)
      child.signal(SIGINT)
      #expect(try child.end(within: .seconds(10)) == 0)
      #expect(child.complaints.isEmpty, "\(child.complaints)")
    }

    @Test func `containers of crun and LXC that end leave`() throws {
      _ = try Lab.with("crun", "lxc")
      let keeper = try Keeper(Lab.newFolder(), ["crun", "lxc"])
      let lines = Result { try keeper.ready() }
      let ids = ((try? lines.get()) ?? []).filter { $0[0] == "container" }.map { "\(Lab.runtime($0[1])):\($0[2])" }
      let child = try Child(
        [Tool.tare(), "snapshot", "--format", "json", "--count", "0", "--interval", "300ms"], Lab.environment())
      defer { child.signal(SIGKILL) }
      let first = Result { try Self.next(child) { snapshot in ids.allSatisfy { snapshot[$0] != nil } } }
      try keeper.end()
      #expect(ids.count == 2)
      _ = try first.get()
      _ = try Self.next(child) { snapshot in ids.allSatisfy { snapshot[$0] == nil } }
    }

    @Test func `a count is so many lines, in their order`() throws {
      let lab = try Lab.with()
      let run = try lab.tare(["snapshot", "--format", "json", "--count", "3", "--interval", "200ms"])
      #expect(run.code == 0)
      let lines = try run.output.split(separator: "\n").map { try Snapshot($0) }
      #expect(lines.count == 3)
      #expect(lines.allSatisfy { $0.schema == "tare.snapshot/1" })
      let times = try lines.map { try nanoseconds($0.takenAt) }
      #expect(times == times.sorted() && Set(times).count == 3)
      for (line, (earlier, later)) in zip(lines.dropFirst(), zip(times, times.dropFirst())) {
        #expect(abs(line.intervalSeconds - Double(later - earlier) / 1e9) < 0.01)
      }
    }

    @Test func `a reader that goes away is no error`() throws {
      let lab = try Lab.with()
      let script = "set -o pipefail; \"$0\" snapshot --format json --count 0 --interval 100ms | head -n 1"
      let child = try Child(["bash", "-c", script, Tool.tare()], Lab.environment())
      #expect(try child.end(within: .seconds(30)) == 0)
      #expect(child.lines.count == 1)
      #expect(child.complaints.isEmpty, "\(child.complaints)")
      _ = lab
    }

    @Test(arguments: [SIGINT, SIGTERM]) func `a signal ends what goes on for ever, with 0`(number: Int32) throws {
      let lab = try Lab.with()
      let child = try Self.start(lab, ["--count", "0", "--interval", "200ms"])
      _ = try Self.next(child) { _ in true }
      child.signal(number)
      #expect(try child.end(within: .seconds(10)) == 0)
      #expect(child.text.last == "\n")
      #expect(child.complaints.isEmpty, "\(child.complaints)")
    }

    @Test func `a signal before the first block says so`() throws {
      let lab = try Lab.with()
      let child = try Self.start(lab, ["--interval", "30s"])
      usleep(500_000)
      child.signal(SIGINT)
      #expect(try child.end(within: .seconds(10)) == 130)
      #expect(child.text.isEmpty)
    }
  }
}
