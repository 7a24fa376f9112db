import TareModel
import TestSupport
import Testing

@testable import KernelStats

/// Lines of `/proc/self/mountinfo` as they were on a machine with Linux 6.18 and Docker 20.10, identifiers shortened.
struct CgroupMountTests {
  private func layout(_ lines: String...) throws -> CgroupLayout {
    try CgroupLayout(mountinfo: Array((lines.joined(separator: "\n") + "\n").utf8).span)
  }

  private func membership(_ text: String) throws -> CgroupMembership { try CgroupMembership(Array(text.utf8).span) }

  @Test func `a mount that shows one group has that group's files at its point`() throws {
    let layout = try layout("418 414 0:32 /docker/5381 /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory")
    #expect(layout.place("/docker/5381", "memory") == .folder("/sys/fs/cgroup/memory"))
    #expect(layout.place("/docker/5381/init", "memory") == .folder("/sys/fs/cgroup/memory/init"))
    #expect(layout.place("/docker/e0e5", "memory") == .missing(.outsideMount))
    #expect(layout.place("/docker/53812", "memory") == .missing(.outsideMount))
    #expect(layout.place("/", "memory") == .missing(.outsideMount))
    #expect(layout.place("/docker/5381", "io") == .missing(.noController))
  }

  @Test func `of several mounts the one that shows the most is taken, wherever it stands`() throws {
    let own = "118 114 0:32 /docker/7039 /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory"
    let host = "131 127 0:32 / /host/cgroup/memory rw - cgroup cgroup rw,memory"
    for lines in [[own, host], [host, own]] {
      let layout = try CgroupLayout(mountinfo: Array((lines.joined(separator: "\n") + "\n").utf8).span)
      #expect(layout.controllers["memory"] == "/host/cgroup/memory")
      #expect(layout.place("/docker/e0e5", "memory") == .folder("/host/cgroup/memory/docker/e0e5"))
      #expect(layout.place("/docker/7039", "memory") == .folder("/host/cgroup/memory/docker/7039"))
    }
  }

  @Test func `from a cgroup namespace nothing is opened above a mount point`() throws {
    var layout = try layout(
      "124 120 0:32 /../.. /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory",
      "130 120 0:38 /../.. /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw")
    // The first process of the host, and what lies beside the engine's groups.
    #expect(layout.place("/../..", "memory") == .folder("/sys/fs/cgroup/memory"))
    #expect(layout.place("/../../lab", "memory") == .folder("/sys/fs/cgroup/memory/lab"))
    // The name of the engine's group is not written.
    #expect(layout.place("/../e0e5", "memory") == .missing(.cgroupNamespace))
    #expect(layout.place("/../../../x", "") == .missing(.cgroupNamespace))
    layout.learn(namespaceRoot: "/docker/67f3", "memory")
    let known = layout.absolute(try membership("4:memory:/../e0e5\n0::/../e0e5\n"))
    #expect(known.controllers["memory"] == "/docker/e0e5" && known.unified == "/../e0e5")
    #expect(layout.place("/docker/e0e5", "memory") == .folder("/sys/fs/cgroup/memory/docker/e0e5"))
    #expect(layout.absolute(try membership("4:memory:/\n")).controllers["memory"] == "/docker/67f3")
    #expect(layout.absolute(try membership("4:memory:/../..\n")).controllers["memory"] == "/")
    #expect(layout.absolute(try membership("4:memory:/../../../a\n")).controllers["memory"] == "/../a")
  }

  @Test func `without the host's mounts a namespace shows its own groups alone`() throws {
    let layout = try layout("118 114 0:32 / /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory")
    #expect(layout.place("/../e0e5", "memory") == .missing(.cgroupNamespace))
    #expect(layout.place("/../..", "memory") == .missing(.cgroupNamespace))
    #expect(layout.place("/", "memory") == .folder("/sys/fs/cgroup/memory"))
  }

  @Test func `a mount under another one is not there`() throws {
    // Something is mounted over the folder of all hierarchies, then over one mount point.
    let first = try layout(
      "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw",
      "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory",
      "90 31 0:99 / /sys/fs/cgroup rw - tmpfs tmpfs rw", "95 90 0:33 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids")
    #expect(first.controllers == ["pids": "/sys/fs/cgroup/pids"])
    let second = try layout(
      "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw", "40 30 0:99 / /sys/fs/cgroup rw - tmpfs tmpfs rw",
      "41 23 0:26 / /mnt rw - cgroup2 cgroup2 rw")
    #expect(second.unified == "/mnt")
    // The same hierarchy once more over itself is the one that is seen.
    let third = try layout(
      "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw", "40 30 0:26 /a /sys/fs/cgroup rw - cgroup2 cgroup2 rw")
    #expect(third.place("/a/b", "") == .folder("/sys/fs/cgroup/b") && third.place("/c", "") == .missing(.outsideMount))
  }

  @Test func `where something else lies over a group another mount is taken`() throws {
    let layout = try layout(
      "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw", "40 30 0:99 / /sys/fs/cgroup/docker rw - tmpfs tmpfs rw",
      "41 23 0:26 /docker /mnt rw - cgroup2 cgroup2 rw")
    #expect(layout.place("/docker/a", "") == .folder("/mnt/a"))
    #expect(layout.place("/lab", "") == .folder("/sys/fs/cgroup/lab"))
  }

  @Test(
    arguments: [
      "/a//b", "/a/", "//", "/a/../b", "/a/..", "/./a", "/..a/..", "a", "/" + String(repeating: "a", count: 4096),
    ]
  )
  func `a path that the kernel does not write is none`(path: String) {
    #expect(throws: FormatError.self) { try membership("0::\(path)\n") }
  }

