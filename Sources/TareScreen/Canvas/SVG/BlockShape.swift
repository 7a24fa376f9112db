/// A character that is drawn, not written: blocks, lines and braille join without gaps only where no font decides. In
/// shares of a cell.
struct BlockShape {
  struct Part: Hashable {
    var x: Double
    var y: Double
    var width: Double
    var height: Double

    init(_ x: Double, _ y: Double, _ width: Double, _ height: Double) {
      (self.x, self.y, self.width, self.height) = (x, y, width, height)
    }
  }

  var parts: [Part]
  /// How much of what is behind is covered: shades let some through.
  var opacity = 1.0

  /// Nil for what a font draws.
  init?(_ glyph: UInt32) {
    switch glyph {
    case 0x2580: parts = [Part(0, 0, 1, 0.5)]
    case 0x2581...0x2588:
      let height = Double(glyph - 0x2580) / 8
      parts = [Part(0, 1 - height, 1, height)]
    case 0x2589...0x258f: parts = [Part(0, 0, Double(0x2590 - glyph) / 8, 1)]
    case 0x2590: parts = [Part(0.5, 0, 0.5, 1)]
    case 0x2591...0x2593:
      parts = [Part(0, 0, 1, 1)]
      opacity = Double(glyph - 0x2590) / 4
    case 0x2594: parts = [Part(0, 0, 1, 0.125)]
    case 0x2595: parts = [Part(0.875, 0, 0.125, 1)]
    case 0x2596...0x259f: parts = Self.quadrants(Self.quadrantBits[Int(glyph - 0x2596)])
    case 0x2800...0x28ff: parts = Self.braille(glyph & 0xff)
    default:
      guard let arms = Self.arms[glyph] else { return nil }
      parts = Self.lines(arms)
    }
  }

  /// Bits: upper left, upper right, lower left, lower right.
  private static let quadrantBits: [UInt8] = [
    0b0010, 0b0001, 0b1000, 0b1011, 0b1001, 0b1110, 0b1101, 0b0100, 0b0110, 0b0111,
  ]

  private static func quadrants(_ bits: UInt8) -> [Part] {
    let places = [Part(0, 0, 0.5, 0.5), Part(0.5, 0, 0.5, 0.5), Part(0, 0.5, 0.5, 0.5), Part(0.5, 0.5, 0.5, 0.5)]
    return places.enumerated().filter { bits & (8 >> $0.offset) != 0 }.map(\.element)
  }

  private static func braille(_ bits: UInt32) -> [Part] {
    // Unicode numbers the dots down the left side, down the right side, then the lowest two.
    let places = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)]
    return places.enumerated().filter { bits & (1 << UInt32($0.offset)) != 0 }.map { _, place in
      Part(0.14 + 0.5 * Double(place.0), 0.07 + 0.25 * Double(place.1), 0.22, 0.11)
    }
  }

  /// How thick a line is that goes from the middle up, right, down and left: 0 is none, 2 is heavy.
  private typealias Arms = (up: Int, right: Int, down: Int, left: Int)

  private static let arms: [UInt32: Arms] = [
    0x2500: (0, 1, 0, 1), 0x2501: (0, 2, 0, 2), 0x2502: (1, 0, 1, 0), 0x2503: (2, 0, 2, 0), 0x250c: (0, 1, 1, 0),
    0x2510: (0, 0, 1, 1), 0x2514: (1, 1, 0, 0), 0x2518: (1, 0, 0, 1), 0x251c: (1, 1, 1, 0), 0x2524: (1, 0, 1, 1),
    0x252c: (0, 1, 1, 1), 0x2534: (1, 1, 0, 1), 0x253c: (1, 1, 1, 1), 0x256d: (0, 1, 1, 0), 0x256e: (0, 0, 1, 1),
    0x256f: (1, 0, 0, 1), 0x2570: (1, 1, 0, 0), 0x2574: (0, 0, 0, 1), 0x2575: (1, 0, 0, 0), 0x2576: (0, 1, 0, 0),
    0x2577: (0, 0, 1, 0), 0x2578: (0, 0, 0, 2), 0x2579: (2, 0, 0, 0), 0x257a: (0, 2, 0, 0), 0x257b: (0, 0, 2, 0),
  ]

  private static func lines(_ arms: Arms) -> [Part] {
    // A cell is twice as high as wide.
    let thick = (across: 0.12, down: 0.06)
    func across(_ from: Double, _ to: Double, _ weight: Int) -> Part {
      Part(from, 0.5 - thick.down * Double(weight) / 2, to - from, thick.down * Double(weight))
    }
    func down(_ from: Double, _ to: Double, _ weight: Int) -> Part {
      Part(0.5 - thick.across * Double(weight) / 2, from, thick.across * Double(weight), to - from)
    }
    // Each goes a little past the middle, so that corners are closed.
    let past = (across: thick.across / 2, down: thick.down / 2)
    if arms.left == arms.right, arms.left > 0, arms.up + arms.down == 0 { return [across(0, 1, arms.left)] }
    var parts: [Part] = []
    if arms.up > 0 { parts.append(down(0, 0.5 + past.down, arms.up)) }
    if arms.down > 0 { parts.append(down(0.5 - past.down, 1, arms.down)) }
    if arms.left > 0 { parts.append(across(0, 0.5 + past.across, arms.left)) }
    if arms.right > 0 { parts.append(across(0.5 - past.across, 1, arms.right)) }
    return parts
  }
}
