internal import TareModel

/// The ranked list: both kinds in the same columns, what is left of the host, and a sum that is the machine.
struct WorkloadGrid {
  struct Place {
    let column: Column
    let x: Int
    let width: Int
  }

  let state: ScreenState
  let frame: Frame
  let summary: Summary
  let area: Rect
  let places: [Place]
  /// Where a bar of the memory held stands.
  var bar: (x: Int, width: Int)?
  /// What stands at the left and at the right of the headings, where columns are beyond the edge.
  var beyond = (left: false, right: false)

  /// Selection, kind, mark.
  static let gutter = 3

  /// Lines of the list that fit: two above them, three below.
  static func rows(in area: Rect) -> Int { max(0, area.height - 5) }
  static func firstRow(in area: Rect) -> Int { area.y + 2 }

  func draw(on canvas: inout Canvas) {
    drawHeading(on: &canvas)
    let lines = state.list.lines
    if lines.isEmpty {
      drawEmpty(on: &canvas)
    } else {
      let shown = lines.dropFirst(state.list.scroll).prefix(Self.rows(in: area))
      let top = bar == nil ? 0 : summary.heaviest
      for (index, line) in shown.enumerated() {
        draw(line, top: top, y: Self.firstRow(in: area) + index, on: &canvas)
      }
    }
    drawSums(on: &canvas)
  }

  /// The column whose heading is here.
  func heading(x: Int, y: Int) -> String? {
    guard y == area.y else { return nil }
    if let bar, (bar.x..<(bar.x + bar.width)).contains(x) { return "memory" }
    return places.first { ($0.x..<($0.x + $0.width)).contains(x) }?.column.name
  }

  // MARK: Headings

  private func drawHeading(on canvas: inout Canvas) {
    for place in places {
      let heading = place.column.heading(state.settings).fitted(to: place.width, atEnd: place.column.alignsAtEnd)
      let isSorted = place.column.name == state.list.sort
      canvas.put(heading, x: place.x, y: area.y, isSorted ? .bold : .text)
      guard isSorted else { continue }
      // In a blank beside the heading, so that it does not move.
      let x = place.column.alignsAtEnd ? place.x + place.width - 1 : place.x + heading.trimmedEnd.displayWidth
      canvas.put(state.list.isInverted ? "▴" : "▾", x: x, y: area.y, .bold, limit: place.x + place.width)
    }
    if let bar { canvas.put("█ memory".fitted(to: bar.width), x: bar.x, y: area.y) }
    if beyond.left { canvas.put("‹", x: Self.gutter - 1, y: area.y, .bold) }
    if beyond.right { canvas.put("›", x: area.right - 1, y: area.y, .bold) }
    rule(area.y + 1, on: &canvas)
    let text = position.fittedAtMost(area.width - 8)
    canvas.put(text, x: area.right - 3 - text.displayWidth, y: area.y + 1)
  }

  /// What the rule below the headings says: which part of which rows is seen.
  private var position: String {
    let (count, height) = (state.list.lines.count, Self.rows(in: area))
    var says: [String] = []
    if state.list.tree != .off { says.append("tree by \(state.list.tree.rawValue)") }
    if let filter = state.list.filterText { says.append("filter: \(filter.harmless)") }
    if !state.list.marked.isEmpty { says.append("\(state.list.marked.count) marked") }
    if count > height {
      says.append("\(state.list.scroll + 1)–\(min(count, state.list.scroll + height)) of \(count)")
    } else if state.list.filterText != nil {
      says.append("\(count) of \(frame.current.workloads.count)")
    }
    return says.isEmpty ? "" : " \(says.joined(separator: "   ")) "
  }

  private func rule(_ y: Int, on canvas: inout Canvas) {
    canvas.fill("─", x: 1, y: y, width: area.width - 2, .dim)
  }

  // MARK: Lines

  private func draw(_ line: ListState.Line, top: Double, y: Int, on canvas: inout Canvas) {
    switch line {
    case .workload(let row, let depth): draw(row: row, depth: depth, top: top, y: y, on: &canvas)
    case .group(let place): draw(state.list.groups[place], y: y, on: &canvas)
    }
    guard state.list.id(of: line, in: frame) == state.list.selection else { return }
    canvas.put("▸", x: 0, y: y)
    canvas.select(Rect(x: 0, y: y, width: area.width, height: 1))
  }

