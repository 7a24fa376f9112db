extension String {
  /// Foreign text that may go to a terminal: control characters of both sets, bidi controls and line ends become U+FFFD,
  /// because a name is whatever a stranger chose.
  public var harmless: String {
    guard unicodeScalars.contains(where: \.isHarmful) else { return self }
    var safe = String.UnicodeScalarView()
    for scalar in unicodeScalars { safe.append(scalar.isHarmful ? "\u{FFFD}" : scalar) }
    return String(safe)
  }
}

extension Unicode.Scalar {
  /// Whether a terminal, or whoever reads a line from left to right, would be misled by it.
  public var isHarmful: Bool {
    switch value {
    case 0x00...0x1f, 0x7f...0x9f: true
    // Marks, embeddings, overrides and isolates of direction; line and paragraph separators; invisible tags.
    case 0x061c, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069, 0xfeff, 0xfff9...0xfffb, 0xe0000...0xe007f: true
    default: false
    }
  }
}
