internal import TareModel

/// Draws what the state says. The canvas takes the state's size.
public func draw(_ state: ScreenState, on canvas: inout Canvas) {
  canvas.clear(state.size)
  Screen(state: state).draw(on: &canvas)
}

/// All that is on the screen: a header, what is looked at, what to know, and the keys.
struct Screen {
  let state: ScreenState

  /// Smaller than this nothing useful fits.
  static let least = Size(40, 10)

  /// Between the header and the two lines at the end.
  static func body(_ size: Size) -> Rect { Rect(x: 0, y: 1, width: size.width, height: size.height - 3) }

  func draw(on canvas: inout Canvas) {
    let size = state.size
    if size.width < Self.least.width || size.height < Self.least.height {
      canvas.put("tare needs \(Self.least.width)×\(Self.least.height), here \(size.width)×\(size.height)", x: 0, y: 0)
      return
    }
    guard let frame = state.frame, let summary = state.summary else {
      canvas.put("tare", x: 1, y: 0, .bold)
      return
    }
    Header.draw(state, frame, on: &canvas)
    drawView(frame, summary, on: &canvas)
    switch state.overlay {
    case .help:
      Help.draw(state, on: &canvas)
      Footer.draw([Footer.Hint(.leave, "back")], on: &canvas)
    case .settings(let line): SettingsPane.draw(state, line: line, on: &canvas)
    case .events:
      EventsView(state: state, frame: frame, size: size).draw(on: &canvas)
      Footer.draw(Self.eventHints, on: &canvas)
      state.list.drawOverlay(on: &canvas)
    case nil: state.list.drawOverlay(on: &canvas)
    }
  }

  private func drawView(_ frame: TareModel.Frame, _ summary: Summary, on canvas: inout Canvas) {
    switch state.page {
    case .details(let id):
      drawPage(id: id, on: &canvas) { row, canvas in Details(state: state, frame: frame, row: row).draw(on: &canvas) }
      drawStatus(frame, on: &canvas)
      Footer.draw(Self.detailHints, on: &canvas)
    case .virtualizer:
      VirtualizerView(frame: frame).draw(on: &canvas, scroll: state.pageScroll)
      drawStatus(frame, on: &canvas)
      Footer.draw(Self.compareHints, on: &canvas)
    case .isolation(let id):
      drawPage(id: id, on: &canvas) { row, canvas in
        IsolationView(state: state, frame: frame, row: row).draw(on: &canvas)
      }
      drawStatus(frame, on: &canvas)
      Footer.draw(Self.detailHints, on: &canvas)
    case .explain(let id):
      drawPage(id: id, on: &canvas) { row, canvas in
        ExplainView(state: state, frame: frame, row: row).draw(on: &canvas)
      }
      if state.message != nil { drawStatus(frame, on: &canvas) }
      Footer.draw(Self.explainHints, on: &canvas)
    case .compare(let one, let other):
      drawPage(id: one, on: &canvas) { first, canvas in
        drawPage(id: other, on: &canvas) { second, canvas in
          HeadToHead(state: state, frame: frame, rows: (first, second)).draw(on: &canvas)
        }
      }
      drawStatus(frame, on: &canvas)
      Footer.draw(Self.compareHints, on: &canvas)
    case nil:
      if state.isPlain {
        PlainList.draw(state, frame, summary, on: &canvas)
      } else {
        drawList(frame, summary, on: &canvas)
      }
      Footer.draw(hints, on: &canvas)
    }
  }

  private func drawList(_ frame: TareModel.Frame, _ summary: Summary, on canvas: inout Canvas) {
    switch state.view {
    case .overview: Overview(state: state, frame: frame, summary: summary).draw(on: &canvas)
    case .table:
      WorkloadGrid.table(state, frame, summary, in: Self.body(canvas.size)).draw(on: &canvas)
      drawStatus(frame, on: &canvas)
    case .stack:
      let end = StackView(state: state, frame: frame, summary: summary).draw(on: &canvas)
      // Its last line gives way to what has to be said.
      let y = canvas.size.height - 2
      guard end <= y || state.message != nil || !frame.current.problems.isEmpty else { break }
      canvas.erase(Rect(x: 0, y: y, width: canvas.size.width, height: 1))
      drawStatus(frame, on: &canvas)
    case .boot:
      let view = BootView(state, frame, summary)
      view.draw(on: &canvas)
      if state.message == nil, frame.current.problems.isEmpty, !state.list.lines.isEmpty {
        view.drawCertainty(on: &canvas, y: canvas.size.height - 2)
      } else {
        drawStatus(frame, on: &canvas)
      }
    }
  }

  /// A page about a workload; one that ended says so.
  private func drawPage(id: String, on canvas: inout Canvas, _ body: (Int, inout Canvas) -> Void) {
    if let row = state.row(of: id) { return body(row, &canvas) }
    canvas.put("\(id.harmless.fittedAtMost(canvas.size.width - 20)) has ended.", x: 1, y: 2, .bold)
    canvas.put("Esc goes back to the list.", x: 1, y: 3)
  }

