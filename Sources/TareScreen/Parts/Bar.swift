internal import TareModel

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

  /// A bar whose last part is full ends within a cell; where parts meet, whole cells are shared out. What is there at all is
  /// seen.
  func draw(_ parts: [Part], on canvas: inout Canvas, x: Int, y: Int, width: Int) {
    guard width > 0, top > 0 else { return }
    let parts = parts.filter { $0.value > 0 }
    var reached = 0.0
    var at = 0
    for (index, part) in parts.enumerated() {
      reached += part.value
      let end = min(Double(width), reached / top * Double(width))
      let endsWithin = index == parts.count - 1 && part.fill == "█"
      let cells = max(0, Int(end.rounded(endsWithin ? .down : .toNearestOrEven)) - at)
      canvas.fill(part.fill, x: x + at, y: y, width: cells, part.style)
      at += cells
      guard endsWithin, at < width else { continue }
      let rest = Int(((end - Double(at)) * 8).rounded())
      if rest >= 8 {
        canvas.fill("█", x: x + at, y: y, width: 1, part.style)
      } else if rest > 0 || at == 0 {
        canvas.fill(Self.eighths[max(rest, 1) - 1], x: x + at, y: y, width: 1, part.style)
      }
      return
    }
    if at == 0, let first = parts.first { canvas.fill(Self.eighths[0], x: x, y: y, width: 1, first.style) }
  }
}

extension Bar {
  /// What a side of a weight is drawn with, in bars and where they are explained.
  static func fill(_ side: Weight.Side) -> Unicode.Scalar {
    switch side {
    case .net: "█"
    case .unopened: "▒"
    case .tare: "░"
    }
  }

  /// Net, then what nobody can look into, then tare.
  static func parts(_ weight: Weight, _ style: Style) -> [Part] {
    [.net, .unopened, .tare].map { Part(value: weight.sum($0), fill: fill($0), style: style) }
  }
}
