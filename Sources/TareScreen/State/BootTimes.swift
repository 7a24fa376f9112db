public import TareModel

/// The boot latencies of many workloads: from the request until a phase. Only those whose two ends are known are in
/// median and percentile; all others are counted, and why.
public struct BootTimes: Sendable {
  /// Seconds with both ends known, in order.
  public private(set) var known: [Double] = []
  /// Bounds, in seconds.
  public private(set) var atLeast: [Double] = []
  public private(set) var atMost: [Double] = []
  /// Workloads of which no figure is known, not even a bound.
  public private(set) var unknown = 0
  /// Restarts and the like, which have no duration.
  private(set) var noBoots = 0
  /// Why bounds and unknown ones are no figures.
  public private(set) var gaps: [BootGap: Int] = [:]
  /// Of those left out, how many have not got there yet.
  public private(set) var coming = 0
  /// How the weakest of the known ones is known.
  public private(set) var label: BootTimeline.Label = .measured
  /// What it is until.
  public let phase: BootTimeline.Phase

  init(to phase: BootTimeline.Phase = .userspace) { self.phase = phase }

  /// - Parameter now: realtime nanoseconds.
  mutating func add(_ boot: BootTimeline, now: UInt64) {
    switch boot.span(to: phase) {
    case .exact(let seconds, let label):
      known.append(seconds)
      if label.weakness > self.label.weakness { self.label = label }
    case .atLeast(let seconds): atLeast.append(seconds)
    case .atMost(let seconds): atMost.append(seconds)
    case .unknown: unknown += 1
    case .notApplicable: noBoots += 1
    }
    guard let gap = boot.gap(to: phase) else { return }
    if boot[phase] == nil, BootBar.isComingUp(boot, now: now) { coming += 1 } else { gaps[gap, default: 0] += 1 }
  }

  mutating func sort() {
    known.sort()
    atLeast.sort()
    atMost.sort()
  }

  var count: Int { known.count + left }
  /// Those that are in no median.
  var left: Int { atLeast.count + atMost.count + unknown + noBoots }

  /// Of three or more; fewer have none.
  var median: Double? {
    guard known.count >= 3 else { return nil }
    let middle = known.count / 2
    return known.count % 2 == 1 ? known[middle] : (known[middle - 1] + known[middle]) / 2
  }

  /// What nine of ten are not above, of ten or more; fewer have none.
  var ninetieth: Double? {
    known.count < 10 ? nil : known[(known.count * 9 + 9) / 10 - 1]
  }

  var mark: String { label == .measured ? "" : label == .reported ? "r" : "~" }
}
