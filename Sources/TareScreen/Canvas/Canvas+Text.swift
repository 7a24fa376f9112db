extension Canvas {
  /// What stands there, without colours: rows as lines, without blanks at their ends.
  public var plainText: String { lines { text(of: $0) }.joined(separator: "\n") }

  /// How it looks: a sign for each cell by its ``Style``, then what the signs mean. Cells without text and style are blank.
  public var styleText: String {
    let rows = lines { cell in
      cell.style == .text && cell.glyph == 0x20 ? " " : String(cell.style.sign)
    }
    let used = Set(cells.map(\.style)).sorted { $0.index < $1.index }
    return (rows + [""] + used.map { "\($0.sign) \($0.words)" }).joined(separator: "\n")
  }

  private func lines(_ text: (Cell) -> String) -> [String] {
    (0..<size.height).map { y in
      var line = row(y).map(text).joined()
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}

extension Style {
  /// By flags, then by ink: a letter for the plain ones, a capital for the bold.
  private static let signs: [[Character]] = [
    Array(".cvp!-"), Array("bCVPW_"), Array("sdwq?~"), Array("SDXQ%+"), Array("rexh*="), Array("REYH#:"),
    Array("123456"), Array("7890&@"),
  ]

  /// One of 48 characters, for pictures of styles.
  public var sign: Character { Self.signs[Int(flags.rawValue & 7)][Int(ink.rawValue)] }

  /// `container, bold`
  var words: String {
    let names: [(Flags, String)] = [(.bold, "bold"), (.selected, "selected"), (.reverse, "reverse")]
    return (["\(ink)"] + names.filter { flags.contains($0.0) }.map(\.1)).joined(separator: ", ")
  }
}
