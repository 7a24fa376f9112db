/// What a fake cgroup counts.
public struct Usage: Sendable {
  /// Microseconds.
  public var cpu: UInt64 = 1_000_000
  public var user: UInt64 = 700_000
  public var system: UInt64 = 300_000
  public var periods: UInt64 = 0
  public var throttledPeriods: UInt64 = 0
  /// Microseconds.
  public var throttled: UInt64 = 0
  /// Bytes.
  public var memory: UInt64 = 50 << 20
  public var inactiveFile: UInt64 = 10 << 20
  public var tasks: UInt64 = 3
  /// Bytes.
  public var read: UInt64 = 1_000_000
  public var written: UInt64 = 2_000_000
  /// Microseconds.
  public var stalled: UInt64 = 1000
  /// Microseconds in a period of 100,000; nil for none.
  public var quota: UInt64?
  /// Bytes; nil for none.
  public var memoryLimit: UInt64?
  public var taskLimit: UInt64?
  /// Bytes; nil where the kernel does not count swap.
  public var swap: UInt64? = 0
  /// Bytes of swap alone; nil for none.
  public var swapLimit: UInt64?
  public var reads: UInt64 = 1
  public var writes: UInt64 = 1

  public init(cpu: UInt64 = 1_000_000) { self.cpu = cpu }
}

extension FakeHost {
  /// A cgroup with the files of this machine's version of cgroups, in all hierarchies.
  public func cgroup(_ path: String, _ usage: Usage = Usage(), at instant: Int = 0) throws {
    if mode != .v1 { try unified(mount("unified") + path, usage, at: instant) }
    if mode != .v2 { try separate(path, usage, at: instant) }
  }

  /// The group and all its files are gone at this instant.
  public func endCgroup(_ path: String, at instant: Int) {
    let names = [
      "cpu.stat", "cpu.max", "memory.current", "memory.stat", "memory.max", "memory.events", "io.stat", "pids.current",
      "pids.max", "cpu.pressure", "memory.pressure", "io.pressure", "cpuacct.usage", "cpuacct.stat",
      "cpu.cfs_quota_us", "cpu.cfs_period_us", "memory.usage_in_bytes", "memory.kmem.usage_in_bytes",
      "memory.oom_control", "blkio.throttle.io_service_bytes_recursive", "blkio.throttle.io_serviced_recursive",
      "memory.swap.current", "memory.swap.max", "memory.zswap.current",
    ]
    for point in Set((Self.v1Controllers + ["unified"]).map(mount)) {
      for name in names { fail("\(point)\(path)/\(name)", 2, at: instant) }
    }
  }

  private func unified(_ folder: String, _ usage: Usage, at instant: Int) throws {
    for resource in ["cpu", "memory", "io"] {
      try file(
        "\(folder)/\(resource).pressure", Self.pressure(some: usage.stalled, full: usage.stalled / 2), at: instant)
    }
    var cpu = "usage_usec \(usage.cpu)\nuser_usec \(usage.user)\nsystem_usec \(usage.system)\n"
    guard mode == .v2 else { return try file("\(folder)/cpu.stat", cpu, at: instant) }
    cpu += "nr_periods \(usage.periods)\nnr_throttled \(usage.throttledPeriods)\nthrottled_usec \(usage.throttled)\n"
    try file("\(folder)/cpu.stat", cpu, at: instant)
    try file("\(folder)/cpu.max", "\(usage.quota.map { String($0) } ?? "max") 100000\n", at: instant)
    try file("\(folder)/memory.current", "\(usage.memory)\n", at: instant)
    try file(
      "\(folder)/memory.stat",
      "anon 30000000\nfile 20000000\nkernel 1000000\nsec_pagetables 40960\ninactive_file \(usage.inactiveFile)\n",
      at: instant)
    try file("\(folder)/memory.max", limit(usage.memoryLimit), at: instant)
    try file("\(folder)/memory.events", "low 0\nhigh 0\nmax 2\noom 1\noom_kill 1\n", at: instant)
    try file(
      "\(folder)/io.stat",
      "8:0 rbytes=\(usage.read) wbytes=\(usage.written) rios=\(usage.reads) wios=\(usage.writes)\n",
      at: instant)
    if let swap = usage.swap {
      try file("\(folder)/memory.swap.current", "\(swap)\n", at: instant)
      try file("\(folder)/memory.swap.max", limit(usage.swapLimit), at: instant)
      try file("\(folder)/memory.zswap.current", "\(swap / 4)\n", at: instant)
    }
    try file("\(folder)/pids.current", "\(usage.tasks)\n", at: instant)
    try file("\(folder)/pids.max", limit(usage.taskLimit), at: instant)
  }

  private func separate(_ path: String, _ usage: Usage, at instant: Int) throws {
    func write(_ controller: String, _ name: String, _ text: String) throws {
      try file("\(mount(controller))\(path)/\(name)", text, at: instant)
    }
    try write("cpuacct", "cpuacct.usage", "\(usage.cpu * 1000)\n")
    try write("cpuacct", "cpuacct.stat", "user \(usage.user / 10_000)\nsystem \(usage.system / 10_000)\n")
    try write(
      "cpu", "cpu.stat",
      "nr_periods \(usage.periods)\nnr_throttled \(usage.throttledPeriods)\nthrottled_time \(usage.throttled * 1000)\n")
    try write("cpu", "cpu.cfs_quota_us", "\(usage.quota.map { String($0) } ?? "-1")\n")
    try write("cpu", "cpu.cfs_period_us", "100000\n")
    try write("memory", "memory.usage_in_bytes", "\(usage.memory)\n")
    try write("memory", "memory.kmem.usage_in_bytes", "1000000\n")
    let none: UInt64 = 9_223_372_036_854_771_712
    let both = usage.swapLimit.map { (usage.memoryLimit ?? 0) + $0 } ?? none
    let swap = usage.swap.map { "hierarchical_memsw_limit \(both)\nswap 1\ntotal_swap \($0)\n" } ?? ""
    try write(
      "memory", "memory.stat",
      "cache 1\nrss 1\ninactive_file 1\nhierarchical_memory_limit \(usage.memoryLimit ?? none)\n" + swap
        + "total_cache 20000000\ntotal_rss 30000000\ntotal_inactive_file \(usage.inactiveFile)\n")
    try write("memory", "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n")
    try write(
      "blkio", "blkio.throttle.io_service_bytes_recursive",
      "8:0 Read \(usage.read)\n8:0 Write \(usage.written)\n8:0 Sync 5\n8:0 Total 9\nTotal 9\n")
    try write(
      "blkio", "blkio.throttle.io_serviced_recursive",
      "8:0 Read \(usage.reads)\n8:0 Write \(usage.writes)\n8:0 Total 9\nTotal 9\n")
    try write("pids", "pids.current", "\(usage.tasks)\n")
    try write("pids", "pids.max", limit(usage.taskLimit))
  }

  private func limit(_ value: UInt64?) -> String { "\(value.map { String($0) } ?? "max")\n" }
}
