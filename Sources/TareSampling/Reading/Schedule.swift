/// What is due at a tick besides the counters that are read every time.
struct Schedule {
  struct Due {
    var discovery = false
    /// Files that change seldom: limits, OOM kills, thread names.
    var refresh = false
    /// What is dear: PSS.
    var share = false
  }

  /// A pass may have come too early to see all of what began.
  private var wantsDiscovery = true
  /// A row's workload is gone: that is shown at the next tick, whatever a pass costs.
  var somethingEnded = false
  /// Nanoseconds that the last pass took.
  var discoveryCost: UInt64 = 0
  /// A pass is put off until it is this many times its own length ago, so that a machine on which something starts all
  /// the time does not pay more than a fiftieth of a core for it; but not longer than this.
  private static let share: UInt64 = 50
  private static let longestDelay: UInt64 = 3_000_000_000
  private var lastPid: UInt64?
  private var lastDiscovery: UInt64?
  private var lastRefresh: UInt64 = 0
  private var lastShare: UInt64 = 0

  /// - Parameters:
  ///   - now: monotonic nanoseconds.
  ///   - lastPid: as /proc/loadavg has it; nil where it cannot be read.
  ///   - eventsCame: whether an engine has said something of a container.
  mutating func next(at now: UInt64, lastPid: UInt64?, namesChanged: Bool, eventsCame: Bool = false) -> Due {
    var due = Due()
    let started = lastPid == nil || lastPid != self.lastPid || eventsCame
    let overdue = lastDiscovery.map { now &- $0 > 30_000_000_000 } ?? true
    let isEarly = lastDiscovery.map { now &- $0 < min(discoveryCost &* Self.share, Self.longestDelay) } ?? false
    due.discovery = (started || wantsDiscovery) && !isEarly || somethingEnded || overdue || namesChanged
    // A container's first process joins its cgroup a moment after it is there: look once more.
    wantsDiscovery = started || wantsDiscovery && isEarly
    somethingEnded = false
    self.lastPid = lastPid
    if due.discovery { lastDiscovery = now }
    if now &- lastRefresh > 10_000_000_000 || lastRefresh == 0 {
      due.refresh = true
      lastRefresh = now
    }
    if now &- lastShare > 60_000_000_000 || lastShare == 0 {
      due.share = true
      lastShare = now
    }
    return due
  }
}
