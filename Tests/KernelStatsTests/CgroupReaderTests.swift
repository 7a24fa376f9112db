import TareModel
import TestSupport
import Testing

@testable import KernelStats

struct CgroupReaderTests {
  private func layout(_ root: KernelRoot) throws -> CgroupLayout {
    var bytes = [UInt8](repeating: 0, count: 65536)
    let count = try root.read("/proc/self/mountinfo", into: &bytes)
    return try CgroupLayout(mountinfo: bytes.span.extracting(first: count))
  }

  /// Readings of a group, all of them, as a replay.
  private func read(_ host: FakeHost, _ path: String) throws -> Sample {
    let root = try host.root()
    let layout = try layout(root)
    let separate = host.mode == .v2 ? "" : FakeHost.v1Controllers.map { "1:\($0):\(path)\n" }.joined()
    let text = separate + (host.mode == .v1 ? "" : "0::\(path)\n")
    let membership = try CgroupMembership(Array(text.utf8).span)
    let reader = CgroupReader(root, CgroupPlan(layout), OwnCgroups(whole: membership), DescriptorBudget(0))
    var sample = makeSample([(makeWorkload("a"), 1, [:])])
    var buffer = [UInt8](repeating: 0, count: 64)
    #expect(reader.read(into: &sample, row: 0, buffer: &buffer, refreshing: true))
    return sample
  }

  private var usage: Usage {
    var usage = Usage(cpu: 5_000_000)
    usage.periods = 20
    usage.throttledPeriods = 7
    usage.throttled = 1234
    usage.quota = 150_000
    usage.memoryLimit = 100 << 20
    usage.taskLimit = 77
    return usage
  }

  @Test(arguments: FakeHost.Mode.allCases)
  func `a group is read the same in every version of cgroups`(mode: FakeHost.Mode) throws {
    let host = try FakeHost(mode)
    try host.cgroup("/a/b", usage)
    let sample = try read(host, "/a/b")
    #expect(sample[0, .cpuUsage] == .value(5_000_000_000))
    #expect(sample[0, .cpuUser] == .value(700_000_000))
    #expect(sample[0, .cpuSystem] == .value(300_000_000))
    #expect(sample[0, .cpuPeriods] == .value(20))
    #expect(sample[0, .cpuThrottledPeriods] == .value(7))
    #expect(sample[0, .cpuThrottled] == .value(1_234_000))
    #expect(sample[0, .cpuLimit] == .value(1_500_000))
    #expect(sample[0, .memoryCurrent] == .value(50 << 20))
    #expect(sample[0, .memoryInactiveFile] == .value(10 << 20))
    #expect(sample[0, .memoryAnon] == .value(30_000_000))
    #expect(sample[0, .memoryFile] == .value(20_000_000))
    #expect(sample[0, .memoryKernel] == .value(1_000_000))
    #expect(sample[0, .memoryLimit] == .value(100 << 20))
    #expect(sample[0, .memoryOomKills] == .value(1))
    #expect(sample[0, .ioRead] == .value(1_000_000))
    #expect(sample[0, .ioWritten] == .value(2_000_000))
    #expect(sample[0, .processCount] == .value(3))
    #expect(sample[0, .processLimit] == .value(77))
    #expect(sample[0, .pressureCpuSome] == (mode == .v1 ? .missing(.noPressure) : .value(1000)))
    #expect(sample[0, .pressureMemoryFull] == (mode == .v1 ? .missing(.noPressure) : .value(500)))
  }

  @Test(arguments: FakeHost.Mode.allCases)
  func `limits that are not set are unlimited`(mode: FakeHost.Mode) throws {
    let host = try FakeHost(mode)
    try host.cgroup("/a", Usage())
    let sample = try read(host, "/a")
    #expect(sample[0, .cpuLimit] == .unlimited)
    #expect(sample[0, .memoryLimit] == .unlimited)
    #expect(sample[0, .processLimit] == .unlimited)
  }

