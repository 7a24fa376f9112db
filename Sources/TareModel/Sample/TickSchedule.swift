/// When the next sample is due. Ticks lie on a grid, so that the time that samples take does not add up; those that were missed
/// are left out.
struct TickSchedule {
  enum Start: Sendable {
    /// The first, which may be a sketch, and the second at once, the third soon after so that rates are there.
    case quick
    /// An interval between all of them.
    case steady
    /// Each as soon as the one before is there.
    case unpaced
  }

  static let soon: UInt64 = 200_000_000

  private let start: Start
  /// Monotonic nanoseconds; nil when no more is to come.
  private(set) var due: UInt64? = 0
  private var last: UInt64?
  private(set) var taken = 0

  init(_ start: Start = .quick) { self.start = start }

  /// A sample is there that was begun, and was whole, at these times.
  mutating func took(begun: UInt64, whole: UInt64, interval: UInt64, now: UInt64) {
    taken += 1
    last = begun
    switch start {
    case .unpaced: due = now
    case .steady: due = Self.next(after: now, on: taken == 1 ? whole : due ?? whole, interval)
    case .quick:
      if taken == 1 {
        due = now
      } else if taken == 2 {
        due = begun + min(Self.soon, interval)
      } else {
        due = Self.next(after: now, on: max(due ?? begun, begun > interval ? begun - interval : 0), interval)
      }
    }
  }

  private static func next(after now: UInt64, on grid: UInt64, _ interval: UInt64) -> UInt64 {
    grid + ((now > grid ? now - grid : 0) / max(1, interval) + 1) * interval
  }

  /// From now on another interval.
  mutating func change(interval: UInt64) {
    guard isSettled, let last, due != nil else { return }
    due = last + interval
  }

  /// Whether samples come at their usual pace.
  var isSettled: Bool { start != .quick || taken > 2 || due == nil }

  mutating func end() { due = nil }

  /// The next one at once, and the pace from there.
  mutating func resume(now: UInt64) { due = now }
}