  /// The line above the keys: a message, else the first thing to know, and at the right tare's own cost.
  private func drawStatus(_ frame: TareModel.Frame, on canvas: inout Canvas) {
    let y = canvas.size.height - 2
    var end = 1
    if let message = state.message {
      end = canvas.put(message.harmless, x: 1, y: y)
    } else if let problem = frame.current.problems.first {
      let note = Note(sign: "!", subject: problem.source.harmless, text: problem.message.harmless)
      let room = canvas.size.width - 24
      note.draw(on: &canvas, x: 1, y: y, limit: room)
      end = min(room, note.width + 1)
    }
    guard let cost = state.ownCost(frame).first(where: { end + 2 + $0.displayWidth < canvas.size.width }) else {
      return
    }
    canvas.put(cost, x: canvas.size.width - 1 - cost.displayWidth, y: y, .dim)
  }

  private var hints: [Footer.Hint] {
    let all =
      switch state.view {
      case .overview: Self.overviewHints
      case .table: Self.tableHints
      case .boot: Self.bootHints
      case .stack: state.isPlain ? Self.tableHints : Self.stackHints
      }
    guard state.newEvents > 0 else { return all }
    // Before what people know by heart, because it goes away again.
    let others = all.filter { $0.action != .events }
    let place = others.firstIndex { $0.action == .find || $0.action == .nextView } ?? others.count
    return others[..<place] + [Footer.Hint(.events, "\(state.newEvents) new")] + others[place...]
  }

  private static let views = Settings.View.allCases.map { Footer.Hint(.view($0), $0.rawValue) }
  private static let overviewHints =
    views + [
      Footer.Hint(.enter, "details"), Footer.Hint(.find, "find"), Footer.Hint(.events, "events"),
      Footer.Hint(.mark, "mark"), Footer.Hint(.compare, "compare"), Footer.Hint(.filter, "filter"),
      Footer.Hint(.freeze, "freeze"),
      Footer.Hint(.save, "save"),
    ]
  private static let tableHints =
    views + [
      Footer.Hint(.enter, "details"), Footer.Hint(.find, "find"), Footer.Hint(.filter, "filter"),
      Footer.Hint(.columns, "columns"), Footer.Hint(.tree, "tree"), Footer.Hint(.chooseSort, "sort"),
      Footer.Hint(.events, "events"), Footer.Hint(.invert, "invert"), Footer.Hint(.mark, "mark"),
      Footer.Hint(.compare, "compare"),
      Footer.Hint(.freeze, "freeze"), Footer.Hint(.save, "save"),
    ]
  private static let bootHints =
    [
      Footer.Hint(.lensNarrower, "zoom"), Footer.Hint(.align, "align"), Footer.Hint(.order, "order"),
      Footer.Hint(.distribution, "distribution"), Footer.Hint(.nextView, "next view"), Footer.Hint(.enter, "details"),
      Footer.Hint(.filter, "filter"), Footer.Hint(.events, "events"), Footer.Hint(.mark, "mark"),
      Footer.Hint(.compare, "compare"), Footer.Hint(.freeze, "freeze"), Footer.Hint(.save, "save"),
    ]
  private static let stackHints = [
    Footer.Hint(.right, "choose"), Footer.Hint(.enter, "what is in it"), Footer.Hint(.explain, "type 1 or 2"),
    Footer.Hint(.users, "users"), Footer.Hint(.nextView, "next view"), Footer.Hint(.events, "events"),
    Footer.Hint(.freeze, "freeze"), Footer.Hint(.save, "save"),
  ]
  private static let eventHints = [
    Footer.Hint(.leave, "back"), Footer.Hint(.down, "scroll"), Footer.Hint(.filter, "filter"),
    Footer.Hint(.freeze, "freeze"), Footer.Hint(.save, "save"),
  ]
  private static let detailHints = [
    Footer.Hint(.leave, "back"), Footer.Hint(.down, "scroll"), Footer.Hint(.nextWorkload, "next"),
    Footer.Hint(.previousWorkload, "previous"), Footer.Hint(.copy, "copy id"), Footer.Hint(.freeze, "freeze"),
    Footer.Hint(.save, "save"),
  ]
  private static let explainHints = [
    Footer.Hint(.leave, "back"), Footer.Hint(.down, "figure"), Footer.Hint(.pageDown, "scroll"),
    Footer.Hint(.nextWorkload, "next"), Footer.Hint(.previousWorkload, "previous"), Footer.Hint(.freeze, "freeze"),
    Footer.Hint(.save, "save"),
  ]
  private static let compareHints = [
    Footer.Hint(.leave, "back"), Footer.Hint(.down, "scroll"), Footer.Hint(.freeze, "freeze"),
    Footer.Hint(.save, "save"),
  ]
}
