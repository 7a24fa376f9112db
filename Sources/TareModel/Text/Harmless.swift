extension String {
  /// Foreign text that may go to a terminal, a file or the clipboard: control characters of both sets, bidi controls, line
  /// ends and what nobody sees become U+FFFD, because a name is whatever a stranger chose.
  public var harmless: String {
    guard unicodeScalars.contains(where: { $0.isHarmful || $0.isJoiner }) else { return self }
    var safe = String.UnicodeScalarView()
    var last: Unicode.Scalar?
    for scalar in unicodeScalars {
      // Letters of ASCII never join: what stands between them only makes one name look like another.
      let isHidden = scalar.isJoiner && last?.isASCII ?? true
      safe.append(scalar.isHarmful || isHidden ? "\u{FFFD}" : scalar)
      last = scalar
    }
    return String(safe)
  }

  /// Whether ``harmless`` leaves it as it is.
  public var isHarmless: Bool { self == harmless }
}

extension Unicode.Scalar {
  /// Whether a terminal, or whoever reads a line from left to right, would be misled by it.
  public var isHarmful: Bool {
    switch value {
    case 0x00...0x1f, 0x7f...0x9f: true
    // Soft hyphen, fillers and other characters that take no room and show nothing.
    case 0xad, 0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x180b...0x180f, 0x200b, 0x3164, 0xffa0, 0xfff0...0xfff8: true
    // Marks, embeddings, overrides and isolates of direction; line and paragraph separators; invisible signs and tags.
    case 0x061c, 0x200e, 0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff, 0xfff9...0xfffb, 0xe0000...0xe0fff: true
    default: false
    }
  }

  /// Shows nothing itself; letters of some scripts and parts of emoji join by it, or do not.
  var isJoiner: Bool { value == 0x200c || value == 0x200d }
}
