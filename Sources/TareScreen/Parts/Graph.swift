/// History as blocks from below: one point a column, the last at the right.
struct Graph {
  private static let blocks: [Unicode.Scalar] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  /// What the top of the graph stands for.
  let top: Double
  let style: Style

  /// - Parameter point: the value so many columns from the right; NaN draws nothing, and 0 the lowest line, so that
  ///   nothing and none can be told apart.
  func draw(on canvas: inout Canvas, in area: Rect, point: (Int) -> Float) {
    guard area.height > 0, top > 0 else { return }
    for column in 0..<area.width {
      let value = point(column)
      guard !value.isNaN else { continue }
      let steps = min(area.height * 8, max(1, Int((Double(value) / top * Double(area.height * 8)).rounded())))
      let x = area.right - 1 - column
      for level in 0..<((steps + 7) / 8) {
        let block = Self.blocks[min(8, steps - level * 8) - 1]
        canvas.fill(block, x: x, y: area.bottom - 1 - level, width: 1, style)
      }
    }
  }

  /// The smallest round number that all of this fits under: 1, 2 or 5 times a power of ten.
  static func roundTop(_ value: Double) -> Double {
    var power = 1.0
    while power * 10 < value { power *= 10 }
    for factor in [1.0, 2, 5] where power * factor >= value { return power * factor }
    return power * 10
  }

  /// The same for bytes: a power of two times KiB, MiB, GiB, or 1, 2 or 5 times a power of ten.
  static func roundTop(bytes: Double, _ units: Settings.Units) -> Double {
    switch units {
    case .si: return roundTop(max(1, bytes))
    case .iec:
      var top = 1024.0
      while top < bytes { top *= 2 }
      return top
    }
  }
}
