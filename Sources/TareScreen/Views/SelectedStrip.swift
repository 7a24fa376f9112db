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
    let parts: [(String, String)] =
      workload.kind != .vm
      ? [("memory.anon_bytes", "anonymous"), ("memory.file_bytes", "file cache"), ("memory.kernel_bytes", "kernel")]
      : [("memory.anon_bytes", "anonymous, guest RAM too"), ("memory.file_bytes", "file")]
    let values = parts.compactMap { part in
      Figure.named(part.0).flatMap { frame.value($0, row: row).number }.map { ($0, part.1) }
    }
    let held = frame.heldMemory(row: row).number
    let total = held.map { "\(Scaled.decimal($0 / unit.bytes)) \(unit.name)" } ?? "?"
    draw("memory", total, values, { Scaled.decimal($0 / unit.bytes) }, on: &canvas, in: area, y: y)
  }

  private func drawCpu(on canvas: inout Canvas, in area: Rect, y: Int) {
    let parts =
      workload.kind != .vm
      ? [("cpu.user_percent", "user"), ("cpu.system_percent", "system")]
      : [("cpu.guest_percent", "guest"), ("cpu.user_percent", "VMM"), ("cpu.system_percent", "in the kernel")]
    let values = parts.compactMap { part in
      Figure.named(part.0).flatMap { frame.value($0, row: row).number }.map { ($0, part.1) }
    }
    let used = frame.value(.cpuUsage, row: row).number
    let total = used.map { "\(Scaled.decimal($0)) %" } ?? "?"
    draw("CPU", total, values, { Scaled.decimal($0) }, on: &canvas, in: area, y: y)
  }

  /// A figure, a bar of its parts, and the parts in words.
  private func draw(
    _ name: String, _ total: String, _ parts: [(value: Double, name: String)], _ text: (Double) -> String,
    on canvas: inout Canvas, in area: Rect, y: Int
  ) {
    canvas.put(name, x: area.x + 3, y: y, .dim)
    canvas.put(total.fitted(to: 13, atEnd: true), x: area.x + 10, y: y, .bold)
    let fills: [Unicode.Scalar] = ["█", "▒", "░"]
    let bar = max(10, area.width / 4)
    let sum = parts.reduce(0) { $0 + $1.value }
    let pieces = zip(parts, fills).map { Bar.Part(value: $0.value, fill: $1, style: style) }
    Bar(top: sum).draw(pieces, on: &canvas, x: area.x + 26, y: y, width: bar)
    var x = area.x + 26 + bar + 3
    for (part, fill) in zip(parts, fills) {
      let words = "\(text(part.value)) \(part.name)"
      guard x + words.displayWidth + 2 < area.right else { return }
      canvas.put(String(Character(fill)), x: x, y: y, style)
      x = canvas.put(words, x: x + 2, y: y) + 3
    }
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