  @Test(arguments: ["/", "/a", "/..", "/../..", "/../a", "/../../a/b", "/...", "/..a", "/a/...", "/a:b/c d"])
  func `a path is written as it was read`(path: String) throws {
    #expect(try membership("0::\(path)\n").unified == path)
    #expect(CgroupPath(path).text == path)
  }

  @Test func `a hierarchy's own root has no limits, the top of a part may have`() throws {
    let whole = try layout("30 23 0:26 / /c rw - cgroup2 cgroup2 rw")
    #expect(whole.way(up: "/a/b", "") == (["/c/a/b", "/c/a"], nil))
    let part = try layout("30 23 0:26 /a /c rw - cgroup2 cgroup2 rw")
    #expect(part.way(up: "/a/b", "") == (["/c/b", "/c"], .outsideMount))
    #expect(part.parent("/c/b") == "/c" && part.parent("/c") == nil)
    var namespace = try layout("30 23 0:26 / /c rw - cgroup2 cgroup2 rw")
    namespace.isInNamespace = true
    #expect(namespace.way(up: "/b", "") == (["/c/b", "/c"], .cgroupNamespace))
    namespace.learn(isTop: true, "")
    #expect(namespace.way(up: "/b", "") == (["/c/b"], nil))
  }

  @Test func `a /run on which nothing is mounted is a container's own`() throws {
    #expect(try layout("30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw").hasPlainRun)
    #expect(try !layout("30 23 0:26 / /run rw - tmpfs tmpfs rw").hasPlainRun)
    #expect(try !layout("30 23 0:26 /runc /run/runc rw - tmpfs tmpfs rw").hasPlainRun)
    #expect(try layout("30 23 0:26 / /runs rw - tmpfs tmpfs rw").hasPlainRun)
    // A capture has the mounts of cgroups alone.
    let host = try FakeHost()
    #expect(try CgroupLayout(host.root()).hidden(host.root()) == nil)
  }

  // MARK: Hosts

  /// A container with tare in it, and web1 beside it, on cgroup v1 with the processes of the host.
  private func host(_ lines: [String], own: String, web: String, first: String) throws -> FakeHost {
    let host = try FakeHost(.v1)
    try host.file("/proc/self/mountinfo", lines.joined(separator: "\n") + "\n")
    try host.file("/proc/self/stat", "67 (tare) R 1 67 67 0\n")
    try host.file("/proc/self/cgroup", "4:memory:\(own)\n")
    try host.file("/proc/1/cgroup", "4:memory:\(first)\n")
    try host.process(200, cgroup: "4:memory:\(web)\n")
    return host
  }

  @Test func `the root of tare's namespace is found where tare's own process is`() throws {
    let host = try host(
      ["124 120 0:32 /../.. /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory"], own: "/", web: "/../e0e5",
      first: "/../..")
    try host.folder.link("/proc/self/ns/cgroup", to: "cgroup:[4026532250]")
    for (group, pids) in [
      ("", "1\n"), ("/docker", ""), ("/docker/e0e5", "200\n"), ("/docker/67f3", "66\n67\n"), ("/lab/x", "670\n"),
    ] {
      try host.file("/sys/fs/cgroup/memory\(group)/cgroup.procs", pids)
    }
    try host.file("/sys/fs/cgroup/memory/release_agent", "\n")
    let layout = try CgroupLayout(host.root())
    #expect(layout.isInNamespace && layout.namespaceRoots == ["memory": "/docker/67f3"])
    let table = try ProcessRegister(host.root(), layout).update(.all)
    let paths = [1, 200].compactMap { table[$0].map { table.cgroups(of: $0).controllers["memory"] } }
    #expect(paths == ["/", "/docker/e0e5"])
    #expect(layout.way(up: "/docker/e0e5", "memory").unseen == nil)
  }

  @Test func `where tare does not find itself, groups keep their names and have no folder`() throws {
    let host = try host(
      ["124 120 0:32 /../.. /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory"], own: "/", web: "/../e0e5",
      first: "/../..")
    try host.folder.link("/proc/self/ns/cgroup", to: "cgroup:[4026532250]")
    try host.file("/sys/fs/cgroup/memory/docker/e0e5/cgroup.procs", "200\n")
    let layout = try CgroupLayout(host.root())
    #expect(layout.namespaceRoots.isEmpty)
    let own = OwnCgroups(whole: try membership("4:memory:/../e0e5\n"))
    #expect(own.place("memory", layout) == .missing(.cgroupNamespace))
    var sample = makeSample([(makeWorkload("a"), 1, [:])])
    var buffer = [UInt8](repeating: 0, count: 64)
    let reader = CgroupReader(try host.root(), CgroupPlan(layout), own, DescriptorBudget(0))
    _ = reader.read(into: &sample, row: 0, buffer: &buffer, refreshing: true)
    #expect(sample[0, .memoryCurrent] == .missing(.cgroupNamespace))
    #expect(sample[0, .memoryLimit] == .missing(.cgroupNamespace))
  }

  @Test func `how many groups are seen is known before they are called fine`() throws {
    let part = try host(
      ["118 114 0:32 /docker/7039 /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory"], own: "/docker/7039",
      web: "/docker/e0e5", first: "/")
    try part.process(201, cgroup: "4:memory:/docker/7039\n")
    var sight = CgroupSight(try part.root(), try CgroupLayout(part.root()))
    #expect(sight.seen == 1 && sight.hidden == 2)
    #expect(sight.error?.reason == .notReported)
    try part.file("/sys/fs/cgroup/memory/memory.stat", "cache 1\n")
    sight = CgroupSight(try part.root(), try CgroupLayout(part.root()))
    #expect(sight.error == nil)
  }
}
