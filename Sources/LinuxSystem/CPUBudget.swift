/// So much of a core in the long run, and no more: what is spent beyond it has to be earned first, by waiting.
public struct CPUBudget: Sendable {
  private let share: UInt64
  private let most: Int64
  private let debt: Int64
  /// Nanoseconds that may be spent.
  private var left: Int64
  private var at: UInt64?

  /// - Parameters:
  ///   - share: one of so many parts of a core.
  ///   - most: nanoseconds that a quiet time earns at most.
  ///   - first: nanoseconds that may be spent at once; as many as `most` unless given.
  ///   - debt: nanoseconds that are owed at most, however much was spent, so that the wait has an end.
  public init(share: UInt64, most: Int64, first: Int64? = nil, debt: Int64 = 1 << 60) {
    (self.share, self.most, self.debt, left) = (share, most, debt, first ?? most)
  }

  /// Whether nothing is left.
  public var isSpent: Bool { left <= 0 }

  /// Takes in what was earned until now.
  /// - Parameter now: monotonic nanoseconds.
  public mutating func earn(at now: UInt64) {
    if let at, now > at { earn(during: now - at) }
    at = max(at ?? now, now)
  }

  /// Takes in what this many nanoseconds earned.
  public mutating func earn(during time: UInt64) {
    guard left < most else { return }
    let earned = Int64(clamping: time / share)
    left = earned > most - left ? most : left + earned
  }

  /// Something took so many nanoseconds; what was paid for it in advance is taken off.
  public mutating func spend(_ cost: UInt64, paid: UInt64 = 0) {
    // Nothing takes a year: no sum leaves the range of its type.
    let (cost, paid) = (Int64(min(cost, 1 << 60)), Int64(min(paid, 1 << 60)))
    left = max(left - (cost - paid), -debt)
  }
}
