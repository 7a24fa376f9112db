internal import TareModel

/// How every workload came up, as bars of its phases on one linear scale, and again through a lens on the first moments,
/// where containers live.
struct BootView {
  let state: ScreenState
  let frame: Frame
  let summary: Summary
  let layout: BootLayout
  private let bars: [Int: BootBar]
  private let everything: BootAxis
  private let lens: BootAxis?

  init(_ state: ScreenState, _ frame: Frame, _ summary: Summary) {
    (self.state, self.frame, self.summary) = (state, frame, summary)
    let workloads = frame.current.workloads
    var bars: [Int: BootBar] = [:]
    for case .workload(let row, _) in state.list.lines {
      bars[row] = BootBar(workloads[row], now: frame.current.realtime, from: state.boot.zero)
    }
    self.bars = bars
    let (begin, end) = (bars.values.map(\.begin).min() ?? 0, bars.values.map(\.end).max() ?? 0)
    let closeUp = Self.closeUp(bars.map { (workloads[$0].kind, $1) }, end: end - begin, zoom: state.boot.zoom)
    let lanes = (summary.containers.count > 0 ? 1 : 0) + (summary.machines.count > 0 ? 1 : 0)
    layout = BootLayout(state.size, lines: state.list.lines.count, hasLens: closeUp != nil, lanes: lanes)
    let width = layout.bar.width
    everything = BootAxis(from: begin, to: end, width: width)
    lens = closeUp.map { BootAxis(from: max(begin, -$0), to: $0, width: width) }
  }

  /// Seconds that the lens shows: what containers need until user space, or VMs until their first instruction; nil where
  /// all of it is not much more.
  private static func closeUp(_ bars: [(kind: Workload.Kind, bar: BootBar)], end: Double, zoom: Int) -> Double? {
    func values(_ kind: Workload.Kind, _ phase: BootTimeline.Phase) -> [Double] {
      bars.filter { $0.kind == kind }.compactMap { _, bar in
        (bar.seconds(of: phase) ?? bar.points.last?.seconds).map { $0 - bar.begin }
      }.sorted()
    }
    var short = values(.container, .userspace)
    if short.isEmpty { short = values(.vm, .executing) }
    // One that took much longer than most does not widen it.
    guard let last = short.last, last > 0 else { return nil }
    var seconds = min(last, 4 * max(short[short.count / 2], 0.01)) * 1.4
    for _ in 0..<abs(zoom) { seconds = zoom > 0 ? seconds / 2 : seconds * 2 }
    return seconds * 2 <= end ? max(seconds, 0.001) : nil
  }

  // MARK: Drawing

  func draw(on canvas: inout Canvas) {
    if state.list.lines.isEmpty { return drawEmpty(on: &canvas) }
    let legend = drawLegend(on: &canvas)
    if state.boot.isDistribution {
      drawDistributions(on: &canvas)
    } else {
      drawBars(after: legend, on: &canvas)
    }
    drawStrip(on: &canvas)
  }

  private func drawEmpty(on canvas: inout Canvas) {
    canvas.put("BOOT", x: 1, y: layout.area.y, .bold)
    for (index, line) in Notes.nothing(state, frame).prefix(max(0, layout.area.height - 2)).enumerated() {
      canvas.put(
        line.fittedAtMost(layout.area.width - 5), x: 3, y: layout.first + index, index == 0 ? .bold : .text)
    }
  }

  /// - Returns: the first cell after it.
  private func drawLegend(on canvas: inout Canvas) -> Int {
    let y = layout.area.y
    canvas.put("BOOT", x: 1, y: y, .bold)
    if state.boot.isDistribution {
      return canvas.put(
        "how long starts of each kind took, log; marked: the selected one", x: 7, y: y, limit: layout.area.right)
    }
    let isNarrow = layout.area.width < 72
    let words: [(BootTimeline.Phase, String)] = [
      (.requested, isNarrow ? "asked" : "request"), (.spawned, "spawned"), (.isolated, "isolated"),
      (.executing, isNarrow ? "exec" : "executing"), (.userspace, isNarrow ? "user" : "userspace"), (.ready, "answers"),
    ]
    let width = words.reduce(0) { $0 + $1.1.count + 4 } - 2
    var x = layout.bar.x + width < layout.area.right ? layout.bar.x : 7
    let gap = x + width < layout.area.right ? 2 : 1
    for (phase, word) in words {
      x = canvas.put(BootBar.letter(phase), x: x, y: y, .bold)
      x = canvas.put(word, x: x + 1, y: y) + gap
    }
    return x
  }

