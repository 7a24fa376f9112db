/// Numbers with units as people write them.
enum Quantity {
  /// `1GiB`, `30k`, `50%`, `2.5`, `10m`; nil for what is none.
  static func parse(_ text: String, _ unit: RowKey.Unit) -> Double? {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-") }
    guard let number = Double(digits), number.isFinite else { return nil }
    let suffix = String(text.dropFirst(digits.count)).trimmedBlanks
    if suffix.isEmpty { return number }
    let factor: Double? =
      switch unit {
      case .percent: suffix == "%" ? 1 : nil
      case .bytes, .bytesPerSecond: bytes[suffix.hasSuffix("/s") ? String(suffix.dropLast(2)) : suffix]
      case .seconds: seconds[suffix]
      case .plain: nil
      }
    return factor.map { number * $0 }
  }

  static func example(_ unit: RowKey.Unit) -> String {
    switch unit {
    case .percent: "a number such as 50 or 50%"
    case .bytes, .bytesPerSecond: "a number of bytes such as 512MiB, 1G or 20kB"
    case .seconds: "a time such as 200ms, 5s, 10m, 2h or 1d"
    case .plain: "a number"
    }
  }

  private static let bytes: [String: Double] = {
    var units = ["B": 1.0]
    for (power, letter) in ["K", "M", "G", "T", "P"].enumerated() {
      let size = (0...power).reduce(1.0) { total, _ in total * 1024 }
      units[letter] = size
      units[letter.lowercased()] = size
      units["\(letter)iB"] = size
      units["\(letter)i"] = size
      let decimal = (0...power).reduce(1.0) { total, _ in total * 1000 }
      units["\(letter)B"] = decimal
    }
    units["kB"] = 1000
    return units
  }()

  private static let seconds: [String: Double] = [
    "us": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400,
  ]
}
