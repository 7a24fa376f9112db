/// When the next sample is due: the first, which may be a sketch, and the second at once, the third soon after so that
/// rates are there, then on a grid, so that the time that samples take does not add up.
struct Schedule {
  static let soon: UInt64 = 200_000_000

  /// Monotonic nanoseconds; nil when no more is to come.
  private(set) var due: UInt64? = 0
  private var last: UInt64?
  private(set) var taken = 0

  /// A sample is there that was begun at this time.
  mutating func took(begun: UInt64, interval: UInt64, now: UInt64) {
    taken += 1
    last = begun
    if taken == 1 {
      due = now
    } else if taken == 2 {
      due = begun + min(Self.soon, interval)
    } else {
      let grid = max(due ?? begun, begun > interval ? begun - interval : 0)
      due = grid + ((now > grid ? now - grid : 0) / interval + 1) * interval
    }
  }

  /// From now on another interval.
  mutating func change(interval: UInt64) {
    guard isSettled, let last, due != nil else { return }
    due = last + interval
  }

  /// Whether samples come at their usual pace.
  var isSettled: Bool { taken > 2 || due == nil }

  mutating func end() { due = nil }
}