  @Test(arguments: [FakeHost.Mode.v2, .v1])
  func `the smallest limit on the path binds, the group's own or a parent's`(mode: FakeHost.Mode) throws {
    let host = try FakeHost(mode)
    var (top, middle, own) = (Usage(), Usage(), Usage())
    (top.quota, middle.quota, own.quota) = (400_000, 50_000, nil)
    (top.taskLimit, middle.taskLimit, own.taskLimit) = (nil, 500, 20)
    (top.memoryLimit, middle.memoryLimit, own.memoryLimit) = (64 << 20, nil, 128 << 20)
    try host.cgroup("/pod", top)
    try host.cgroup("/pod/middle", middle)
    try host.cgroup("/pod/middle/own", own)
    let sample = try read(host, "/pod/middle/own")
    #expect(sample[0, .cpuLimit] == .value(500_000))
    #expect(sample[0, .processLimit] == .value(20))
    if mode == .v2 { #expect(sample[0, .memoryLimit] == .value(64 << 20)) }
  }

  @Test func `the root's files set no limit`() throws {
    let host = try FakeHost(.v2)
    try host.file("/sys/fs/cgroup/pids.max", "1\n")
    try host.cgroup("/a", Usage())
    #expect(try read(host, "/a")[0, .processLimit] == .unlimited)
  }

  @Test func `a parent whose name begins with a combining mark binds too`() throws {
    let host = try FakeHost(.v2)
    var parent = Usage()
    parent.taskLimit = 9
    try host.cgroup("/\u{301}x", parent)
    try host.cgroup("/\u{301}x/own", Usage())
    #expect(try read(host, "/\u{301}x/own")[0, .processLimit] == .value(9))
  }

  @Test func `a controller that is not enabled is missing and the others are read`() throws {
    let host = try FakeHost(.v2)
    try host.cgroup("/a", Usage())
    for name in [
      "memory.current", "memory.stat", "memory.max", "memory.events", "memory.swap.current", "memory.swap.max",
      "memory.zswap.current", "pids.current", "pids.max",
    ] {
      try host.folder.remove("/sys/fs/cgroup/a/\(name)")
    }
    let sample = try read(host, "/a")
    #expect(sample[0, .memoryCurrent] == .missing(.noController))
    #expect(sample[0, .memoryLimit] == .missing(.noController))
    #expect(sample[0, .processCount] == .missing(.noController))
    #expect(sample[0, .cpuUsage].number != nil)
  }

  @Test func `pressure that is switched off is missing`() throws {
    let host = try FakeHost(.v2)
    try host.cgroup("/a", Usage())
    host.fail("/sys/fs/cgroup/a/cpu.pressure", 95)
    #expect(try read(host, "/a")[0, .pressureCpuSome] == .missing(.noPressure))
  }

  @Test func `what may not be read says so`() throws {
    let host = try FakeHost(.v2)
    try host.cgroup("/a", Usage())
    host.fail("/sys/fs/cgroup/a/memory.current", 13)
    host.fail("/sys/fs/cgroup/a/memory.max", 13)
    let sample = try read(host, "/a")
    #expect(sample[0, .memoryCurrent] == .missing(.noPermission))
    #expect(sample[0, .memoryLimit] == .missing(.noPermission))
  }

  @Test func `a malformed file takes its own figures away and is reported`() throws {
    let host = try FakeHost(.v2)
    try host.cgroup("/a", Usage())
    try host.file("/sys/fs/cgroup/a/memory.current", "x\n")
    try host.file("/sys/fs/cgroup/a/cpu.max", "\n")
    let sample = try read(host, "/a")
    #expect(sample[0, .memoryCurrent] == .missing(.malformed))
    #expect(sample[0, .cpuLimit] == .missing(.malformed))
    #expect(sample[0, .cpuUsage].number != nil)
    #expect(
      sample.problems.map(\.message) == [
        "/sys/fs/cgroup/a/memory.current:1: expected a number, found 'x'"
      ])
  }

  @Test func `a kernel without a key in its memory file is too old for it`() throws {
    let host = try FakeHost(.v2)
    try host.cgroup("/a", Usage())
    try host.file("/sys/fs/cgroup/a/memory.stat", "anon 1\nfile 2\ninactive_file 3\n")
    #expect(try read(host, "/a")[0, .memoryKernel] == .missing(.kernelTooOld))
  }

  @Test func `in a controller where it has no group of its own it shares one`() throws {
    let host = try FakeHost(.hybrid)
    try host.cgroup("/a", Usage())
    let root = try host.root()
    let layout = try layout(root)
    let own = OwnCgroups(whole: try CgroupMembership(Array("4:memory:/a\n2:cpuacct:/\n0::/\n".utf8).span))
    let reader = CgroupReader(root, CgroupPlan(layout), own, DescriptorBudget(0))
    var sample = makeSample([(makeWorkload("a"), 1, [:])])
    var buffer = [UInt8](repeating: 0, count: 64)
    #expect(reader.read(into: &sample, row: 0, buffer: &buffer, refreshing: true))
    #expect(sample[0, .cpuUsage] == .missing(.sharedCgroup))
    #expect(sample[0, .cpuLimit] == .missing(.sharedCgroup))
    #expect(sample[0, .pressureCpuSome] == .missing(.sharedCgroup))
    #expect(sample[0, .memoryCurrent].number != nil)
  }

