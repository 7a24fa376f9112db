internal import Glibc
internal import TareModel

/// Boot latency: one point for each workload on a logarithmic scale that both kinds share.
struct BootPanel: Panel {
  let state: ScreenState
  let summary: Summary
  let lanes: [LaneView]
  /// Ends of the scale in seconds.
  let low: Double
  let high: Double

  init(_ state: ScreenState, _ summary: Summary) {
    self.state = state
    self.summary = summary
    lanes = LaneView.both(state, summary)
    let all = lanes.flatMap { $0.lane.boots.known + $0.lane.boots.atLeast + $0.lane.boots.atMost }.filter { $0 > 0 }
    var (low, high) = (0.05, 10.0)
    while low > 1e-5, let least = all.min(), least < low { low /= 10 }
    while high < 1e5, let most = all.max(), most > high { high *= 10 }
    (self.low, self.high) = (low, high)
  }

  var title: String { "BOOT" }

  func heading(width: Int) -> [String] { ["request → userspace, log", "request→userspace", "s"] }

  func figure(_ view: LaneView, isWide: Bool) -> String {
    if view.isHost { return isWide ? "nothing to start up here" : "–" }
    let boots = view.lane.boots
    if let median = boots.median { return Self.seconds(median) + boots.mark + (isWide ? " s" : "") }
    if !isWide { return view.lane.count == 0 ? "–" : boots.known.isEmpty ? "?" : "–" }
    if view.lane.count == 0 { return "–" }
    return boots.known.isEmpty ? "" : "no median of \(boots.known.count)"
  }

  func note(_ view: LaneView) -> [String] {
    let boots = view.lane.boots
    guard view.lane.count > 0, !view.isHost else { return [] }
    let unsure = boots.unknown + boots.atLeast.count + boots.atMost.count
    guard boots.median != nil, let first = boots.known.first, let last = boots.known.last else {
      var parts = boots.known.map { Self.seconds($0) + boots.mark }
      parts += boots.atMost.prefix(2).map { "< \(Self.seconds($0))" }
      parts += boots.atLeast.prefix(2).map { "≥ \(Self.seconds($0))" }
      if boots.unknown > 0 { parts.append("\(boots.unknown) unknown") }
      return [parts.joined(separator: ", "), "\(unsure) unknown"]
    }
    let range = "\(Self.seconds(first)) – \(Self.seconds(last))"
    if unsure == 0 { return ["median; \(range)", range] }
    let bounds = boots.atLeast.count + boots.atMost.count
    let words = [
      bounds > 0 ? "\(bounds) bound\(bounds == 1 ? "" : "s")" : "", boots.unknown > 0 ? "\(boots.unknown) unknown" : "",
    ].filter { !$0.isEmpty }.joined(separator: ", ")
    return ["median; \(range); \(words)", "\(range); \(unsure) ?", "\(unsure) ?"]
  }

  func drawGraph(_ view: LaneView, on canvas: inout Canvas, in area: Rect) {
    guard area.width > 1 else { return }
    let boots = view.lane.boots
    if area.height == 1 { canvas.fill("·", x: area.x, y: area.y, width: area.width, .dim) }
    var counts = [Int](repeating: 0, count: area.width)
    for value in boots.known { counts[place(value, area.width)] += 1 }
    drawCounts(counts, style: view.style, on: &canvas, in: area)
    for (values, sign) in [(boots.atMost, "<"), (boots.atLeast, "≥")] {
      for value in values {
        let x = place(value, area.width)
        let y = area.bottom - 1 - min(counts[x], area.height - 1)
        canvas.put(sign, x: area.x + x, y: y, view.style)
        counts[x] += 1
      }
    }
  }

  /// Dots while they fit above each other; in one row a figure; of more, bars with the highest at the top.
  private func drawCounts(_ counts: [Int], style: Style, on canvas: inout Canvas, in area: Rect) {
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

  private func place(_ seconds: Double, _ width: Int) -> Int {
    let share = (log10(max(seconds, low)) - log10(low)) / (log10(high) - log10(low))
    return min(width - 1, max(0, Int((share * Double(width - 1)).rounded())))
  }

  func rest() -> String { "seconds" }

  func axis(width: Int) -> (left: String, right: String) { ("", "") }

  func drawAxis(on canvas: inout Canvas, in area: Rect) {
    var free = area.x
    let right = "\(Self.tick(high))\(area.width >= 30 ? " s" : "")"
    canvas.put(right, x: area.right - right.count, y: area.y, .dim)
    var value = low
    while value < high * 0.99 {
      let text = Self.tick(value)
      let x = area.x + place(value, area.width)
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
    while digits < 6, (seconds * scale).rounded() < seconds * scale * 0.999 || (seconds * scale).rounded() == 0 {
      digits += 1
      scale *= 10
    }
    let text = Scaled.count((seconds * scale).rounded())
    let padded = String(repeating: "0", count: max(0, digits - text.count)) + text
    var fraction = padded
    while fraction.last == "0" { fraction.removeLast() }
    return ".\(fraction)"
  }

  static func seconds(_ value: Double) -> String {
    Scaled.decimal(value, digits: value < 9.995 ? 2 : value < 99.95 ? 1 : 0)
  }
}
