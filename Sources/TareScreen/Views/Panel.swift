internal import TareModel

/// One of the overview's panels: a title, then containers over VMs and users, then a scale. To add one, add a file and its line in
/// ``Overview/panels(_:_:columns:)``.
protocol Panel {
  var lanes: [LaneView] { get }
  var title: String { get }
  /// What stands behind the title; the first that fits.
  func heading(width: Int) -> [String]
  func figure(_ view: LaneView, isWide: Bool) -> String
  /// What stands at the right of a lane's figure; the first that fits.
  func note(_ view: LaneView) -> [String]
  func drawGraph(_ view: LaneView, on canvas: inout Canvas, in area: Rect)
  /// What is left of the host, in the narrow form.
  func rest() -> String
  func axis(width: Int) -> (left: String, right: String)
  /// Draws the scale where it is more than two ends.
  func drawAxis(on canvas: inout Canvas, in area: Rect)
}

extension Panel {
  /// Rows of the wide form with so many lanes and graphs of this height; of the narrow form with graphs of 0.
  static func height(lanes: Int, graph: Int) -> Int { 2 + lanes * (1 + graph) }

  /// There is room for two in any case.
  private var rows: Int { max(2, lanes.count) }

  func drawWide(on canvas: inout Canvas, in area: Rect, graph: Int) {
    canvas.put(title, x: area.x, y: area.y, .bold)
    putRight(heading(width: area.width), on: &canvas, in: area, y: area.y, after: title.count + 1)
    for (index, view) in lanes.enumerated() {
      let y = area.y + 1 + index * (graph + 1)
      var x = canvas.put(view.title, x: area.x, y: y, view.style)
      x = canvas.put(figure(view, isWide: true), x: max(x + 1, area.x + 6), y: y, .bold, limit: area.right)
      putRight(note(view), on: &canvas, in: area, y: y, after: x - area.x + 1)
      drawGraph(view, on: &canvas, in: Rect(x: area.x, y: y + 1, width: area.width, height: graph))
    }
    drawAxis(on: &canvas, in: Rect(x: area.x, y: area.y + 1 + rows * (graph + 1), width: area.width, height: 1))
  }

  func drawNarrow(on canvas: inout Canvas, in area: Rect, figures: Int) {
    let x = canvas.put(title, x: area.x, y: area.y, .bold) + 2
    let headings = heading(width: area.width)
    if let fitting = headings.first(where: { $0.displayWidth <= area.right - x }) ?? headings.last {
      canvas.put(fitting, x: x, y: area.y, limit: area.right)
    }
    let counts = lanes.map(\.title.count).max() ?? 3
    for (index, view) in lanes.enumerated() {
      let y = area.y + 1 + index
      canvas.put(view.title, x: area.x, y: y, view.style)
      let at = area.x + counts + 1
      canvas.put(figure(view, isWide: false).fitted(to: figures, atEnd: true), x: at, y: y, .bold, limit: area.right)
      let graph = at + figures + 1
      drawGraph(view, on: &canvas, in: Rect(x: graph, y: y, width: area.right - graph, height: 1))
    }
    let left = counts + 1 + figures + 1
    let y = area.y + 1 + rows
    canvas.put(rest(), x: area.x, y: y, .dim, limit: area.x + left)
    drawAxis(on: &canvas, in: Rect(x: area.x + left, y: y, width: area.width - left, height: 1))
  }

  func drawAxis(on canvas: inout Canvas, in area: Rect) {
    var ends = axis(width: area.width)
    // Tight, where there would be no blank before it.
    if ends.right.displayWidth >= area.width { ends.right = ends.right.split(separator: " – ").joined(separator: "–") }
    canvas.put(ends.right, x: area.right - ends.right.displayWidth, y: area.y, .dim)
    if ends.left.displayWidth + ends.right.displayWidth < area.width {
      canvas.put(ends.left, x: area.x, y: area.y, .dim)
    }
  }

  private func putRight(_ texts: [String], on canvas: inout Canvas, in area: Rect, y: Int, after: Int) {
    guard let text = texts.first(where: { $0.displayWidth + after <= area.width }) else { return }
    canvas.put(text, x: area.right - text.displayWidth, y: y)
  }
}

/// How far back a graph goes.
enum HistorySpan {
  static func text(_ state: ScreenState, columns: Int) -> String {
    let history = state.shownHistory
    guard history.count > 1 else { return "" }
    // A graph of so many columns covers one sample each, those that are still to come too.
    let seconds = history.span(ago: columns - 1) / 1_000_000_000
    if seconds < 1 { return "" }
    return seconds < 120 ? "\(seconds) s ago" : "\(seconds / 60) min ago"
  }
}
