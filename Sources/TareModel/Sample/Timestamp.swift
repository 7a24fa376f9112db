/// RFC 3339 with nanoseconds, both ways. Realtime nanoseconds since 1970; years 1970 to 2554.
public enum Timestamp {
  /// `2026-11-23T18:51:16.974024338Z`
  public static func text(_ nanoseconds: UInt64) -> String {
    let seconds = nanoseconds / 1_000_000_000
    let (year, month, day) = civil(days: Int64(seconds / 86400))
    let second = seconds % 86400
    return "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))T\(pad(Int64(second / 3600), 2)):"
      + "\(pad(Int64(second / 60 % 60), 2)):\(pad(Int64(second % 60), 2)).\(pad(Int64(nanoseconds % 1_000_000_000), 9))Z"
  }

  /// `2026-11-23 18:51:16Z`, for people.
  public static func short(_ nanoseconds: UInt64) -> String {
    let text = text(nanoseconds)
    return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8))Z"
  }

  /// Nil for anything that is not RFC 3339 or lies before 1970, such as Go's zero time.
  public static func parse(_ text: String) -> UInt64? {
    var rest = Array(text.utf8)[...]
    func digits(_ count: Int) -> Int64? {
      guard rest.count >= count else { return nil }
      var value: Int64 = 0
      for byte in rest.prefix(count) {
        guard byte >= 0x30, byte <= 0x39 else { return nil }
        value = value * 10 + Int64(byte - 0x30)
      }
      rest = rest.dropFirst(count)
      return value
    }
    func skip(_ characters: String) -> Bool {
      guard let first = rest.first, characters.utf8.contains(first) else { return false }
      rest = rest.dropFirst()
      return true
    }
    guard let year = digits(4), skip("-"), let month = digits(2), skip("-"), let day = digits(2), skip("Tt "),
      let hour = digits(2), skip(":"), let minute = digits(2), skip(":"), let second = digits(2),
      (1...12).contains(month), (1...length(of: month, in: year)).contains(day), hour < 24, minute < 60, second <= 60
    else { return nil }
    var fraction: Int64 = 0
    if skip(".") {
      guard let first = rest.first, (0x30...0x39).contains(first) else { return nil }
      var unit: Int64 = 100_000_000
      while let digit = digits(1) {
        fraction += digit * unit
        unit /= 10
      }
    }
    var offset: Int64 = 0
    if !skip("Zz") {
      let isEast = rest.first == UInt8(ascii: "+")
      guard skip("+-"), let hours = digits(2), skip(":"), let minutes = digits(2), hours < 24, minutes < 60
      else { return nil }
      offset = (hours * 60 + minutes) * (isEast ? 60 : -60)
    }
    guard rest.isEmpty else { return nil }
    let seconds = days(year: year, month: month, day: day) * 86400 + hour * 3600 + minute * 60 + second - offset
    guard seconds >= 0, seconds < 18_446_744_073 else { return nil }
    return UInt64(seconds) * 1_000_000_000 + UInt64(fraction)
  }

  private static func pad(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// Days of a month.
  private static func length(of month: Int64, in year: Int64) -> Int64 {
    let next: (year: Int64, month: Int64) = month == 12 ? (year + 1, 1) : (year, month + 1)
    return days(year: next.year, month: next.month, day: 1) - days(year: year, month: month, day: 1)
  }

  // The two conversions of a day count are Howard Hinnant's, "chrono-Compatible Low-Level Date Algorithms".
  private static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let part = (5 * dayOfYear + 2) / 153
    let month = part < 10 ? part + 3 : part - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * part + 2) / 5 + 1)
  }

  private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}
