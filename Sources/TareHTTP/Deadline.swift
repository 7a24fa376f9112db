/// A point in time by which something has to be done, and how long that was in the beginning.
struct Deadline: Sendable {
  let limit: Duration
  private let instant: ContinuousClock.Instant

  /// The deadline that is this far from now.
  init(in limit: Duration) {
    self.limit = limit
    instant = .now + limit
  }

  /// Time left, never negative.
  var remaining: Duration { max(.zero, ContinuousClock.now.duration(to: instant)) }

  /// Nanoseconds left, never negative; a day at most.
  var remainingNanoseconds: Int64 {
    let left = remaining.components
    return min(left.seconds, 86_400) * 1_000_000_000 + left.attoseconds / 1_000_000_000
  }
}
