import TareModel
import TestSupport
import Testing

@testable import KernelStats

struct CgroupTests {
  private func layout(_ lines: String...) throws -> CgroupLayout {
    try CgroupLayout(mountinfo: Array((lines.joined(separator: "\n") + "\n").utf8).span)
  }

  private func membership(_ text: String) throws -> CgroupMembership { try CgroupMembership(Array(text.utf8).span) }

  @Test func `a hybrid layout has both`() throws {
    let layout = try CgroupLayout(mountinfo: Array(Captured.mountinfo.utf8).span)
    #expect(layout.mode == .hybrid)
    #expect(layout.unified == "/sys/fs/cgroup/unified")
    #expect(layout.controllers["cpu"] == "/sys/fs/cgroup/cpu,cpuacct")
    #expect(layout.controllers["cpuacct"] == "/sys/fs/cgroup/cpu,cpuacct")
    #expect(layout.controllers["name=systemd"] == "/sys/fs/cgroup/systemd")
    #expect(layout.controllers["rw"] == nil)
  }

  @Test func `the mode is what is mounted`() throws {
    #expect(try layout("30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw").mode == .v2)
    #expect(try layout("30 23 0:26 / /c/memory rw - cgroup cgroup rw,memory").mode == .v1)
    #expect(try layout("30 23 0:26 / /proc rw - proc proc rw").mode == nil)
  }

  @Test func `escapes in a mount point are undone`() throws {
    let layout = try layout(#"30 23 0:26 / /a\040b\134c\011d\012e rw - cgroup2 cgroup2 rw"#)
    #expect(layout.unified == "/a b\\c\td\ne")
    #expect(try self.layout(#"30 23 0:26 / /a\9\0 rw - cgroup2 cgroup2 rw"#).unified == #"/a\9\0"#)
  }

  @Test func `the first mount of a hierarchy counts`() throws {
    let layout = try layout(
      "30 23 0:26 / /first rw - cgroup2 cgroup2 rw", "31 23 0:26 / /second rw - cgroup2 cgroup2 rw")
    #expect(layout.unified == "/first")
  }

  @Test func `a mount without a source hides no hierarchy`() throws {
    let layout = try layout(
      "29 23 0:25 / /mnt rw,relatime - tmpfs  rw", "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw")
    #expect(layout.unified == "/sys/fs/cgroup")
  }

  @Test func `a line that is no mount names itself`() throws {
    let error = #expect(throws: FormatError.self) { try layout("30 23 0:26 / /a rw - cgroup2 cgroup2 rw", "nonsense") }
    #expect(error?.line == 2)
  }

  @Test func `a path may contain colons and the mark of a removed group is no part of it`() throws {
    let membership = try membership(Captured.cgroupHybrid)
    #expect(membership.controllers["memory"] == "/a/path:with:colons")
    #expect(membership.controllers["cpu"] == "/x")
    #expect(membership.controllers["cpuacct"] == "/x")
    #expect(membership.unified == "/system.slice/foo.service")
    #expect(membership.controllers["name=systemd"] == "/")
    #expect(membership.leading == "/system.slice/foo.service")
  }

  @Test func `the leading path is the one that is not the root`() throws {
    #expect(try membership("0::/\n5:memory:/m\n").leading == "/m")
    #expect(try membership("0::/\n5:memory:/\n6:freezer:/f\n").leading == "/f")
    #expect(try membership("0::/\n").leading == "/")
    #expect(try membership("").leading == "/")
  }

  @Test func `a name that begins with a combining mark is a folder like any other`() throws {
    #expect(try membership("0::/\u{301}x/y\n").unified == "/\u{301}x/y")
    #expect(try membership("3:cpu:/\u{301}x\n").controllers["cpu"] == "/\u{301}x")
    let own = OwnCgroups(try membership("0::/a/mine/\u{301}x\n")) { $0 == "mine" }
    #expect(own.unified == "/a/mine")
  }

  @Test func `own cgroups are cut at the folder that is the workload's`() throws {
    let membership = try membership("0::/docker/me/init.scope\n3:cpu:/docker/me\n4:memory:/other\n5:pids:/\n")
    let own = OwnCgroups(membership) { $0 == "me" }
    #expect(own.unified == "/docker/me")
    #expect(own.controllers == ["cpu": "/docker/me"])
    let layout = try layout(
      "30 23 0:26 / /u rw - cgroup2 cgroup2 rw", "31 23 0:26 / /c rw - cgroup cgroup rw,cpu",
      "32 23 0:26 / /m rw - cgroup cgroup rw,memory")
    #expect(own.folder("", layout) == "/u/docker/me")
    #expect(own.folder("cpu", layout) == "/c/docker/me")
    #expect(own.folder("memory", layout) == nil)
    #expect(own.folder("io", layout) == "/u/docker/me")
    #expect(own.leading == "/docker/me")
  }

  @Test func `of whole cgroups the root is nobody's own`() throws {
    let own = OwnCgroups(whole: try membership("0::/\n3:cpu:/vm\n4:memory:/\n"))
    #expect(own.unified == nil)
    #expect(own.controllers == ["cpu": "/vm"])
  }

  @Test func `a nested engine's container is cut at the inner one`() throws {
    #expect(OwnCgroups(try membership("0::/docker/a/docker/b/x\n")) { $0 == "b" }.unified == "/docker/a/docker/b")
    #expect(OwnCgroups(try membership("0::/docker/a/docker/b/x\n")) { $0 == "a" }.unified == "/docker/a")
  }

  @Test(arguments: FakeHost.Mode.allCases)
  func `a plan has a place or a reason for every metric of a cgroup`(mode: FakeHost.Mode) throws {
    let host = try FakeHost(mode)
    var bytes = [UInt8](repeating: 0, count: 65536)
    let count = try host.root().read("/proc/self/mountinfo", into: &bytes)
    let plan = CgroupPlan(try CgroupLayout(mountinfo: bytes.span.extracting(first: count)))
    let placed = plan.files.flatMap(\.metrics)
    let wanted = Metric.catalogue.filter { $0.v1 != nil || $0.v2 != nil }.map(\.metric)
    #expect(Set(placed).isDisjoint(with: plan.unplaced.map(\.metric)))
    #expect(Set(placed + plan.unplaced.map(\.metric)) == Set(wanted))
    #expect(Set(placed).count == placed.count)
    let files = Set(plan.files.map { "\($0.controller)/\($0.name)" })
    #expect(files.contains(mode == .v2 ? "cpu/cpu.stat" : "cpuacct/cpuacct.usage"))
    #expect(files.contains("/memory.pressure") == (mode != .v1))
    #expect(files.contains("memory/memory.current") == (mode == .v2))
  }
}
