/// What an explanation says under one heading: the same on the screen and in print.
public struct ExplanationPart: Sendable, Hashable {
  public struct Line: Sendable, Hashable {
    /// What it is about; empty where it is a sentence.
    public let name: String
    /// Foreign names and paths are already harmless.
    public let text: String

    public init(_ name: String = "", _ text: String) {
      self.name = name.harmless
      self.text = text.harmless
    }
  }

  public let title: String
  public let lines: [Line]

  init(_ title: String, _ lines: [Line]) {
    self.title = title
    self.lines = lines
  }

  /// As lines of at most this many cells. Names stand in a column of their own where there is room, else above their text.
  public func text(width: Int) -> [(text: String, nameWidth: Int)] {
    let longest = lines.map(\.name.displayWidth).max() ?? 0
    let isBeside = longest + 2 <= width * 2 / 5
    return lines.flatMap { line -> [(text: String, nameWidth: Int)] in
      if line.name.isEmpty { return line.text.wrapped(to: width).map { ($0, 0) } }
      if !isBeside {
        let name = line.name.fittedAtMost(width)
        return [(name, name.displayWidth)] + line.text.wrapped(to: max(8, width - 2)).map { ("  \($0)", 0) }
      }
      let texts = line.text.wrapped(to: width - longest - 2)
      return texts.enumerated().map { index, text in
        let name = index == 0 ? line.name : ""
        return ("\(name.fitted(to: longest + 2))\(text)", name.displayWidth)
      }
    }
  }
}
