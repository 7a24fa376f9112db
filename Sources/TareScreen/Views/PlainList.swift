internal import TareModel

/// What fits on a very small screen, one workload a line: a name, memory and CPU, or how long it took to come up.
enum PlainList {
  static func rows(_ size: Size) -> Int { max(0, size.height - 3) }

  static func draw(_ state: ScreenState, _ frame: TareModel.Frame, _ summary: Summary, on canvas: inout Canvas) {
    let size = canvas.size
    let name = size.width - 3 - 20
    if state.list.lines.isEmpty {
      for (index, line) in Notes.nothing(state, frame).prefix(rows(size)).enumerated() {
        canvas.put(line.fittedAtMost(size.width - 2), x: 1, y: 1 + index)
      }
    }
    for (index, line) in state.list.lines.dropFirst(state.list.scroll).prefix(rows(size)).enumerated() {
      guard case .workload(let row, _) = line else {
        if case .group(let place) = line, !state.list.groups[place].isInside {
          canvas.put("▾ \(state.list.groups[place].title.harmless)", x: 1, y: 1 + index)
        }
        continue
      }
      let workload = frame.current.workloads[row]
      let y = 1 + index
      let isSelected = workload.id == state.list.selection
      if isSelected { canvas.put("▸", x: 0, y: y) }
      canvas.put(workload.kind.letter, x: 1, y: y, Style(of: workload.kind))
      canvas.put(workload.name.harmless.fittedAtMost(name), x: 3, y: y)
      put(figures(state, frame, row), y: y, on: &canvas)
      if isSelected {
        canvas.select(Rect(x: 0, y: y, width: size.width, height: 1))
      }
    }
    let y = size.height - 2
    if let note = state.message ?? frame.current.problems.first?.message {
      canvas.put(note.harmless.fittedAtMost(size.width - 2), x: 1, y: y)
    } else if state.view == .boot {
      canvas.put("C \(summary.containers.count)   V \(summary.machines.count)", x: 1, y: y, .dim)
      put(("BOOT s ", "READY s "), y: y, .dim, on: &canvas)
    } else {
      canvas.put("\(frame.current.host.hostname.harmless) used".fittedAtMost(name), x: 3, y: y, .dim)
      let used = state.list.ranksGross ? summary.gross.used : summary.totals.memoryUsed
      put(texts(used, .exact, summary.totals.cpu, state), y: y, on: &canvas)
    }
  }

  private static func figures(_ state: ScreenState, _ frame: TareModel.Frame, _ row: Int) -> (String, String) {
    guard state.view == .boot else {
      let weight = frame.pair(row).memoryWeight
      let gross = weight.grossAtLeast.map { FigureValue.number($0) } ?? .missing(.notReported)
      let memory = state.list.ranksGross ? gross : frame.heldMemory(row: row)
      let bound = state.list.ranksGross ? weight[.gross]?.bound ?? .exact : frame.heldMemoryBound(row: row)
      return texts(memory, bound, frame.value(.cpuUsage, row: row), state)
    }
    let boot = frame.current.workloads[row].boot
    return (FigureText.text(boot.span(to: .userspace)), FigureText.text(boot.span(to: .ready)))
  }

  private static func texts(_ memory: FigureValue, _ bound: Bound, _ cpu: FigureValue, _ state: ScreenState) -> (
    String, String
  ) {
    let unit = Amount.tableUnit(state.settings.units)
    return (
      memory.number.map { "\(bound.sign)\(Scaled.decimal($0 / unit.bytes)) \(unit.name)" } ?? "?",
      cpu.number.map { "\(Scaled.decimal($0)) %" } ?? "? %"
    )
  }

  private static func put(_ texts: (String, String), y: Int, _ style: Style = .text, on canvas: inout Canvas) {
    canvas.put(texts.0.fitted(to: 11, atEnd: true), x: canvas.size.width - 20, y: y, style)
    canvas.put(texts.1.fitted(to: 8, atEnd: true), x: canvas.size.width - 9, y: y, style)
  }
}
