internal import TareModel

/// The overview's ranked list: both kinds in the same columns, what is left of the host, and a sum that is the machine.
struct OverviewTable {
  private struct Place {
    let column: Column
    let x: Int
    let width: Int
  }

  let state: ScreenState
  let frame: Frame
  let summary: Summary
  let area: Rect
  private let places: [Place]
  private let bar: (x: Int, width: Int)?

  /// By importance: those that fit are shown.
  private static let wanted = [
    "cpu", "memory", "boot", "runtime", "limit", "note", "processes.count", "up", "ready",
    "io.read_bytes_per_second", "io.written_bytes_per_second", "network.received_bytes_per_second",
    "network.sent_bytes_per_second", "image",
  ]
  private static let order = [
    "runtime", "memory", "limit", "cpu", "boot", "ready", "processes.count", "io.read_bytes_per_second",
    "io.written_bytes_per_second", "network.received_bytes_per_second", "network.sent_bytes_per_second", "up", "image",
    "note",
  ]

  init(state: ScreenState, frame: Frame, summary: Summary, area: Rect) {
    (self.state, self.frame, self.summary, self.area) = (state, frame, summary, area)
    var room = area.width - 3 - 12 - 1
    let barLeast = area.width >= 76 ? 12 : 0
    var chosen: Set<String> = []
    for name in Self.wanted {
      guard let column = Column.named(name), column.width + 1 <= room - barLeast else { continue }
      chosen.insert(name)
      room -= column.width + 1
    }
    let barWidth = barLeast == 0 ? 0 : min(36, max(barLeast, room - min(12, room / 3)) - 1)
    let name = 12 + max(0, room - (barWidth == 0 ? 0 : barWidth + 1))
    var places: [Place] = []
    var bar: (Int, Int)?
    var x = 3
    if let column = Column.named("name") { places.append(Place(column: column, x: x, width: name)) }
    x += name + 1
    for column in Self.order.filter(chosen.contains).compactMap({ Column.named($0) }) {
      if column.name == "memory", barWidth > 0 {
        bar = (x, barWidth)
        x += barWidth + 1
      }
      places.append(Place(column: column, x: x, width: column.width))
      x += column.width + 1
    }
    self.places = places
    self.bar = bar
  }

  /// Lines of the list that fit: two above them, three below.
  static func rows(in area: Rect) -> Int { max(0, area.height - 5) }