  private func draw(row: Int, depth: Int, top: Double, y: Int, on canvas: inout Canvas) {
    let workload = frame.current.workloads[row]
    let style: Style = Style(of: workload.kind)
    canvas.put(workload.kind.letter, x: 1, y: y, style)
    if state.list.marked.contains(workload.id) { canvas.put("*", x: 2, y: y, .bold) }
    for place in places {
      let cell = place.column.cell(frame, row, state.settings)
      let indent = place.column.name == "name" ? min(depth * 2, place.width / 2) : 0
      let text = cell.text.fitted(to: place.width - indent, atEnd: place.column.alignsAtEnd)
      canvas.put(text, x: place.x + indent, y: y, cell.style)
    }
    guard let bar, top > 0, let held = frame.heldMemory(row: row).number else { return }
    Bar(top: top).draw(
      [Bar.Part(value: held, fill: "█", style: style)], on: &canvas, x: bar.x, y: y, width: bar.width)
  }

  private func draw(_ group: ListState.Group, y: Int, on canvas: inout Canvas) {
    canvas.put(group.isCollapsed ? "›" : "▾", x: 1, y: y, .bold)
    var counts: [String] = []
    if group.containers > 0 { counts.append("C \(group.containers)") }
    if group.machines > 0 { counts.append("V \(group.machines)") }
    if group.users > 0 { counts.append("P \(group.users)") }
    let unit = Amount.tableUnit(state.settings.units)
    sum(
      "\(group.title.harmless)  \(counts.joined(separator: " "))", Scaled.decimal(group.memory / unit.bytes),
      group.cpu.map { Scaled.decimal($0) } ?? "?", .bold, y: y, on: &canvas)
  }

  // MARK: Sums

  private func drawSums(on canvas: inout Canvas) {
    // Right below the last line, so that the eye adds up what belongs together.
    let lines = state.list.lines.isEmpty ? 3 : state.list.lines.count
    let y = min(area.bottom - 3, Self.firstRow(in: area) + lines)
    let totals = summary.totals
    let unit = Amount.tableUnit(state.settings.units)
    func memory(_ value: FigureValue) -> String { value.number.map { Scaled.decimal($0 / unit.bytes) } ?? "?" }
    func cpu(_ value: FigureValue) -> String { value.number.map { Scaled.decimal($0) } ?? "?" }
    // Where the kernel's ticks caught less than the workloads' own counters, those are what is known.
    let least = totals.workloadsCpu.number.flatMap { sum in
      totals.cpu.number.flatMap { sum > $0 + 0.05 ? "≥\(Scaled.decimal(sum))" : nil }
    }
    let (hidden, hiddenMemory, hiddenCpu) = hiddenByFilter
    let restMemory = totals.restMemory.number.map { "~\(Scaled.decimal(($0 + hiddenMemory) / unit.bytes))" } ?? "?"
    let restCpu =
      least == nil
      ? totals.restCpu.number.map { Scaled.decimal($0 + hiddenCpu) } ?? "?" : "~\(Scaled.decimal(hiddenCpu))"
    let rest = hidden == 0 ? "rest of host" : "rest of host, \(hidden) hidden"
    sum(rest, restMemory, restCpu, .text, y: y, on: &canvas)
    rule(y + 1, on: &canvas)
    let name = "\(frame.current.host.hostname.harmless.fittedAtMost(24)) used"
    sum(name, memory(totals.memoryUsed), least ?? cpu(totals.cpu), .text, y: y + 2, on: &canvas)
    guard let place = places.last(where: { ["cpu", "memory"].contains($0.column.name) }), place.column.name == "cpu"
    else { return }
    let all = "of \(frame.current.host.cpusOnline * 100)"
    if place.x + place.width + 1 + all.count < area.right {
      canvas.put(all, x: place.x + place.width + 1, y: y + 2, .dim)
    }
  }

  /// What the filter leaves out, so that the column still adds up to the machine.
  private var hiddenByFilter: (count: Int, memory: Double, cpu: Double) {
    guard let filter = state.list.filter, !filter.isEmpty else { return (0, 0, 0) }
    return frame.outermost(besides: Set(frame.current.workloads.indices.filter { filter.matches(frame, $0) }))
  }

  private func sum(_ name: String, _ memory: String, _ cpu: String, _ style: Style, y: Int, on canvas: inout Canvas) {
    let figures = places.filter { $0.column.name == "memory" || $0.column.name == "cpu" }
    let room = (figures.map(\.x).min() ?? area.right) - 1
    canvas.put(name.fittedAtMost(max(0, room - Self.gutter)), x: Self.gutter, y: y, style)
    for place in figures {
      // As in the cells: the last place is for a mark.
      let text = "\(place.column.name == "memory" ? memory : cpu) "
      canvas.put(text, x: place.x + place.width - text.displayWidth, y: y, style)
    }
  }

  private func drawEmpty(on canvas: inout Canvas) {
    let lines = Notes.nothing(state, frame)
    for (index, line) in lines.prefix(Self.rows(in: area)).enumerated() {
      let y = Self.firstRow(in: area) + index
      canvas.put(line.fittedAtMost(area.width - 4), x: Self.gutter, y: y, index == 0 ? .bold : .text)
    }
  }
}
