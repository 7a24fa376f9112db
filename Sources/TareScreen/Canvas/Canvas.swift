internal import TareModel

/// What is to be shown, cell by cell. Everything that tare draws is drawn here first, so a test, a saved picture and the
/// terminal see the same.
///
/// Half a wide character is never left behind: who overwrites one half blanks the other, and one that does not fit at the
/// edge is left out. What is drawn outside is dropped.
public struct Canvas: Sendable {
  public private(set) var size: Size
  public private(set) var cells: [Cell]
  /// Characters of more than one scalar, by glyph less ``Cell/firstCluster``.
  public private(set) var clusters: [String] = []
  /// Draws with the characters of ASCII alone.
  public let isASCII: Bool

  public init(_ size: Size, isASCII: Bool = false) {
    self.size = Size(max(0, size.width), max(0, size.height))
    self.isASCII = isASCII
    cells = Array(repeating: .blank, count: self.size.width * self.size.height)
  }

  public var bounds: Rect { Rect(x: 0, y: 0, width: size.width, height: size.height) }

  /// Blank again, in another size if need be; keeps its memory.
  public mutating func clear(_ size: Size) {
    self.size = Size(max(0, size.width), max(0, size.height))
    clusters.removeAll(keepingCapacity: true)
    cells.removeAll(keepingCapacity: true)
    cells.append(contentsOf: repeatElement(.blank, count: self.size.width * self.size.height))
  }

  public subscript(x: Int, y: Int) -> Cell { cells[y * size.width + x] }

  public func row(_ y: Int) -> ArraySlice<Cell> { cells[(y * size.width)..<((y + 1) * size.width)] }

  /// The character that a glyph stands for; empty for the second half of a wide one.
  public func text(of cell: Cell) -> String {
    if cell.isContinuation { return "" }
    if cell.glyph >= Cell.firstCluster { return clusters[Int(cell.glyph - Cell.firstCluster)] }
    return Unicode.Scalar(cell.glyph).map { String(Character($0)) } ?? "\u{FFFD}"
  }

  /// Writes text from `x` on, at most up to `limit` (exclusive) or the edge. The text must be ``harmless``: a control
  /// character shows as U+FFFD.
  /// - Returns: the first cell after what was written.
  @discardableResult
  public mutating func put(_ text: String, x: Int, y: Int, _ style: Style = .text, limit: Int? = nil) -> Int {
    guard y >= 0, y < size.height else { return x }
    let end = min(limit ?? size.width, size.width)
    var at = x
    for character in text {
      guard at < end else { break }
      var (glyph, width) = resolve(character)
      if width == 0 { continue }
      if isASCII, glyph > 0x7e {
        let replacement = ascii(glyph)
        if at >= 0 { set(at, y, replacement, style) }
        if width == 2, at + 1 >= 0, at + 1 < end { set(at + 1, y, replacement, style) }
        at += width
        continue
      }
      if width == 2, at + 2 > end { (glyph, width) = (0x20, 1) }
      if at >= 0 {
        set(at, y, glyph, style)
        if width == 2 { setContinuation(at + 1, y, style) }
      }
      at += width
    }
    return at
  }

  /// The same character over a part of a row.
  public mutating func fill(_ scalar: Unicode.Scalar, x: Int, y: Int, width: Int, _ style: Style = .text) {
    guard y >= 0, y < size.height, width > 0 else { return }
    let glyph = isASCII && scalar.value > 0x7e ? ascii(scalar.value) : scalar.value
    for at in max(0, x)..<max(0, min(size.width, x + width)) { set(at, y, glyph, style) }
  }

  /// Blank cells.
  public mutating func erase(_ rect: Rect) {
    for y in max(0, rect.y)..<max(0, min(size.height, rect.bottom)) { fill(" ", x: rect.x, y: y, width: rect.width) }
  }

