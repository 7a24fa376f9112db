/// Something that was read and is no number, or why it was not.
public enum Fact<Value: Sendable & Hashable>: Sendable, Hashable {
  case known(Value)
  /// With words for a person, where the reason alone does not say it.
  case unknown(Reason, why: String? = nil)

  public var value: Value? {
    if case .known(let value) = self { value } else { nil }
  }

  public var reason: Reason? {
    if case .unknown(let reason, _) = self { reason } else { nil }
  }

  /// The words, else the reason's own.
  public var explanation: String? {
    if case .unknown(let reason, let why) = self { why ?? reason.explanation } else { nil }
  }
}
