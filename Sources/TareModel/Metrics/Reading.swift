/// One raw number as it was read, or why it was not. There is no sentinel: absence is a case of its own.
public enum Reading: Sendable, Hashable {
  case value(UInt64)
  /// A limit that is not set.
  case unlimited
  case missing(Reason)

  /// The number, where there is one.
  public var number: UInt64? {
    if case .value(let number) = self { number } else { nil }
  }

  /// What a counter grew by since `earlier`; a counter that went back was reset.
  public func growth(since earlier: Reading) -> Reading {
    switch (self, earlier) {
    case (.value(let now), .value(let then)): now >= then ? .value(now - then) : .missing(.counterReset)
    case (.missing, _), (.unlimited, _): self
    case (_, .missing), (_, .unlimited): .missing(.firstSample)
    }
  }
}
