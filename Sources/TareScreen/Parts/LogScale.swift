internal import Glibc
internal import TareModel

/// A logarithmic scale of seconds, from 0.05 to 10 unless more is needed, and values on it as dots.
struct LogScale {
  let low: Double
  let high: Double

  init(_ boots: [BootTimes]) {
    let all = boots.flatMap { $0.known + $0.atLeast + $0.atMost }.filter { $0 > 0 }
    var (low, high) = (0.05, 10.0)
    while low > 1e-5, let least = all.min(), least < low { low /= 10 }
    while high < 1e5, let most = all.max(), most > high { high *= 10 }
    (self.low, self.high) = (low, high)
  }

  func cell(_ seconds: Double, width: Int) -> Int {
    let share = (log10(max(seconds, low)) - log10(low)) / (log10(high) - log10(low))
    return min(width - 1, max(0, Int((share * Double(width - 1)).rounded())))
  }

  /// How many values stand above each other where most do.
  func highest(_ boots: BootTimes, width: Int) -> Int {
    var counts: [Int: Int] = [:]
    for value in boots.known + boots.atLeast + boots.atMost { counts[cell(value, width: width), default: 0] += 1 }
    return counts.values.max() ?? 1
  }

  /// One dot for each value that is known, `<` and `≥` for bounds.
  func draw(_ boots: BootTimes, style: Style, on canvas: inout Canvas, in area: Rect) {
    guard area.width > 1, area.height > 0 else { return }
    if area.height == 1 { canvas.fill("·", x: area.x, y: area.y, width: area.width, .dim) }
    var counts = [Int](repeating: 0, count: area.width)
    for value in boots.known { counts[cell(value, width: area.width)] += 1 }
    draw(counts, style: style, on: &canvas, in: area)
    for (values, sign) in [(boots.atMost, "<"), (boots.atLeast, "≥")] {
      for value in values {
        let x = cell(value, width: area.width)
        let y = area.bottom - 1 - min(counts[x], area.height - 1)
        canvas.put(sign, x: area.x + x, y: y, style)
        counts[x] += 1
      }
    }
  }

  /// Dots while they fit above each other; in one row a figure; of more, bars with the highest at the top.
  private func draw(_ counts: [Int], style: Style, on canvas: inout Canvas, in area: Rect) {
    let most = counts.max() ?? 0
    for (x, count) in counts.enumerated() where count > 0 {
      if area.height == 1 {
        canvas.put(count == 1 ? "•" : count < 10 ? "\(count)" : "#", x: area.x + x, y: area.y, style)
      } else if most <= area.height {
        for level in 0..<count { canvas.put("•", x: area.x + x, y: area.bottom - 1 - level, style) }
      } else {
        let column = Rect(x: area.x + x, y: area.y, width: 1, height: area.height)
        Graph(top: Double(most), style: style).draw(on: &canvas, in: column) { _ in Float(count) }
      }
    }
  }

  func drawAxis(on canvas: inout Canvas, in area: Rect) {
    var free = area.x
    let right = "\(Self.tick(high))\(area.width >= 30 ? " s" : "")"
    canvas.put(right, x: area.right - right.count, y: area.y, .dim)
    var value = low
    while value < high * 0.99 {
      let text = Self.tick(value)
      let x = area.x + cell(value, width: area.width)
      if x >= free, x + text.count < area.right - right.count {
        free = canvas.put(text, x: x, y: area.y, .dim) + 1
      }
      value = value < low * 1.01 ? low * 2 : value * 10
    }
  }

  /// `.05`, `1`, `100`.
  private static func tick(_ seconds: Double) -> String {
    if seconds >= 1 { return Scaled.count(seconds.rounded()) }
    var digits = 2
    var scale = 100.0
    while digits < 6, abs((seconds * scale).rounded() - seconds * scale) > seconds * scale * 0.001 {
      digits += 1
      scale *= 10
    }
    let text = Scaled.count((seconds * scale).rounded())
    let padded = String(repeating: "0", count: max(0, digits - text.count)) + text
    var fraction = padded
    while fraction.last == "0" { fraction.removeLast() }
    return ".\(fraction)"
  }
}
