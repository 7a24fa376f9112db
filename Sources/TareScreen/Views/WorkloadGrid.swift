internal import TareModel

/// The ranked list: both kinds in the same columns, what is left of the host, and a sum that is the machine.
struct WorkloadGrid {
  struct Place {
    let column: Column
    let x: Int
    let width: Int
    /// Another heading than the column's own.
    var title: String?
  }

  let state: ScreenState
  let frame: Frame
  let summary: Summary
  let area: Rect
  let places: [Place]
  /// Where a bar of net and tare stands.
  var bar: (x: Int, width: Int)?
  /// Memory is what the host pays, not what a workload keeps from others.
  var isGross = false
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
    let name = places.first { ($0.x..<($0.x + $0.width)).contains(x) }?.column.name
    return isGross && name == "gross" ? "memory" : name
  }

  // MARK: Headings

  private func drawHeading(on canvas: inout Canvas) {
    for place in places {
      let title = place.title ?? place.column.heading(state.settings)
      let heading = title.fitted(to: place.width, atEnd: place.column.alignsAtEnd)
      let isMemory = isGross && place.column.name == "gross" && state.list.sort == "memory"
      let isSorted = place.column.name == state.list.sort || isMemory
      canvas.put(heading, x: place.x, y: area.y, isSorted ? .bold : .text)
      guard isSorted else { continue }
      // In a blank beside the heading, so that it does not move.
      let x = place.column.alignsAtEnd ? place.x + place.width - 1 : place.x + heading.trimmedEnd.displayWidth
      canvas.put(state.list.isInverted ? "▴" : "▾", x: x, y: area.y, .bold, limit: place.x + place.width)
    }
    if let bar, let legend = Self.legends.first(where: { $0.count <= bar.width }) {
      canvas.put(legend, x: bar.x, y: area.y)
    }
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
      let isShort = place.column.name == "note" && place.width < place.column.width
      let whole =
        isShort ? frame.note(row: row)?.text(in: place.width) ?? "" : place.column.fitted(cell.text, to: place.width)
      let text = whole.fitted(to: place.width - indent, atEnd: place.column.alignsAtEnd)
      canvas.put(text, x: place.x + indent, y: y, cell.style)
    }
    guard let bar, top > 0 else { return }
    Bar(top: top).draw(
      Bar.parts(frame.pair(row).memoryWeight, style), on: &canvas, x: bar.x, y: y, width: bar.width)
  }

  private func draw(_ group: ListState.Group, y: Int, on canvas: inout Canvas) {
    if !group.isInside { canvas.put(group.isCollapsed ? "›" : "▾", x: 1, y: y, .bold) }
    sum(sums.line(group), group.isInside ? .dim : .bold, y: y, on: &canvas)
  }

  // MARK: Sums

  private var sums: WorkloadSums { WorkloadSums(state: state, frame: frame, summary: summary, isGross: isGross) }

  private func drawSums(on canvas: inout Canvas) {
    // Right below the last line, so that the eye adds up what belongs together.
    let lines = state.list.lines.isEmpty ? 3 : state.list.lines.count
    let y = min(area.bottom - 3, Self.firstRow(in: area) + lines)
    sum(sums.rest, .text, y: y, on: &canvas)
    rule(y + 1, on: &canvas)
    sum(sums.used, .text, y: y + 2, on: &canvas)
    guard let place = places.last(where: { Self.summed.contains($0.column.name) }), place.column.name == "cpu"
    else { return }
    let all = "of \(frame.current.host.cpusOnline * 100)"
    if place.x + place.width + 1 + all.count < area.right {
      canvas.put(all, x: place.x + place.width + 1, y: y + 2, .dim)
    }
  }

  /// Columns that can be added up.
  private static let summed: Set = ["gross", "memory", "tare", "cpu"]

  private func sum(_ line: WorkloadSums.Line, _ style: Style, y: Int, on canvas: inout Canvas) {
    let figures = places.filter { line.texts[$0.column.name] != nil }
    let room = (figures.map(\.x).min() ?? area.right) - 1
    canvas.put(line.name.fittedAtMost(max(0, room - Self.gutter)), x: Self.gutter, y: y, style)
    for place in figures {
      // As in the cells: the last place is for a mark.
      let text = "\(line.texts[place.column.name] ?? "") ".squeezed(to: place.width)
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
