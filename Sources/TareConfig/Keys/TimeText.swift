/// A time as people write it: `1s`, `200ms`, `2m`, `0`, or seconds without a unit.
public enum TimeText {
  private static let units: [(suffix: String, nanoseconds: Double)] = [
    ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9),
  ]

  /// Nil for what is no time, or longer than eleven days.
  public static func nanoseconds(_ text: String) -> UInt64? {
    let unit = units.first { text.hasSuffix($0.suffix) } ?? ("", 1e9)
    guard let number = Double(text.dropLast(unit.suffix.count)), number.isFinite, number >= 0,
      number * unit.nanoseconds < 1e15
    else { return nil }
    return UInt64((number * unit.nanoseconds).rounded())
  }

  /// `1s`, `200ms`, `0.0625s`: what ``nanoseconds(_:)`` reads as the same time.
  public static func text(_ nanoseconds: UInt64) -> String {
    if nanoseconds % 1_000_000_000 == 0 { return "\(nanoseconds / 1_000_000_000)s" }
    if nanoseconds % 1_000_000 == 0 { return "\(nanoseconds / 1_000_000)ms" }
    return "\(Double(nanoseconds) / 1e9)s"
  }

  /// `0.1 s`, for sentences.
  static func spaced(_ nanoseconds: UInt64) -> String {
    nanoseconds % 1_000_000_000 == 0 ? "\(nanoseconds / 1_000_000_000) s" : "\(Double(nanoseconds) / 1e9) s"
  }
}
