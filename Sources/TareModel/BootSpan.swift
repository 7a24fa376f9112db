/// Stub.
public enum BootSpan: Sendable, Hashable {
  case exact(Double, BootTimeline.Label)
  case atLeast(Double)
  case atMost(Double)
  case unknown
}
extension BootTimeline.Label {
  public var weakness: Int { [.measured, .reported, .inferred, .unknown].firstIndex(of: self) ?? 3 }
}
extension BootTimeline {
  public func span(to phase: Phase) -> BootSpan {
    guard let end = self[phase] else { return .unknown }
    guard let r = self[.requested] else {
      guard let s = self[.spawned], end.at > s.at else { return .unknown }
      return .atLeast(Double(end.at - s.at) / 1e9)
    }
    return end.at > r.at ? .exact(Double(end.at - r.at) / 1e9, end.label) : .unknown
  }
}