  @Test func `a group that is gone has ended`() throws {
    let host = try FakeHost(.v2)
    try host.cgroup("/a", Usage())
    let root = try host.root()
    let reader = CgroupReader(
      root, CgroupPlan(try layout(root)), OwnCgroups(whole: try CgroupMembership(Array("0::/a\n".utf8).span)),
      DescriptorBudget(0))
    var sample = makeSample([(makeWorkload("a"), 1, [:])])
    var buffer = [UInt8](repeating: 0, count: 64)
    #expect(reader.read(into: &sample, row: 0, buffer: &buffer, refreshing: true))
    try host.folder.remove("/sys/fs/cgroup/a")
    #expect(!reader.read(into: &sample, row: 0, buffer: &buffer, refreshing: false))
    for metric in [Metric.cpuUsage, .memoryCurrent, .processCount, .ioRead, .pressureCpuSome] {
      #expect(sample[0, metric] == .missing(.ended), "\(metric)")
    }
  }

  @Test(arguments: FakeHost.Mode.allCases)
  func `figures are the same whether files are held open, in part or not at all`(mode: FakeHost.Mode) throws {
    let host = try FakeHost(mode)
    try host.cgroup("/a", usage)
    // The live machine, whose hierarchies are folders of the test.
    let mounts = mode == .v2 ? ["unified"] : FakeHost.v1Controllers + (mode == .hybrid ? ["unified"] : [])
    let lines = mounts.map { controller in
      let kind = controller == "unified" ? "cgroup2 cgroup2 rw" : "cgroup cgroup rw,\(controller)"
      return "30 23 0:26 / \(host.folder.path)\(host.mount(controller)) rw - \(kind)\n"
    }
    let layout = try CgroupLayout(mountinfo: Array(lines.joined().utf8).span)
    let membership = mounts.map { $0 == "unified" ? "0::/a\n" : "1:\($0):/a\n" }.joined()
    let own = OwnCgroups(whole: try CgroupMembership(Array(membership.utf8).span))
    let rows = [0, 1, 3, 1000].map { count in
      let reader = CgroupReader(KernelRoot(), CgroupPlan(layout), own, DescriptorBudget(count))
      var sample = makeSample([(makeWorkload("a"), 1, [:])])
      var buffer = [UInt8](repeating: 0, count: 16)
      #expect(reader.read(into: &sample, row: 0, buffer: &buffer, refreshing: true))
      #expect(reader.read(into: &sample, row: 0, buffer: &buffer, refreshing: false))
      return sample.readings
    }
    #expect(rows.allSatisfy { $0 == rows[0] })
    #expect(rows[0][Metric.cpuUsage.index] == .value(5_000_000_000))
  }

  @Test func `descriptors are given back when a group is let go of`() throws {
    let host = try FakeHost(.v2)
    try host.cgroup("/a", usage)
    let layout = try CgroupLayout(
      mountinfo: Array("30 23 0:26 / \(host.folder.path)/sys/fs/cgroup rw - cgroup2 cgroup2 rw\n".utf8).span)
    let own = OwnCgroups(whole: try CgroupMembership(Array("0::/a\n".utf8).span))
    let budget = DescriptorBudget(5)
    for _ in 0..<3 { _ = CgroupReader(KernelRoot(), CgroupPlan(layout), own, budget) }
    for _ in 0..<5 { #expect(budget.take()) }
    #expect(!budget.take())
  }

  @Test(arguments: FakeHost.Mode.allCases)
  func `a CPU set is a limit of as many cores`(mode: FakeHost.Mode) throws {
    let host = try FakeHost(mode)
    try host.cgroup("/a/b", Usage())
    try host.file("/sys/devices/system/cpu/online", "0-3\n")
    #expect(try read(host, "/a/b")[0, .cpuLimit] == .unlimited)
    let v2 = mode == .v2
    // In v2 a group without the controller has the set of the one above.
    try host.file("\(host.mount("cpuset"))/a\(v2 ? "/cpuset.cpus.effective" : "/b/cpuset.effective_cpus")", "0,2-3\n")
    #expect(try read(host, "/a/b")[0, .cpuLimit] == .value(3_000_000))
    var usage = Usage()
    usage.quota = 150_000
    try host.cgroup("/a/b", usage)
    #expect(try read(host, "/a/b")[0, .cpuLimit] == .value(1_500_000))
    usage.quota = 500_000
    try host.cgroup("/a/b", usage)
    #expect(try read(host, "/a/b")[0, .cpuLimit] == .value(3_000_000))
  }

  @Test(arguments: FakeHost.Mode.allCases)
  func `a file that this kernel lacks is not a controller that is not there`(mode: FakeHost.Mode) throws {
    let host = try FakeHost(mode)
    try host.cgroup("/a", Usage())
    let old = mode == .v2 ? "memory.events" : "blkio.throttle.io_service_bytes_recursive"
    let metric: Metric = mode == .v2 ? .memoryOomKills : .ioRead
    try host.folder.remove("\(host.mount(mode == .v2 ? "" : "blkio"))/a/\(old)")
    #expect(try read(host, "/a")[0, metric] == .missing(.kernelTooOld))
  }
}
