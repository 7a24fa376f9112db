/// How long a start took from the request to a phase, as far as it is known.
public enum BootSpan: Sendable, Hashable {
  /// Seconds; the label is the weaker of the two ends'.
  case exact(Double, BootTimeline.Label)
  /// Counted from the earliest phase that is known, or until a phase of which only the beginning is known.
  case atLeast(Double)
  /// Until a phase of which only the latest instant is known.
  case atMost(Double)
  case unknown

  /// Seconds to sort by; a bound counts as its value.
  public var seconds: Double? {
    switch self {
    case .exact(let seconds, _), .atLeast(let seconds), .atMost(let seconds): seconds
    case .unknown: nil
    }
  }
}

extension BootTimeline.Label {
  /// 0 is the surest.
  public var weakness: Int {
    switch self {
    case .measured: 0
    case .reported: 1
    case .inferred: 2
    case .unknown: 3
    }
  }
}

extension BootTimeline {
  /// A request that came so long before the first process was for another start: the container was made and then
  /// started later, or it was restarted, and a restart is not a boot. Nanoseconds.
  private static let patience: UInt64 = 60_000_000_000

  /// Whether the request was so long before the first process that it was for another start.
  var isRequestOfAnother: Bool {
    guard let request = self[.requested], let next = self[.spawned] ?? self[.isolated] else { return false }
    return next.at > request.at && next.at - request.at > Self.patience
  }

  /// From the request to this phase: BOOT to ``Phase/userspace``, READY to ``Phase/ready``. Unknown for what is no boot.
  public func span(to phase: Phase) -> BootSpan {
    guard kind == .boot, let end = self[phase], let (begin, isRequest) = beginning(before: phase) else {
      return .unknown
    }
    guard let low = end.lo ?? (end.hi == nil ? end.at : nil) else {
      guard let hi = end.hi, isRequest, hi > begin.at else { return .unknown }
      return .atMost(Double(hi - begin.at) / 1e9)
    }
    let from = begin.hi ?? begin.at
    if end.hi == nil || !isRequest {
      // A bound may be 0, which says nothing.
      return low > from ? .atLeast(Double(low - from) / 1e9) : .unknown
    }
    guard end.at >= begin.at else { return .unknown }
    let label = begin.label.weakness > end.label.weakness ? begin.label : end.label
    return .exact(Double(end.at - begin.at) / 1e9, begin.isDoubtful || end.isDoubtful ? .inferred : label)
  }

  /// The request where it belongs to this start, else the earliest phase that is known before the last.
  private func beginning(before last: Phase) -> (mark: Mark, isRequest: Bool)? {
    if let request = self[.requested] {
      let next = self[.spawned] ?? self[.isolated]
      if !isRequestOfAnother, next.map({ $0.at >= request.at }) ?? true { return (request, true) }
    }
    let phases = Phase.allCases.drop { $0 == .requested }.prefix { $0 != last }
    return phases.compactMap { self[$0] }.min { $0.at < $1.at }.map { ($0, false) }
  }
}
