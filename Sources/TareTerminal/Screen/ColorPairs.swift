public import TareScreen

/// How each style is shown by a terminal with colour pairs: made once for a palette, looked up for each cell.
public struct ColorPairs: Sendable, Hashable {
  public struct Entry: Sendable, Hashable {
    /// 0 is the terminal's own colours.
    public var pair: Int
    public var isBold: Bool
    public var isReverse: Bool
  }

  /// Two colours of the terminal; -1 is its own.
  public struct Pair: Sendable, Hashable {
    public var foreground: Int
    public var background: Int
  }

  /// By ``Style/index``.
  public let entries: [Entry]
  /// Pair 1 and on; never more than there are styles, so that 64 pairs are enough.
  public let pairs: [Pair]

  public init(_ palette: Palette) {
    var pairs: [Pair] = []
    entries = (0..<Style.count).map { index in
      let look = palette.look(Self.style(index))
      let pair = Pair(foreground: look.foreground.map(Int.init) ?? -1, background: look.background.map(Int.init) ?? -1)
      var number = 0
      if pair != Pair(foreground: -1, background: -1) {
        if !pairs.contains(pair) { pairs.append(pair) }
        number = pairs.firstIndex(of: pair)! + 1
      }
      return Entry(pair: number, isBold: look.isBold, isReverse: look.isReverse)
    }
    self.pairs = pairs
  }

  /// The style with this ``Style/index``.
  static func style(_ index: Int) -> Style {
    Style(Style.Ink(rawValue: UInt8(index / 8))!, Style.Flags(rawValue: UInt8(index % 8)))
  }
}
