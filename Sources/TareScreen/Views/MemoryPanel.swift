internal import TareModel

/// Memory: how much the host pays for both kinds, now and before, on one scale.
struct MemoryPanel: Panel {
  let state: ScreenState
  let summary: Summary
  let lanes: [LaneView]
  let unit: Amount.Unit
  private let columns: Int
  let top: Double

  init(_ state: ScreenState, _ summary: Summary, columns: Int) {
    self.state = state
    self.summary = summary
    self.columns = columns
    lanes = LaneView.all(state, summary)
    unit = Amount.unit(for: lanes.map(\.lane.memory).max() ?? 0, state.settings.units)
    let most = greatest(state.shownHistory, lanes, \.memory, columns: columns)
    top = Graph.roundTop(bytes: most, state.settings.units)
  }

  var title: String { "MEMORY" }

  func heading(width: Int) -> [String] {
    guard let used = summary.totals.memoryUsed.number, let total = state.frame?.hostMemoryTotal.number
    else { return ["?"] }
    let unit = Amount.unit(for: Double(total), state.settings.units)
    let text = "\(Amount.figures(used, in: unit)) of \(Amount.figures(Double(total), in: unit)) \(unit.name)"
    return ["\(text) in use", text]
  }

  func figure(_ view: LaneView, isWide: Bool) -> String {
    let lane = view.lane
    if lane.count == 0 { return "–" }
    if lane.withoutMemory > 0, lane.memory == 0 { return "?" }
    return "\(lane.withoutMemory > 0 ? "≥ " : "")\(Amount.figures(lane.memory, in: unit)) \(unit.name)"
  }

  func note(_ view: LaneView) -> [String] {
    if view.lane.withoutMemory > 0 { return ["\(view.lane.withoutMemory) unknown"] }
    let box = view.lane.box
    guard box.count > 0, box.tare > 0 || !box.isAtLeast else { return [] }
    let unit = Amount.unit(for: box.tare, state.settings.units)
    let number = box.tare / unit.bytes
    // A hundredth is too much beside a figure of three places.
    let tare = Scaled.decimal(number, digits: number < 9.95 && unit.bytes > 1 ? 1 : 0)
    return [
      "tare \(box.isAtLeast ? "≥ " : box.isAtMost ? "≤ " : box.certainty == .measured ? "" : "~ ")\(tare) \(unit.name)"
    ]
  }

  func drawGraph(_ view: LaneView, on canvas: inout Canvas, in area: Rect) {
    let history = state.shownHistory
    Graph(top: top, style: view.style).draw(on: &canvas, in: area) { history.point(view.history.memory, ago: $0) }
  }

  func rest() -> String {
    guard let rest = summary.gross.rest.number else { return "rest ?" }
    let unit = Amount.unit(for: rest, state.settings.units)
    let value = rest / unit.bytes
    let sign = summary.gross.restBound == .exact ? "~" : summary.gross.restBound.sign
    return
      "rest \(sign)\(value < 99.95 ? Amount.figures(rest, in: unit) : Scaled.decimal(value, digits: 0)) \(unit.name)"
  }

  func axis(width: Int) -> (left: String, right: String) {
    (HistorySpan.text(state, columns: width), "0 – \(Amount.scale(top, state.settings.units))")
  }
}
