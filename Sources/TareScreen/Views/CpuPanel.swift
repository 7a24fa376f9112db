internal import TareModel

/// CPU: how much both kinds use, now and before, on one scale. 100 % is one core.
struct CpuPanel: Panel {
  let state: ScreenState
  let summary: Summary
  let lanes: [LaneView]
  let top: Double

  init(_ state: ScreenState, _ summary: Summary, columns: Int) {
    self.state = state
    self.summary = summary
    lanes = LaneView.all(state, summary)
    let most = max(10, greatest(state.shownHistory, lanes, \.cpu, columns: columns))
    // Never more than the machine has, unless the workloads' own counters say so.
    let all = Double((state.frame?.current.host.cpusOnline ?? 0) * 100)
    top = most <= all ? min(all, Graph.roundTop(most)) : Graph.roundTop(most)
  }

  var title: String { "CPU" }

  func heading(width: Int) -> [String] {
    guard let frame = state.frame else { return [] }
    let all = frame.current.host.cpusOnline * 100
    let used = summary.totals.cpu.number.map { Scaled.decimal($0, digits: 0) } ?? "?"
    return ["\(used) of \(all) %, 100 = 1 core", "\(used) of \(all) %"]
  }

  func figure(_ view: LaneView, isWide: Bool) -> String {
    if view.lane.count == 0 { return "–" }
    guard let cpu = view.lane.cpu else { return "? %" }
    let bound = view.lane.withoutCpu > 0 ? "≥ " : ""
    return "\(bound)\(Scaled.decimal(cpu, digits: isWide ? 1 : 0)) %"
  }

  func note(_ view: LaneView) -> [String] {
    if let first = view.lane.throttled.first, let frame = state.frame {
      let name = frame.current.workloads[first].name.harmless.fittedAtMost(12)
      let count = view.lane.throttled.count
      return count == 1 ? ["throttled: \(name)", "throttled"] : ["throttled: \(count)"]
    }
    guard let waiting = view.lane.waiting, waiting >= 0.1 else { return [] }
    return ["waiting \(Scaled.decimal(waiting)) %"]
  }

  func drawGraph(_ view: LaneView, on canvas: inout Canvas, in area: Rect) {
    let history = state.shownHistory
    Graph(top: top, style: view.style).draw(on: &canvas, in: area) { history.point(view.history.cpu, ago: $0) }
  }

  func rest() -> String {
    let sign = summary.totals.restCpuBound == .exact ? "" : "\(summary.totals.restCpuBound.sign) "
    return summary.totals.restCpu.number.map { "rest \(sign)\(Scaled.decimal($0, digits: 0)) %" } ?? "rest ?"
  }

  func axis(width: Int) -> (left: String, right: String) {
    (HistorySpan.text(state, columns: width), "0 – \(Scaled.count(top)) %")
  }
}
