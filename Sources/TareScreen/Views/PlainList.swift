internal import TareModel

/// What fits on a very small screen: a name, memory and CPU, one workload a line.
enum PlainList {
  static func rows(_ size: Size) -> Int { max(0, size.height - 3) }

  static func draw(_ state: ScreenState, _ frame: TareModel.Frame, _ summary: Summary, on canvas: inout Canvas) {
    let size = canvas.size
    let unit = Amount.tableUnit(state.settings.units)
    let name = size.width - 3 - 20
    if state.list.lines.isEmpty {
      for (index, line) in Notes.nothing(state, frame).prefix(rows(size)).enumerated() {
        canvas.put(line.fittedAtMost(size.width - 2), x: 1, y: 1 + index)
      }
    }
    for (index, line) in state.list.lines.dropFirst(state.list.scroll).prefix(rows(size)).enumerated() {
      guard case .workload(let row, _) = line else {
        if case .group(let place) = line {
          canvas.put("▾ \(state.list.groups[place].title.harmless)", x: 1, y: 1 + index)
        }
        continue
      }
      let workload = frame.current.workloads[row]
      let y = 1 + index
      let isSelected = workload.id == state.list.selection
      if isSelected { canvas.put("▸", x: 0, y: y) }
      let isContainer = workload.kind == .container
      canvas.put(isContainer ? "C" : "V", x: 1, y: y, isContainer ? .container : .vm)
      canvas.put(workload.name.harmless.fittedAtMost(name), x: 3, y: y)
      let memory = frame.heldMemory(row: row).number.map { "\(Scaled.decimal($0 / unit.bytes)) \(unit.name)" } ?? "?"
      let cpu = frame.value(.cpuUsage, row: row).number.map { "\(Scaled.decimal($0)) %" } ?? "? %"
      canvas.put(memory.fitted(to: 11, atEnd: true), x: size.width - 20, y: y)
      canvas.put(cpu.fitted(to: 8, atEnd: true), x: size.width - 9, y: y)
      if isSelected {
        canvas.restyle(Rect(x: 0, y: y, width: size.width, height: 1)) { $0.flags.insert(.selected) }
      }
    }
    let used = summary.totals.memoryUsed.number.map { "\(Scaled.decimal($0 / unit.bytes)) \(unit.name)" } ?? "?"
    let cpu = summary.totals.cpu.number.map { "\(Scaled.decimal($0)) %" } ?? "? %"
    let y = size.height - 2
    let note = state.message ?? frame.current.problems.first?.message
    if let note {
      canvas.put(note.harmless.fittedAtMost(size.width - 2), x: 1, y: y)
    } else {
      canvas.put("\(frame.current.host.hostname.harmless) used".fittedAtMost(name), x: 3, y: y, .dim)
      canvas.put(used.fitted(to: 11, atEnd: true), x: size.width - 20, y: y)
      canvas.put(cpu.fitted(to: 8, atEnd: true), x: size.width - 9, y: y)
    }
  }
}
