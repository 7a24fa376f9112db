internal import TareModel

/// How text is written for who reads it.
public struct OutputStyle: Sendable, Hashable {
  public var isUnicode: Bool
  public var hasColor: Bool
  /// Whether histograms belong to it: a terminal's reader wants them, a log's does not.
  public var hasHistograms: Bool
  /// Cells in a line.
  public var width: Int

  public init(isUnicode: Bool = true, hasColor: Bool = false, hasHistograms: Bool = false, width: Int = 80) {
    self.isUnicode = isUnicode
    self.hasColor = hasColor
    self.hasHistograms = hasHistograms
    self.width = width
  }

  var plusMinus: String { isUnicode ? "±" : "+-" }
  var sigma: String { isUnicode ? "σ" : "stddev" }
  var dots: String { isUnicode ? "…" : ".." }
  var times: String { isUnicode ? "×" : "x" }

  enum Ink: String {
    case bold = "1"
    case green = "1;32"
    case cyan = "36"
    case red = "31"
    case yellow = "33"
    case dim = "2"
  }

  func ink(_ text: String, _ ink: Ink) -> String { hasColor ? "\u{1B}[\(ink.rawValue)m\(text)\u{1B}[0m" : text }

  /// A time in a column.
  func time(_ seconds: Double) -> String { DurationText.column(seconds, isUnicode: isUnicode) }
  /// A time in a sentence.
  func words(_ seconds: Double) -> String { DurationText.text(seconds, isUnicode: isUnicode) }

  /// Foreign text.
  func foreign(_ text: String) -> String {
    let safe = text.harmless
    return isUnicode ? safe : String(String.UnicodeScalarView(safe.unicodeScalars.map { $0.isASCII ? $0 : "?" }))
  }
}
