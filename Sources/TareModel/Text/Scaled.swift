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
