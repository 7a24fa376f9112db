internal import LinuxSystem

/// What is due at a tick besides the counters that are read every time.
struct DiscoverySchedule {
  struct Due {
    var discovery: Discovery?
    /// Files that change seldom: limits, OOM kills, thread names.
    var refresh = false
  }

  enum Discovery {
    /// All processes: at first, and when events were lost.
    case whole
    /// The list of processes, whether or not anything is known to have happened.
    case listed
    /// What is known to have happened.
    case changes
  }

  /// A pass may have come too early to see all of what began.
  private var wantsDiscovery = true
  /// A row's workload is gone: that is shown at the next tick, whatever a pass costs.
  var somethingEnded = false
  /// On a machine on which something starts all the time passes cost a fiftieth of a core, but none is put off for longer
  /// than three seconds; after a quiet time several may follow each other.
  private var budget = CPUBudget(share: 50, most: 60_000_000, debt: 60_000_000)
  private var lastPid: UInt64?
  private var lastWhole: UInt64?
  private var lastRefresh: UInt64 = 0

  /// - Parameters:
  ///   - now: monotonic nanoseconds.
  ///   - lastPid: as /proc/loadavg has it; nil where it cannot be read.
  ///   - eventsCame: whether an engine has said something of a container, or something was seen to begin or end.
  ///   - eventsWereLost: what was lost may have been a start.
  mutating func next(
    at now: UInt64, lastPid: UInt64?, namesChanged: Bool, eventsCame: Bool = false, eventsWereLost: Bool = false
  ) -> Due {
    var due = Due()
    let started = lastPid == nil || lastPid != self.lastPid || eventsCame
    budget.earn(at: now)
    let isAllowed = !budget.isSpent
    if lastWhole == nil || eventsWereLost {
      due.discovery = .whole
    } else if lastWhole.map({ now &- $0 > 30_000_000_000 }) ?? true {
      due.discovery = .listed
    } else if (started || wantsDiscovery) && isAllowed || somethingEnded || namesChanged {
      due.discovery = .changes
    }
    // A container's first process joins its cgroup a moment after it is there: look once more.
    wantsDiscovery = started || wantsDiscovery && !isAllowed
    somethingEnded = false
    self.lastPid = lastPid
    if due.discovery == .whole || due.discovery == .listed { lastWhole = now }
    if now &- lastRefresh > 10_000_000_000 || lastRefresh == 0 {
      due.refresh = true
      lastRefresh = now
    }
    return due
  }

  /// Whether a pass may be made between two ticks, because something was seen to begin.
  mutating func mayAnnounce(at now: UInt64) -> Bool {
    budget.earn(at: now)
    return lastWhole != nil && !budget.isSpent
  }

  /// A pass took so long, nanoseconds.
  mutating func spend(_ cost: UInt64) { budget.spend(cost) }
}
