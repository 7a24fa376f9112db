/// A point in time by which something has to be done, and how long that was in the beginning.
public struct Deadline: Sendable {
  public let limit: Duration
  private let instant: ContinuousClock.Instant

  /// The deadline that is this far from now.
  public init(in limit: Duration) {
    self.limit = limit
    instant = .now + limit
  }

  /// Time left, never negative.
  public var remaining: Duration { max(.zero, ContinuousClock.now.duration(to: instant)) }

  /// Nanoseconds left, never negative; a day at most.
  public var remainingNanoseconds: Int64 {
    let left = remaining.components
    return min(left.seconds, 86_400) * 1_000_000_000 + left.attoseconds / 1_000_000_000
  }

  /// Milliseconds left for poll(2), rounded up so that it does not come back too early.
  public var milliseconds: Int32 { Int32(clamping: (remainingNanoseconds + 999_999) / 1_000_000) }
}
