internal import CNcurses
internal import TareScreen

/// Hands the rows of a canvas that have changed to curses, one call a row.
struct RowWriter {
  var pairs = ColorPairs(Palette(ground: .unknown, depth: .none))
  private var shown: Canvas?
  private var cells: [cchar_t] = []

  /// All rows count as changed.
  mutating func forget() { shown = nil }

  mutating func put(_ canvas: Canvas) {
    if let shown, shown.size != canvas.size { self.shown = nil }
    for y in 0..<canvas.size.height where hasChanged(y, canvas) { put(y, canvas) }
    shown = canvas
  }

  private func hasChanged(_ y: Int, _ canvas: Canvas) -> Bool {
    guard let shown else { return true }
    let row = canvas.row(y)
    // A cluster's glyph is a number in its own canvas.
    return row != shown.row(y) || row.contains { canvas.isCluster($0) } && shown.clusters != canvas.clusters
  }

  private mutating func put(_ y: Int, _ canvas: Canvas) {
    cells.removeAll(keepingCapacity: true)
    let row = canvas.row(y)
    for at in row.indices {
      let cell = row[at]
      if cell.isContinuation { continue }
      let width = at + 1 < row.endIndex && row[at + 1].isContinuation ? 2 : 1
      append(cell, width, canvas)
    }
    unsafe cells.withUnsafeBufferPointer { unsafe tare_put_row(Int32(y), $0.baseAddress, Int32($0.count)) }
  }

  private mutating func append(_ cell: Cell, _ width: Int, _ canvas: Canvas) {
    let look = pairs.entries[cell.style.index]
    if !canvas.isCluster(cell) {
      // Nearly all cells: no list, no question.
      if cell.glyph < 0x7f || tare_width(cell.glyph) == width {
        append(cell.glyph, look)
        return
      }
    } else {
      // Marks stay on their character. What has a width of its own is dropped: terminals do not agree on how wide a
      // joined emoji is, and curses takes only one such scalar.
      let scalars = canvas.text(of: cell).unicodeScalars.map(\.value)
      var kept = Array(scalars.prefix(1) + scalars.dropFirst().prefix { tare_width($0) == 0 && $0 != 0x200d })
      if tare_width(kept[0]) == width {
        var made = cchar_t()
        unsafe tare_set_cell(
          &made, &kept, Int32(kept.count), look.isBold ? 1 : 0, look.isReverse ? 1 : 0, Int32(look.pair))
        cells.append(made)
        return
      }
    }
    // curses would take another width than the canvas and shift what follows.
    for _ in 0..<width { append(tare_width(0xFFFD) == 1 ? 0xFFFD : 0x3f, look) }
  }

  private mutating func append(_ glyph: UInt32, _ look: ColorPairs.Entry) {
    var made = cchar_t()
    var scalar = glyph
    unsafe tare_set_cell(&made, &scalar, 1, look.isBold ? 1 : 0, look.isReverse ? 1 : 0, Int32(look.pair))
    cells.append(made)
  }
}

extension Canvas {
  fileprivate func isCluster(_ cell: Cell) -> Bool { cell.glyph > 0x10_ffff }
}