  private func drawBars(after legend: Int, on canvas: inout Canvas) {
    drawScales(after: legend, on: &canvas)
    let lines = state.list.lines.dropFirst(state.list.scroll).prefix(layout.rows)
    for (index, line) in lines.enumerated() {
      draw(line, y: layout.first + index, axis: everything, isLens: false, on: &canvas)
      if let lens, let first = layout.firstInLens {
        draw(line, y: first + index, axis: lens, isLens: true, on: &canvas)
      }
    }
    guard let area = layout.distribution else { return }
    let row = state.selectedRow.map { frame.current.workloads[$0] }
    BootDistribution(summary, phases: [.userspace]).draw(on: &canvas, in: area, selected: row)
  }

  private func drawScales(after legend: Int, on canvas: inout Canvas) {
    let (y, bar) = (layout.area.y + 1, layout.bar)
    let order = "by \(state.list.sort)\(state.list.isInverted ? " ▴" : "")"
    canvas.put(order.fittedAtMost(bar.x - 2), x: 1, y: y, .dim)
    let zero = state.boot.zero == .requested ? "0" : "0 is \(BootBar.letter(state.boot.zero))"
    everything.draw(on: &canvas, x: bar.x, y: y, width: bar.width, zero: zero)
    let sort = state.list.sort
    for (title, above, key, end) in [("R→U s ", "BOOT ", "boot", 7), ("R→A s ", "READY ", "ready", 16)] {
      let x = layout.figures + end
      canvas.put(title, x: x - title.displayWidth, y: y, sort == key ? .bold : .text)
      if legend < layout.figures { canvas.put(above, x: x - above.count, y: y - 1, sort == key ? .bold : .text) }
    }
    guard let lens, let y = layout.lens else { return }
    canvas.put("×\(Scaled.decimal(everything.length / lens.length, digits: 0))", x: 1, y: y, .bold)
    lens.draw(on: &canvas, x: bar.x, y: y, width: bar.width, zero: zero)
    let says = lens.from < 0 ? "up to \(lens.text(lens.to)) s" : "first \(lens.text(lens.to)) s"
    canvas.put(says, x: layout.figures, y: y, limit: layout.area.right)
  }

  private func draw(_ line: ListState.Line, y: Int, axis: BootAxis, isLens: Bool, on canvas: inout Canvas) {
    switch line {
    case .group(let place):
      let group = state.list.groups[place]
      // It has no start of its own.
      if group.isInside { break }
      canvas.put(group.isCollapsed ? "›" : "▾", x: 1, y: y, .bold)
      let x = min(3 + 2 * group.depth, layout.area.width / 2)
      canvas.put(group.title.harmless.fittedAtMost(max(0, layout.area.width - 3 - x)), x: x, y: y, .bold)
    case .workload(let row, let depth): draw(row: row, depth: depth, y: y, axis, isLens: isLens, on: &canvas)
    }
    guard state.list.id(of: line, in: frame) == state.list.selection else { return }
    canvas.put("▸", x: 0, y: y)
    canvas.select(Rect(x: 0, y: y, width: layout.area.width, height: 1))
  }

  private func draw(row: Int, depth: Int, y: Int, _ axis: BootAxis, isLens: Bool, on canvas: inout Canvas) {
    let workload = frame.current.workloads[row]
    let style: Style = Style(of: workload.kind)
    canvas.put(workload.kind.letter, x: 1, y: y, style)
    if state.list.marked.contains(workload.id) { canvas.put("*", x: 2, y: y, .bold) }
    let indent = min(depth, layout.name / 2)
    canvas.put(workload.name.harmless.fittedAtMost(layout.name - indent), x: 3 + indent, y: y)
    let (bar, place) = (bars[row], layout.bar)
    if let bar {
      bar.draw(on: &canvas, x: place.x, y: y, width: place.width, axis: axis, style: style)
    } else if !isLens, workload.boot.start != nil {
      canvas.put("nothing tells of \(BootBar.letter(state.boot.zero)), which is 0 here", x: place.x, y: y, .dim)
    }
    let notes = BootWords(workload: workload, now: frame.current.realtime).notes(beyond: isLens ? axis : nil, bar)
    if !isLens {
      for (phase, x, width) in [(BootTimeline.Phase.userspace, 0, 7), (.ready, 8, 8)] {
        let text = FigureText.text(workload.boot.span(to: phase)).fitted(to: width, atEnd: true)
        canvas.put(text, x: layout.figures + x, y: y)
      }
      if let column = layout.notes {
        put(notes, x: column.x, limit: column.x + column.width, y: y, on: &canvas)
      } else if lens == nil, let bar {
        // Beside the bar, where it leaves room: what must not be missed only.
        let x = place.x + max(0, axis.cell(bar.end, width: place.width)) + 4
        let urgent = notes.filter { $0.style != .dim }
        put(Array(urgent.prefix(1)), x: x, limit: layout.figures - 1, y: y, on: &canvas)
      }
    } else if layout.notes == nil {
      put(Array(notes.prefix(1)), x: layout.figures, limit: layout.area.right, y: y, on: &canvas)
    }
  }

