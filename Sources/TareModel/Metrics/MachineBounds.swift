/// What this machine can do and hold at most: the one gate between what was read and every figure. A number beyond it is no
/// number: a counter that jumped or wrapped, or one below 0 that was printed without its sign.
public struct MachineBounds: Sendable, Hashable {
  /// CPUs that were online at one of the two samples, whichever had more; nil where nobody says.
  public var cpus: UInt64?
  /// Bytes of RAM at one of the two samples, whichever had more; nil where nobody says.
  public var memory: UInt64?

  public init(cpus: UInt64? = nil, memory: UInt64? = nil) { (self.cpus, self.memory) = (cpus, memory) }

  /// Whether a number can be what it is said to be, whatever was read before.
  public func admit(_ number: UInt64, as kind: Kind) -> Bool {
    guard number < Self.unsigned else { return false }
    switch kind {
    case .resident: return memory.map { number <= $0.saturating(plus: $0 / 8 + Self.charged) } ?? true
    case .tasks: return number <= Self.mostTasks
    case .vcpus: return number <= Self.mostVcpus
    case .cpuTime, .stall, .traffic, .count, .any: return true
    }
  }

  /// Whether a counter can have grown so much.
  /// - Parameter window: the longest time that can lie between the two reads, nanoseconds.
  public func admit(growth: UInt64, as kind: Kind, within window: UInt64) -> Bool {
    switch kind {
    case .cpuTime: return cpus.map { growth <= Self.cpuTime(window, $0) } ?? true
    // Microseconds, and less than the time itself but for the clocks' own error.
    case .stall: return growth / 1000 <= Self.withSlack(window) / 1_000_000
    case .traffic: return Double(growth) <= Self.mostBytes * Double(Self.withSlack(window)) / 1e9
    case .count: return growth <= UInt64(UInt32.max)
    case .resident, .tasks, .vcpus, .any: return true
    }
  }

  /// What all CPUs together can run in this time. The kernel brings counters up to date at ticks: a tenth more is let through.
  private static func cpuTime(_ window: UInt64, _ cpus: UInt64) -> UInt64 { withSlack(window).saturating(times: cpus) }
  private static func withSlack(_ window: UInt64) -> UInt64 { window.saturating(plus: window / 10 + 100_000_000) }

  /// From here on a number is one below 0 without its sign.
  private static let unsigned: UInt64 = 1 << 63
  /// A charge is made in batches, so it can be above what is really held: bytes.
  private static let charged: UInt64 = 64 << 20
  /// No machine has an exbibyte of RAM.
  static let mostMemory: UInt64 = 1 << 60
  /// PID_MAX_LIMIT of the kernel's threads.h.
  private static let mostTasks: UInt64 = 1 << 22
  private static let mostVcpus: UInt64 = 1 << 16
  /// No interface and no disk moves a tebibyte a second.
  private static let mostBytes = 1_099_511_627_776.0

  /// What a number is, as far as that bounds it.
  public enum Kind: Sendable, Hashable {
    /// Nanoseconds on CPUs: not more than all of them had.
    case cpuTime
    /// Microseconds in which something stood still: not more than passed.
    case stall
    /// Bytes in RAM: not more than there are.
    case resident
    /// Bytes moved.
    case traffic
    /// Events.
    case count
    case tasks
    case vcpus
    /// A limit, a size that was configured, a time that can be added at once.
    case any
  }
}

extension Metric {
  /// What bounds it.
  public var boundKind: MachineBounds.Kind {
    switch self {
    case .cpuUsage, .cpuUser, .cpuSystem, .cpuGuest, .cpuEmulator, .cpuHelpers, .cpuHelpersInside: .cpuTime
    case .pressureCpuSome, .pressureMemorySome, .pressureMemoryFull, .pressureIoSome: .stall
    case .memoryCurrent, .memoryInactiveFile, .memoryAnon, .memoryFile, .memoryKernel, .memoryResident,
      .memoryGuestResident, .memoryVmm, .memoryHelpers, .memoryHelpersInside, .memoryHelpersResident,
      .memoryHugetlb, .memoryZswap:
      .resident
    case .ioRead, .ioWritten, .networkReceived, .networkSent: .traffic
    case .cpuPeriods, .cpuThrottledPeriods, .memoryOomKills, .ioReads, .ioWrites: .count
    case .processCount: .tasks
    case .cpuCount: .vcpus
    // A swap file may be larger than RAM.
    case .memorySwap, .memorySwapLimit: .any
    // Throttled time is added when it ends, waiting time is a sum over threads: both can be above the time that passed.
    case .cpuThrottled, .cpuWait, .cpuLimit, .memoryLimit, .memoryConfigured, .memoryGuestUsed, .memoryKsmSaved,
      .memoryGuestTotal, .memoryGuestFree, .memoryBalloon, .processLimit:
      .any
    }
  }

  /// The metric that this is a part of, for a workload of this kind: never more than that, although the kernel counts the two by
  /// different clocks, or brings them up to date at different times.
  public func whole(_ kind: Workload.Kind) -> Metric? {
    switch self {
    case .cpuUser, .cpuSystem, .cpuGuest, .cpuEmulator: .cpuUsage
    // What a VMM maps is counted by page, its charge by cgroup.
    case .memoryAnon, .memoryFile, .memoryKernel: kind == .vm ? nil : .memoryCurrent
    default: nil
    }
  }
}

extension UInt64 {
  /// The product, or the largest number: one that is beyond 64 bits stays beyond every bound.
  public func saturating(times factor: UInt64) -> UInt64 {
    let (product, overflow) = multipliedReportingOverflow(by: factor)
    return overflow ? .max : product
  }

  /// The sum, or the largest number.
  public func saturating(plus other: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }

  /// Adds as ``saturating(plus:)`` does.
  public mutating func add(saturating other: UInt64) { self = saturating(plus: other) }
}
