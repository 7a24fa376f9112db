/// Times as people read them: the unit by the value.
public enum DurationText {
  /// `812.4 µs`, `3.21 ms`, `1.204 s`; `us` without Unicode. Seconds in.
  public static func text(_ seconds: Double, isUnicode: Bool = true) -> String {
    let (number, unit) = parts(seconds, isUnicode: isUnicode)
    return "\(number) \(unit)"
  }

  /// The same with the number right-aligned in seven cells and the unit in two, for columns.
  static func column(_ seconds: Double, isUnicode: Bool) -> String {
    let (number, unit) = parts(seconds, isUnicode: isUnicode)
    return String(repeating: " ", count: max(0, 7 - number.count)) + number + " " + unit
      + String(repeating: " ", count: 2 - unit.count)
  }

  private static func parts(_ seconds: Double, isUnicode: Bool) -> (String, String) {
    switch abs(seconds) {
    // The bounds are where the next unit's rounding begins.
    case ..<0.000_999_95: (decimal(seconds * 1e6, digits: 1), isUnicode ? "µs" : "us")
    case ..<0.009_995: (decimal(seconds * 1e3, digits: 2), "ms")
    case ..<0.999_95: (decimal(seconds * 1e3, digits: 1), "ms")
    case ..<9.999_5: (decimal(seconds, digits: 3), "s")
    default: (decimal(seconds, digits: 2), "s")
    }
  }

  /// With a fixed number of decimals.
  static func decimal(_ value: Double, digits: Int) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "?" }
    let unit = (0..<digits).reduce(Int64(1)) { product, _ in product * 10 }
    let scaled = Int64((abs(value) * Double(unit)).rounded())
    let (whole, rest) = scaled.quotientAndRemainder(dividingBy: unit)
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard digits > 0 else { return "\(sign)\(whole)" }
    let fraction = String(rest)
    return "\(sign)\(whole)." + String(repeating: "0", count: digits - fraction.count) + fraction
  }

  /// A ratio: `1.03`, `12.4`, `1203`.
  static func ratio(_ value: Double) -> String {
    decimal(value, digits: value < 9.995 ? 2 : value < 99.95 ? 1 : 0)
  }
}