  /// As many as fit, each in its longest form.
  private func put(_ notes: [BootWords.Note], x: Int, limit: Int, y: Int, on canvas: inout Canvas) {
    var at = x
    for note in notes {
      guard let text = note.texts.first(where: { at + $0.displayWidth <= limit }) else { continue }
      at = canvas.put(text, x: at, y: y, note.style) + 2
    }
  }

  // MARK: Below

  private func drawDistributions(on canvas: inout Canvas) {
    let bottom = layout.summary ?? layout.strip ?? layout.area.bottom
    let area = Rect(
      x: 1, y: layout.first, width: layout.area.width - 2, height: bottom - layout.first - (bottom > 24 ? 1 : 0))
    let row = state.selectedRow.map { frame.current.workloads[$0] }
    BootDistribution(summary, phases: [.userspace, .ready]).draw(on: &canvas, in: area, selected: row)
  }

  private func drawStrip(on canvas: inout Canvas) {
    if let y = layout.summary {
      canvas.put(BootDistribution.line(summary).fittedAtMost(layout.area.width - 2), x: 1, y: y)
    }
    guard let y = layout.strip else { return }
    let position = position
    let limit = layout.area.right - 2 - position.displayWidth
    canvas.put(position, x: layout.area.right - 1 - position.displayWidth, y: y, .dim)
    guard let row = state.selectedRow else { return }
    let workload = frame.current.workloads[row]
    canvas.put("▸", x: 0, y: y)
    let style: Style = Style(of: workload.kind)
    var x = canvas.put(workload.kind.letter, x: 1, y: y, style) + 1
    x = canvas.put(workload.name.harmless.fittedAtMost(20), x: x, y: y, .bold, limit: limit) + 3
    let phases = Title.phases(workload.boot)
    x = canvas.put(phases.fittedAtMost(max(0, limit - x)), x: x, y: y) + 3
    put(
      BootWords(workload: workload, now: frame.current.realtime).notes(), x: x, limit: limit, y: y, on: &canvas)
  }

  /// Which part of which rows is seen.
  private var position: String {
    let (count, list) = (state.list.lines.count, state.list)
    var says: [String] = []
    if list.tree != .off { says.append("tree by \(list.tree.rawValue)") }
    if let filter = list.filterText { says.append("filter: \(filter.harmless.fittedAtMost(24))") }
    if !list.marked.isEmpty { says.append("\(list.marked.count) marked") }
    if count > layout.rows, !state.boot.isDistribution {
      says.append("\(list.scroll + 1)–\(min(count, list.scroll + layout.rows)) of \(count)")
    }
    return says.joined(separator: "   ")
  }

  /// What the fills mean, in the line above the keys; nil where that does not fit.
  func drawCertainty(on canvas: inout Canvas, y: Int) {
    guard !state.list.lines.isEmpty else { return }
    var x = 1
    if let why = frame.current.startsUnheard {
      x = canvas.put("!", x: x, y: y, .warning) + 1
      canvas.put(why.harmless.fittedAtMost(layout.area.right - 1 - x), x: x, y: y)
      return
    }
    if state.boot.isDistribution {
      x = canvas.put("• both ends known   < ≥ a bound", x: x, y: y, .dim)
    } else {
      x = canvas.put("end of a bar", x: x, y: y, .dim) + 2
      for label in [BootTimeline.Label.measured, .reported, .inferred, .unknown] {
        let fill = String(Character(BootBar.fill(label, isASCII: canvas.isASCII)))
        x = canvas.put("\(fill) \(label.rawValue)", x: x, y: y, .dim) + 2
      }
      x = canvas.put("! doubtful", x: x, y: y, .dim)
    }
    guard layout.summary == nil else { return }
    let line = BootDistribution.line(summary)
    guard x + 4 + line.displayWidth < layout.area.right else { return }
    canvas.put(line, x: layout.area.right - 1 - line.displayWidth, y: y)
  }

  /// The column whose heading is here.
  func heading(x: Int, y: Int) -> String? {
    guard !state.boot.isDistribution, y == layout.area.y + 1 else { return nil }
    switch x - layout.figures {
    case 0..<7: return "boot"
    case 7..<16: return "ready"
    default: return nil
    }
  }
}
