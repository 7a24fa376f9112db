internal import TareModel

/// What parts one workload from its host and from others.
struct IsolationView {
  let state: ScreenState
  let frame: Frame
  let row: Int

  private var workload: Workload { frame.current.workloads[row] }
  private var inspection: Inspection? {
    state.inspection?.workload == workload.id ? state.inspection : nil
  }

  func draw(on canvas: inout Canvas) {
    let size = canvas.size
    Title.drawPage(state, frame, row, on: &canvas)
    let area = Details.area(size)
    let sections = sections(width: area.width)
    guard !sections.isEmpty else {
      let isRead = state.source.kind != .capture
      canvas.put(isRead ? "Read from the next sample on." : "Nobody read it of this host.", x: 1, y: 3, .dim)
      return
    }
    let flow = SectionFlow(history: state.shownHistory, style: Style(of: workload.kind))
    let rows = flow.draw(sections, on: &canvas, in: area, scroll: state.pageScroll)
    if rows > area.height {
      let says = " \(state.pageScroll + 1)–\(min(rows, state.pageScroll + area.height)) of \(rows) lines "
      canvas.put(says, x: size.width - 2 - says.displayWidth, y: 2)
    }
  }

  /// The last line that can be scrolled to.
  func lastScroll(_ size: Size) -> Int {
    let area = Details.area(size)
    let placed = SectionFlow.columns(sections(width: area.width), width: area.width, height: area.height).placed
    let longest = placed.map { $0.reduce(0) { $0 + $1.height } }.max() ?? 0
    return max(0, longest - 1 - area.height)
  }

  /// Empty before it was read.
  func sections(width: Int) -> [Section] {
    let column = SectionFlow.columnWidth(width)
    return IsolationTable(frame, row: row, inspection).parts.map { part in
      Section(
        title: part.title, note: part.legend,
        lines: part.lines.flatMap { line in
          line.wrapped(to: column - 1).map { text in
            Section.Line(name: text, isWhole: true, style: line.isWarning ? .warning : .text)
          }
        })
    }
  }
}
