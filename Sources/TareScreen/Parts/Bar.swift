/// A bar from the left, in eighths of a cell, made of parts that add up.
struct Bar {
  struct Part {
    let value: Double
    let fill: Unicode.Scalar
    let style: Style
  }

  private static let eighths: [Unicode.Scalar] = ["▏", "▎", "▍", "▌", "▋", "▊", "▉"]

  /// What the whole width stands for.
  let top: Double

  /// A bar of one part ends within a cell; where parts meet, whole cells are shared out.
  func draw(_ parts: [Part], on canvas: inout Canvas, x: Int, y: Int, width: Int) {
    guard width > 0, top > 0 else { return }
    var reached = 0.0
    var at = 0
    for (index, part) in parts.enumerated() where part.value > 0 {
      reached += part.value
      let end = min(Double(width), reached / top * Double(width))
      let cells = max(0, Int(end.rounded(index == parts.count - 1 && part.fill == "█" ? .down : .toNearestOrEven)) - at)
      canvas.fill(part.fill, x: x + at, y: y, width: cells, part.style)
      at += cells
      guard index == parts.count - 1, part.fill == "█", at < width else { continue }
      let rest = Int(((end - Double(at)) * 8).rounded())
      if rest >= 8 {
        canvas.fill("█", x: x + at, y: y, width: 1, part.style)
      } else if rest > 0 || at == 0 {
        canvas.fill(Self.eighths[max(rest, 1) - 1], x: x + at, y: y, width: 1, part.style)
      }
    }
  }
}
