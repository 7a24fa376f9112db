/// Numbers as people read them: three figures or one decimal, IEC units, no locale.
public enum Scaled {
  /// `12.3 MiB`. Bytes.
  public static func bytes(_ value: Double) -> String {
    var scaled = value
    for unit in ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] {
      if scaled < 1023.95 || unit == "EiB" { return unit == "B" ? "\(Int(scaled)) B" : "\(decimal(scaled)) \(unit)" }
      scaled /= 1024
    }
    return ""
  }

  /// A whole number; `?` for one that no counter of tasks has.
  public static func count(_ value: Double) -> String {
    value.isFinite && value < 1e15 ? String(Int64(value)) : "?"
  }

  /// A whole number in at most four cells, rounded: `950`, `1k`, `13k`, `2M`.
  public static func short(_ value: Double) -> String {
    var scaled = value.rounded()
    for unit in ["", "k", "M", "G", "T", "P"] {
      if abs(scaled) < 999.5 { return decimal(scaled, digits: 0) + unit }
      scaled /= 1000
    }
    return "?"
  }

  /// With 0, 1 or 2 decimals: `99.9`.
  public static func decimal(_ value: Double, digits: Int = 1) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "?" }
    if digits == 0 { return String(Int64(value.rounded())) }
    let unit: Int64 = digits == 2 ? 100 : 10
    let parts = Int64((abs(value) * Double(unit)).rounded()).quotientAndRemainder(dividingBy: unit)
    let fraction = String(parts.remainder)
    let zeros = String(repeating: "0", count: digits - fraction.count)
    return "\(value < 0 ? "-" : "")\(parts.quotient).\(zeros)\(fraction)"
  }

  /// How long ago: `12 s`, `5 min`, `3 h`, `8 d`. Nanoseconds.
  public static func age(_ nanoseconds: UInt64) -> String {
    let seconds = nanoseconds / 1_000_000_000
    return switch seconds {
    case ..<120: "\(seconds) s"
    case ..<7200: "\(seconds / 60) min"
    case ..<172_800: "\(seconds / 3600) h"
    default: "\(seconds / 86400) d"
    }
  }
}

extension String {
  /// A number with a sign before it and a mark behind it in fewer cells: `≥123456.7` as `≥123457` or `≥123k`. Anything else as
  /// it is.
  public func shortenedNumber(to width: Int) -> String {
    guard displayWidth > width else { return self }
    let sign = prefix { "≥≤~<".contains($0) }
    let digits = dropFirst(sign.count).prefix { "-.0123456789".contains($0) }
    let mark = dropFirst(sign.count + digits.count).filter { $0 != " " }
    guard let value = Double(String(digits)) else { return self }
    let scales: [(Double, String)] = [(1, ""), (1e3, "k"), (1e6, "M"), (1e9, "G"), (1e12, "T")]
    let texts = scales.map { "\(sign)\(Scaled.decimal(value / $0, digits: 0))\($1)\(mark)" }
    return texts.first { $0.displayWidth <= width } ?? self
  }
}
