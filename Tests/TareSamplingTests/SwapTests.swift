import KernelStats
import TareModel
import TestSupport
import Testing

@testable import TareSampling

/// What of a workload is in swap, and how many requests it has made of disks.
struct SwapTests {
  private func figure(_ name: String) throws -> Figure { try #require(Figure.named(name)) }

  private func frame(_ mode: FakeHost.Mode, _ usage: Usage, then later: Usage? = nil) throws -> Frame {
    let host = try FakeHost(mode)
    try host.runc("web", pid: 100)
    try host.cgroup("/web", usage)
    if let later { try host.cgroup("/web", later, at: 1) }
    return try host.frame()
  }

  @Test(arguments: FakeHost.Mode.allCases)
  func `swap and its limit are those of the group`(mode: FakeHost.Mode) throws {
    var usage = Usage()
    (usage.swap, usage.memoryLimit, usage.swapLimit) = (8 << 20, 64 << 20, 16 << 20)
    let frame = try frame(mode, usage)
    #expect(frame.value(try figure("memory.swap_bytes"), row: 0) == .integer(8 << 20))
    #expect(frame.value(try figure("memory.swap_limit_bytes"), row: 0) == .integer(16 << 20))
    // cgroup v1 never counted compressed swap.
    let zswap: FigureValue = mode == .v2 ? .integer(2 << 20) : .missing(.kernelTooOld)
    #expect(frame.value(try figure("memory.zswap_bytes"), row: 0) == zswap)
  }

  @Test(arguments: FakeHost.Mode.allCases)
  func `without a limit it is unlimited`(mode: FakeHost.Mode) throws {
    var usage = Usage()
    #expect(try frame(mode, usage).value(figure("memory.swap_limit_bytes"), row: 0) == .unlimited)
    usage.memoryLimit = 64 << 20
    #expect(try frame(mode, usage).value(figure("memory.swap_limit_bytes"), row: 0) == .unlimited)
    #expect(try frame(mode, usage).value(.memoryLimit, row: 0) == .integer(64 << 20))
  }

  /// Built without it, or started with swapaccount=0.
  @Test(arguments: FakeHost.Mode.allCases)
  func `a kernel that does not count swap is no missing controller`(mode: FakeHost.Mode) throws {
    let host = try FakeHost(mode)
    try host.runc("web", pid: 100)
    var usage = Usage()
    usage.swap = nil
    try host.cgroup("/web", usage)
    if mode == .v2 {
      for name in ["swap.current", "swap.max", "zswap.current"] {
        try host.folder.remove("/sys/fs/cgroup/web/memory.\(name)")
      }
    }
    let frame = try host.frame()
    for name in ["memory.swap_bytes", "memory.swap_limit_bytes", "memory.zswap_bytes"] {
      #expect(frame.value(try figure(name), row: 0) == .missing(.kernelTooOld), "\(name)")
    }
    #expect(frame.value(.memoryCurrent, row: 0) == .integer(50 << 20))
  }

  @Test(arguments: FakeHost.Mode.allCases)
  func `requests are counted beside bytes`(mode: FakeHost.Mode) throws {
    var (first, second) = (Usage(), Usage())
    (first.reads, first.writes) = (100, 1000)
    (second.reads, second.writes) = (107, 1500)
    let frame = try frame(mode, first, then: second)
    #expect(frame.value(try figure("io.reads_per_second"), row: 0) == .number(7))
    #expect(frame.value(try figure("io.writes_per_second"), row: 0) == .number(500))
    #expect(Metric.ioReads.carriedIndex != nil && Metric.memorySwap.carriedIndex == nil)
  }

  @Test func `a machine without a group of its own has the swap of its VMM, and nobody counts its requests`() throws {
    let host = try FakeHost()
    try host.qemu(700, ["-name", "lab", "-m", "512"], cgroup: "/")
    let status = "Name:\tqemu\nUid:\t0\t0\t0\t0\nVmSwap:\t    2048 kB\nRssAnon:\t 2000 kB\n"
    try host.file("/proc/700/status", status)
    let frame = try host.frame()
    #expect(frame.value(try figure("memory.swap_bytes"), row: 0) == .integer(2 << 20))
    #expect(frame.value(try figure("io.reads_per_second"), row: 0) == .missing(.sharedCgroup))
  }
}
