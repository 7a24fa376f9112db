/// How a number or an instant is known. The weaker the later.
public enum Certainty: String, Sendable, Hashable, CaseIterable {
  /// The kernel counted it, or the event itself was seen.
  case measured
  /// An engine, a runtime, a VMM or the guest said so.
  case reported
  /// Bracketed, or concluded from something else.
  case inferred
  case unknown

  /// That of something made of both.
  public func joined(_ other: Certainty) -> Certainty { rank >= other.rank ? self : other }

  /// The sign after a figure; empty for what was measured.
  public var sign: String {
    switch self {
    case .measured: ""
    case .reported: "r"
    case .inferred: "~"
    case .unknown: "?"
    }
  }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