  func draw(on canvas: inout Canvas) {
    drawHeading(on: &canvas)
    let lines = state.list.lines
    if lines.isEmpty {
      drawEmpty(on: &canvas)
    } else {
      let height = Self.rows(in: area)
      let top = heaviest
      for index in 0..<min(height, lines.count - min(lines.count, state.list.scroll)) {
        draw(lines[state.list.scroll + index], top: top, y: area.y + 2 + index, on: &canvas)
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

  private var heaviest: Double {
    frame.current.workloads.indices.reduce(0) { max($0, frame.heldMemory(row: $1).number ?? 0) }
  }

  private func drawHeading(on canvas: inout Canvas) {
    for place in places {
      let heading = place.column.heading(state.settings)
      let style: Style = place.column.name == state.list.sort ? .bold : .text
      canvas.put(heading.fitted(to: place.width, atEnd: place.column.alignsAtEnd), x: place.x, y: area.y, style)
    }
    if let bar { canvas.put("█ memory".fitted(to: bar.width), x: bar.x, y: area.y) }
    rule(area.y + 1, on: &canvas)
    let (count, height) = (state.list.lines.count, Self.rows(in: area))
    var says: [String] = []
    if let filter = state.list.filterText { says.append("filter: \(filter.harmless)") }
    if count > height {
      says.append("\(state.list.scroll + 1)–\(min(count, state.list.scroll + height)) of \(count)")
    } else if state.list.filterText != nil {
      says.append("\(count) of \(frame.current.workloads.count)")
    }
    guard !says.isEmpty else { return }
    let text = " \(says.joined(separator: "   ")) ".fittedAtMost(area.width - 8)
    canvas.put(text, x: area.right - 3 - text.displayWidth, y: area.y + 1)
  }

  private func rule(_ y: Int, on canvas: inout Canvas) {
    canvas.fill("─", x: 1, y: y, width: area.width - 2, .dim)
  }

  private func draw(_ line: ListState.Line, top: Double, y: Int, on canvas: inout Canvas) {
    guard case .workload(let row, let depth) = line else { return }
    let workload = frame.current.workloads[row]
    let isSelected = workload.id == state.list.selection
    if isSelected { canvas.put("▸", x: 0, y: y) }
    let style: Style = workload.kind == .container ? .container : .vm
    canvas.put(workload.kind == .container ? "C" : "V", x: 1, y: y, style)
    if state.list.marked.contains(workload.id) { canvas.put("*", x: 2, y: y, .bold) }
    for place in places {
      let cell = place.column.cell(frame, row, state.settings)
      let indent = place.column.name == "name" ? min(depth * 2, place.width / 2) : 0
      let text = cell.text.fitted(to: place.width - indent, atEnd: place.column.alignsAtEnd)
      canvas.put(text, x: place.x + indent, y: y, cell.style)
    }
    if let bar, top > 0, let held = frame.heldMemory(row: row).number {
      Bar(top: top).draw(
        [Bar.Part(value: held, fill: "█", style: style)], on: &canvas, x: bar.x, y: y, width: bar.width)
    }
    if isSelected {
      canvas.restyle(Rect(x: 0, y: y, width: area.width, height: 1)) { $0.flags.insert(.selected) }
    }
  }

  private func drawSums(on canvas: inout Canvas) {
    // Right below the last line, so that the eye adds up what belongs together.
    let lines = max(state.list.lines.count, state.list.lines.isEmpty ? 3 : 0)
    let y = min(area.bottom - 3, area.y + 2 + lines)
    let totals = summary.totals
    let unit = Amount.tableUnit(state.settings.units)
    func memory(_ value: FigureValue) -> String { value.number.map { Scaled.decimal($0 / unit.bytes) } ?? "?" }
    // Where the kernel's ticks caught less than the workloads' own counters, those are what is known.
    let least = totals.workloadsCpu.number.flatMap { sum in
      totals.cpu.number.flatMap { sum > $0 + 0.05 ? "≥\(Scaled.decimal(sum))" : nil }
    }
    func cpu(_ value: FigureValue) -> String { value.number.map { Scaled.decimal($0) } ?? "?" }
    sum("rest of host", "~\(memory(totals.restMemory))", least == nil ? cpu(totals.restCpu) : "~0.0", y: y, on: &canvas)
    rule(y + 1, on: &canvas)
    let name = "\(frame.current.host.hostname.harmless.fittedAtMost(24)) used"
    sum(name, memory(totals.memoryUsed), least ?? cpu(totals.cpu), y: y + 2, on: &canvas)
    if let place = places.last(where: { $0.column.name == "cpu" }) {
      let text = "of \(frame.current.host.cpusOnline * 100)"
      if place.x + place.width + 1 + text.count < area.width {
        canvas.put(text, x: place.x + place.width + 1, y: y + 2, .dim)
      }
    }
  }

  private func sum(_ name: String, _ memory: String, _ cpu: String, y: Int, on canvas: inout Canvas) {
    canvas.put(name, x: 3, y: y)
    for place in places {
      let value = place.column.name == "memory" ? memory : place.column.name == "cpu" ? cpu : nil
      guard let value else { continue }
      // As in the cells: the last place is for a mark.
      let text = "\(value) "
      canvas.put(text, x: place.x + place.width - text.displayWidth, y: y)
    }
  }

  private func drawEmpty(on canvas: inout Canvas) {
    let lines = Notes.nothing(state, frame)
    for (index, line) in lines.prefix(Self.rows(in: area)).enumerated() {
      canvas.put(line.fittedAtMost(area.width - 4), x: 3, y: area.y + 2 + index, index == 0 ? .bold : .text)
    }
  }
}
