extension String {
  /// Adds a text as a JSON string. Harmful characters are escaped too, because JSON is looked at in terminals; nothing is lost.
  public mutating func append(quotedForJSON value: String) {
    self += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": self += "\\\""
      case "\\": self += "\\\\"
      case "\n": self += "\\n"
      case "\t": self += "\\t"
      case _ where scalar.isHarmful:
        for unit in String(scalar).utf16 {
          let hex = String(unit, radix: 16)
          self += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
        }
      default: unicodeScalars.append(scalar)
      }
    }
    self += "\""
  }
}
