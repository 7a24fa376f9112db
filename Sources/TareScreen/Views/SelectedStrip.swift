internal import TareModel

/// Five lines about the selected workload, below the overview's list.
struct SelectedStrip {
  let state: ScreenState
  let frame: Frame
  let row: Int

  private var workload: Workload { frame.current.workloads[row] }
  private var style: Style { Style(of: workload.kind) }

  func draw(on canvas: inout Canvas, in area: Rect) {
    canvas.put("▸", x: area.x, y: area.y)
    Title.draw(state, frame, row, on: &canvas, x: area.x + 1, y: area.y, limit: area.right - 24)
    let hint = "Enter for all of it"
    canvas.put(hint, x: area.right - 1 - hint.count, y: area.y, .dim)
    drawMemory(on: &canvas, in: area, y: area.y + 1)
    drawCpu(on: &canvas, in: area, y: area.y + 2)
    drawBoot(on: &canvas, in: area, y: area.y + 3)
    canvas.put("box", x: area.x + 3, y: area.y + 4, .dim)
    canvas.put(Title.box(workload, frame.current.host).fittedAtMost(area.width - 16), x: area.x + 14, y: area.y + 4)
  }

  private func drawMemory(on canvas: inout Canvas, in area: Rect, y: Int) {
    let unit = Amount.tableUnit(state.settings.units)
    draw(
      "memory", unit.name, frame.pair(row).memoryWeight, { Scaled.decimal($0 / unit.bytes) }, on: &canvas, in: area, y)
  }

  private func drawCpu(on canvas: inout Canvas, in area: Rect, y: Int) {
    draw("CPU", "%", frame.pair(row).cpuWeight, { Scaled.decimal($0) }, on: &canvas, in: area, y)
  }

  /// All that the host pays, a bar of it as in the list, and its shares in words: net first, of each side the greatest.
  private func draw(
    _ name: String, _ unit: String, _ weight: Weight, _ text: (Double) -> String, on canvas: inout Canvas,
    in area: Rect, _ y: Int
  ) {
    canvas.put(name, x: area.x + 3, y: y, .dim)
    let total = weight[.gross].map { "\($0.bound.sign)\(text($0.value)) \(unit)" } ?? "?"
    canvas.put(total.fitted(to: 13, atEnd: true), x: area.x + 10, y: y, .bold)
    let bar = max(10, area.width / 4)
    Bar(top: weight.grossAtLeast ?? 0).draw(Bar.parts(weight, style), on: &canvas, x: area.x + 26, y: y, width: bar)
    var x = area.x + 26 + bar + 3
    for side in [Weight.Side.net, .unopened, .tare] {
      for share in weight.shares.filter({ $0.side == side }).sorted(by: { $0.amount > $1.amount }) {
        let words = "\(text(share.amount))\(share.certainty.sign) \(share.part.title)"
        guard x + words.displayWidth + 2 < area.right else {
          canvas.put("…", x: x, y: y, limit: area.right - 1)
          return
        }
        canvas.put(String(Character(Bar.fill(side))), x: x, y: y, style)
        x = canvas.put(words, x: x + 2, y: y) + 3
      }
    }
    guard let reason = weight.absence else { return }
    canvas.put(reason.explanation.fittedAtMost(area.right - 1 - x), x: x, y: y, .dim)
  }

  private func drawBoot(on canvas: inout Canvas, in area: Rect, y: Int) {
    canvas.put("boot", x: area.x + 3, y: y, .dim)
    let text = Column.named("boot")?.cell(frame, row, state.settings).text.trimmedEnd ?? "?"
    let total = text.contains { $0.isNumber } ? "\(text.trimmedStart) s" : text.trimmedStart
    canvas.put(total.fitted(to: 13, atEnd: true), x: area.x + 10, y: y, .bold)
    let phases = Title.phases(workload.boot)
    canvas.put(phases.fittedAtMost(area.width - 28), x: area.x + 26, y: y)
  }
}