  /// Changes how cells look, not what stands there.
  public mutating func restyle(_ rect: Rect, _ change: (inout Style) -> Void) {
    for y in max(0, rect.y)..<max(0, min(size.height, rect.bottom)) {
      for x in max(0, rect.x)..<max(0, min(size.width, rect.right)) { change(&cells[y * size.width + x].style) }
    }
  }

  /// Marks these cells as selected. Blocks keep their colour: where a selection is drawn in reverse, a bar would vanish.
  public mutating func select(_ rect: Rect) {
    for y in max(0, rect.y)..<max(0, min(size.height, rect.bottom)) {
      for x in max(0, rect.x)..<max(0, min(size.width, rect.right)) {
        let index = y * size.width + x
        if !(0x2580...0x259F).contains(cells[index].glyph) { cells[index].style.flags.insert(.selected) }
      }
    }
  }

  /// The glyph and width of a character.
  private mutating func resolve(_ character: Character) -> (glyph: UInt32, width: Int) {
    let scalars = character.unicodeScalars
    let first = scalars[scalars.startIndex]
    if scalars.index(after: scalars.startIndex) == scalars.endIndex {
      if first.isHarmful { return (0xFFFD, 1) }
      return (first.value, first.value < 0x300 ? 1 : String(character).displayWidth)
    }
    if scalars.contains(where: \.isHarmful) { return (0xFFFD, 1) }
    let text = String(character)
    let width = text.displayWidth
    if width == 0 { return (0, 0) }
    let index = clusters.firstIndex(of: text) ?? clusters.count
    if index == clusters.count { clusters.append(text) }
    return (Cell.firstCluster + UInt32(index), width)
  }

  private mutating func set(_ x: Int, _ y: Int, _ glyph: UInt32, _ style: Style) {
    let index = y * size.width + x
    if cells[index].isContinuation, x > 0 { cells[index - 1].glyph = 0x20 }
    if x + 1 < size.width, cells[index + 1].isContinuation { cells[index + 1].glyph = 0x20 }
    cells[index] = Cell(glyph: glyph, style: style)
  }

  /// After ``set`` of the first half, so that only what was right of it can be hurt.
  private mutating func setContinuation(_ x: Int, _ y: Int, _ style: Style) {
    let index = y * size.width + x
    if x + 1 < size.width, cells[index + 1].isContinuation { cells[index + 1].glyph = 0x20 }
    cells[index] = Cell(glyph: 0, style: style)
  }
}

/// What stands for a character where there is only ASCII, as wide as it.
private func ascii(_ glyph: UInt32) -> UInt32 {
  let text: Unicode.Scalar =
    switch glyph {
    // Blocks from below: eighths.
    case 0x2581: "_"
    case 0x2582: "."
    case 0x2583: "-"
    case 0x2584: "="
    case 0x2585: "+"
    case 0x2586: "*"
    case 0x2587, 0x2588: "#"
    // Blocks from the left: eighths.
    case 0x2589...0x258c: "#"
    case 0x258d...0x258f: "|"
    case 0x2591: "."
    case 0x2592: "-"
    case 0x2593: "="
    case 0x2500, 0x2501, 0x2013, 0x2014, 0x2212: "-"
    case 0x2502, 0x2503: "|"
    case 0x250c...0x254b: "+"
    // Own, the host's, shared.
    case 0x25a0: "#"
    case 0x25a1: "o"
    case 0x25e7: "%"
    case 0x2265: ">"
    case 0x2264: "<"
    case 0x25b8, 0x203a, 0x2192: ">"
    case 0x2190: "<"
    case 0x25be, 0x2193: "v"
    case 0x2191: "^"
    case 0x2022, 0x25cf: "*"
    case 0x00b7, 0x2026: "."
    case 0x00d7: "x"
    case 0x00f7: "/"
    case 0x2018, 0x2019: "'"
    // Braille: by how much of it is filled.
    case 0x2800: " "
    case 0x2801...0x28ff: (glyph & 0xff).nonzeroBitCount > 4 ? "#" : (glyph & 0xff).nonzeroBitCount > 2 ? ":" : "."
    default: "?"
    }
  return text.value
}
