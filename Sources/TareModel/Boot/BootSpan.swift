/// How long a start took from the request to a phase, as far as it is known.
public enum BootSpan: Sendable, Hashable {
  /// Seconds; the label is the weaker of the two ends'.
  case exact(Double, BootTimeline.Label)
  /// Counted from the earliest phase that is known, or until a phase of which only the beginning is known.
  case atLeast(Double)
  /// Until a phase of which only the latest instant is known.
  case atMost(Double)
  case unknown
  /// It goes on from an earlier run: no boot, and no duration.
  case notApplicable

  /// Seconds to sort by; a bound counts as its value.
  public var seconds: Double? {
    switch self {
    case .exact(let seconds, _), .atLeast(let seconds), .atMost(let seconds): seconds
    case .unknown, .notApplicable: nil
    }
  }
}

/// Why a span is no figure but a bound, or unknown.
public enum BootGap: Sendable, Hashable, CaseIterable {
  /// It had run before: no boot.
  case restart
  /// It goes on from a checkpoint or snapshot: no boot.
  case restored
  /// It goes on here after it ran elsewhere: no boot.
  case migrated
  /// It stood still for a while, or may have.
  case halted
  /// Nothing tells of the request.
  case noRequest
  /// Nothing tells of the phase that it ends with.
  case noEnd
  /// Of the end only a bound is known.
  case openEnd
  /// Instants contradict each other.
  case outOfOrder
  /// Nothing tells of any phase.
  case nothing
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
  private static let maxDelay: UInt64 = 60_000_000_000

  /// Whether the request was so long before the first process that it was for another start.
  var isRequestOfAnother: Bool {
    guard let request = self[.requested], let next = afterRequest else { return false }
    return next.at > request.at && next.at - request.at > Self.maxDelay
  }

  /// From the request to this phase: BOOT to ``Phase/userspace``, READY to ``Phase/ready``.
  public func span(to phase: Phase) -> BootSpan {
    guard kind == .boot else { return .notApplicable }
    guard let end = self[phase], let (begin, isRequest) = beginning(before: phase) else { return .unknown }
    if isHalted(before: end) {
      guard let hi = end.hi, isRequest, hi > begin.at else { return .unknown }
      return .atMost(Double(hi - begin.at) / 1e9)
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
    return .exact(Double(end.at - begin.at) / 1e9, label(begin, end))
  }

  /// How sure the two ends of a span are: as sure as the weaker one. Unknown where the span is.
  public func label(to phase: Phase) -> Label {
    guard ![.unknown, .notApplicable].contains(span(to: phase)), let end = self[phase],
      let (begin, _) = beginning(before: phase)
    else {
      return .unknown
    }
    return label(begin, end)
  }

  /// Why the span to this phase has not both ends; nil where it has.
  public func gap(to phase: Phase) -> BootGap? {
    if case .exact = span(to: phase) { return nil }
    if Phase.allCases.allSatisfy({ self[$0] == nil }) { return .nothing }
    switch kind {
    case .boot: break
    case .restart: return .restart
    case .restored: return .restored
    case .migrated: return .migrated
    case .absent: return .nothing
    }
    guard let end = self[phase] else { return .noEnd }
    if isHalted(before: end) { return .halted }
    guard let request = self[.requested] else { return .noRequest }
    if end.lo == nil || end.hi == nil, end.at >= request.at { return .openEnd }
    return .outOfOrder
  }

  /// Whether time in which it stood still may be counted until this mark.
  private func isHalted(before end: Mark) -> Bool { haltedFrom.map { $0 < end.hi ?? .max } ?? false }

  /// What is counted from: the request where it belongs to this start, else the earliest phase that is known.
  public var start: (phase: Phase, mark: Mark)? {
    if let request = self[.requested], ownsRequest { return (.requested, request) }
    let phases = Phase.allCases.drop { $0 == .requested }
    return phases.compactMap { phase in self[phase].map { (phase, $0) } }.min { $0.1.at < $1.1.at }
  }

  private func label(_ begin: Mark, _ end: Mark) -> Label {
    if begin.isDoubtful || end.isDoubtful { return .inferred }
    return begin.label.weakness > end.label.weakness ? begin.label : end.label
  }

  private var afterRequest: Mark? { self[.spawned] ?? self[.isolated] ?? self[.executing] }

  private var ownsRequest: Bool {
    guard let request = self[.requested], !isRequestOfAnother else { return false }
    return afterRequest.map { $0.at >= request.at } ?? true
  }

  /// The request where it belongs to this start, else the earliest phase that is known before the last.
  private func beginning(before last: Phase) -> (mark: Mark, isRequest: Bool)? {
    if let request = self[.requested], ownsRequest { return (request, true) }
    let phases = Phase.allCases.drop { $0 == .requested }.prefix { $0 != last }
    return phases.compactMap { self[$0] }.min { $0.at < $1.at }.map { ($0, false) }
  }
}
