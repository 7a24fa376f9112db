import Foundation
import Glibc
import TestSupport
import Testing

extension LabTests {
  /// `tare demo`, which starts a container and a machine of its own.
  @Suite struct Demos {
    private static func start(_ seconds: Int) throws -> Child {
      try Child(
        [Tool.tare(), "demo", "--headless", "--accel", "tcg", "--seconds", "\(seconds)"], Lab.environment())
    }

    /// All that a demo starts has its folder in its arguments, or the container's id in its cgroup.
    private static func expectNothingLeft(_ demo: Child, _ location: SourceLocation = #_sourceLocation) throws {
      let folders = (try? FileManager.default.contentsOfDirectory(atPath: "/run/tare")) ?? []
      #expect(!folders.contains { $0.hasPrefix("lab-\(demo.pid)-") }, sourceLocation: location)
      let words = demo.complaints.split { $0 == " " || $0 == "\n" }
      let ids = words.filter { $0.hasPrefix("tare-web-") }.map(String.init)
      let left = try Debris.of("/run/tare/lab-\(demo.pid)-", ids: ids)
      #expect(left.isEmpty, sourceLocation: location)
    }

    @Test func `a demo shows a container and a machine, and leaves nothing`() throws {
      _ = try Lab.with("runc", "vm")
      let demo = try Self.start(2)
      #expect(try demo.end(within: .seconds(120)) == 0, "\(demo.complaints)")
      #expect(demo.lines.count { $0.hasPrefix("C ") && $0.contains("tare-web-") || $0.hasPrefix("C web ") } == 2)
      #expect(demo.lines.count { $0.hasPrefix("V web-vm ") && $0.contains("qemu/tcg") } == 2)
      try Self.expectNothingLeft(demo)
    }

    @Test func `interrupted while the machine starts, it leaves nothing`() throws {
      _ = try Lab.with("runc", "vm")
      let demo = try Self.start(30)
      // The container is up: now it is the machine's turn.
      let isUp = until(within: .seconds(60)) { demo.complaints.contains("ready after") ? true : nil }
      #expect(isUp == true, "\(demo.complaints)")
      usleep(300_000)
      demo.signal(SIGINT)
      #expect(try demo.end(within: .seconds(20)) == 130)
      #expect(demo.text.isEmpty)
      try Self.expectNothingLeft(demo)
    }

    @Test func `interrupted while it shows, it leaves nothing`() throws {
      _ = try Lab.with("runc", "vm")
      let demo = try Self.start(60)
      let isShowing = until(within: .seconds(120)) { demo.text.contains("web-vm") ? true : nil }
      #expect(isShowing == true, "\(demo.complaints)")
      demo.signal(SIGINT)
      #expect(try demo.end(within: .seconds(20)) == 0)
      try Self.expectNothingLeft(demo)
    }
  }

  /// The lab itself: what is killed is removed too.
  @Suite struct Removal {
    @Test func `a lab goes when the tests that keep it do`() throws {
      let lab = try Lab.with("runc", "paused")
      let keeper = try Keeper(Lab.newFolder(), ["runc", "paused"])
      let lines = try keeper.ready()
      #expect(lines.contains { $0.starts(with: ["container", "lab-runc"]) }, "\(lines)")
      #expect(lines.contains { $0.starts(with: ["machine", "lab-paused"]) }, "\(lines)")
      try keeper.end()
      #expect(try Debris.of(keeper.folder, ids: []).isEmpty)
      #expect(exists(lab.folder))
    }

    @Test func `what a lab leaves that was killed with its keeper goes at the next start`() throws {
      let lab = try Lab.with("runc", "podman", "paused")
      let keeper = try Keeper(Lab.newFolder(), ["runc", "podman", "paused"])
      let lines = try keeper.ready()
      let ids = lines.filter { $0[0] == "container" }.map { $0[2] }
      #expect(ids.count == 2)
      try keeper.kill()
      #expect(try !Debris.of(keeper.folder, ids: ids).isEmpty)
      try Lab.sweep()
      #expect(try Debris.of(keeper.folder, ids: ids).isEmpty)
      // A lab that lives is left alone.
      #expect(exists(lab.folder))
    }
  }
}
