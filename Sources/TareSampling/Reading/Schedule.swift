/// What is due at a tick besides the counters that are read every time.
struct Schedule {
  struct Due {
    var discovery = false
    /// Files that change seldom: limits, OOM kills, thread names.
    var refresh = false
    /// What is dear: PSS.
    var share = false
  }

  /// Something ended, or a pass may have come too early to see all of what began.
  var wantsDiscovery = true
  private var lastPid: UInt64?
  private var lastDiscovery: UInt64?
  private var lastRefresh: UInt64 = 0
  private var lastShare: UInt64 = 0

  /// - Parameters:
  ///   - now: monotonic nanoseconds.
  ///   - lastPid: as /proc/loadavg has it; nil where it cannot be read.
  mutating func next(at now: UInt64, lastPid: UInt64?, namesChanged: Bool) -> Due {
    var due = Due()
    let started = lastPid == nil || lastPid != self.lastPid
    let overdue = lastDiscovery.map { now &- $0 > 30_000_000_000 } ?? true
    due.discovery = started || overdue || wantsDiscovery || namesChanged
    // A container's first process joins its cgroup a moment after it is there: look once more.
    wantsDiscovery = started
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
