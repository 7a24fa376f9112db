extension String {
  /// Cells that the text takes on a terminal. Not by wcwidth(3): a static program may be without any locale.
  public var displayWidth: Int {
    // A character takes the cells of its widest scalar, however many are joined in it.
    reduce(0) { $0 + $1.unicodeScalars.reduce(0) { max($0, $1.displayWidth) } }
  }

  /// Cut or filled with blanks to just this many cells; `…` stands for what was cut.
  public func fitted(to width: Int, atEnd: Bool = false) -> String {
    let own = displayWidth
    if own <= width {
      let blanks = String(repeating: " ", count: width - own)
      return atEnd ? blanks + self : self + blanks
    }
    guard width > 0 else { return "" }
    var cut = ""
    var cells = 0
    for character in self {
      let next = String(character).displayWidth
      guard cells + next <= width - 1 else { break }
      cut.append(character)
      cells += next
    }
    return cut + "…" + String(repeating: " ", count: width - 1 - cells)
  }

  /// Cut where it is longer, not filled where it is shorter.
  public func fittedAtMost(_ width: Int) -> String { displayWidth > width ? fitted(to: width).trimmedEnd : self }

  /// Without the blanks at its end.
  public var trimmedEnd: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}

extension Unicode.Scalar {
  /// 0 for marks that sit on another character, 2 for wide ones of East Asia and emoji, else 1.
  var displayWidth: Int {
    if value < 0x300 { return 1 }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    if properties.isEmojiPresentation { return 2 }
    switch value {
    // Unicode's EastAsianWidth W and F; Hangul's medial and final jamo join the initial one.
    case 0x1160...0x11ff: return 0
    case 0x1100...0x115f, 0x2329...0x232a, 0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf, 0x4e00...0x9fff,
      0xa000...0xa4cf,
      0xa960...0xa97f, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6,
      0x16fe0...0x18d08, 0x1aff0...0x1b2fb, 0x1f200...0x1f265, 0x20000...0x3fffd:
      return 2
    default: return 1
    }
  }
}
