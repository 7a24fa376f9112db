internal import TareModel

/// Single fields of a file of comma separated values.
enum CSVText {
  /// Foreign text. Spreadsheets take for a formula what begins with one of these, quoted or not; an apostrophe before it
  /// makes it a text. Control characters become U+FFFD.
  private static let formulas: Set<Unicode.Scalar> = [
    "=", "+", "-", "@", "\t", "\r", "\n", "\u{ff1d}", "\u{ff0b}", "\u{ff0d}", "\u{ff20}",
  ]

  static func field(_ text: String) -> String {
    let isFormula = text.unicodeScalars.first.map(formulas.contains) ?? false
    let safe = (isFormula ? "'" : "") + text.harmless
    // Where the decimal sign is a comma, spreadsheets split at semicolons. An empty text is no missing one.
    guard
      safe.isEmpty || safe.unicodeScalars.contains(where: { ",\";".unicodeScalars.contains($0) })
        || safe.first == " " || safe.last == " "
    else { return safe }
    return "\"" + safe.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
  }

  /// As in the JSON.
  static func number(_ value: Double) -> String { value.isFinite ? JSONText.number(value) : "" }

  static func number(_ value: Double, _ unit: RowKey.Unit) -> String {
    guard unit == .bytes || unit == .plain, value == value.rounded(), abs(value) < 9e15 else { return number(value) }
    return String(Int64(value))
  }
}
