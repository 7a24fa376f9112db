internal import TareModel

/// What happened to workloads, the newest first, over whatever is shown.
struct EventsView {
  let state: ScreenState
  let frame: TareModel.Frame
  let size: Size

  /// A title, headings where there is room, and the keys.
  static func rows(_ size: Size) -> Int { max(1, size.height - 2 - top(size)) }
  private static func top(_ size: Size) -> Int { size.height >= 16 ? 3 : 2 }

  /// The columns that there is room for: their first cells.
  private struct Places {
    let time = 1
    let letter: Int
    let name: Int
    let kind: Int
    var runtime: Int?
    var detail: Int?

    init(_ width: Int) {
      letter = width < 60 ? 11 : 15
      name = letter + 2
      kind = name + (width < 60 ? 14 : width < 110 ? 16 : 25)
      guard width >= 60 else { return }
      let next = kind + 13
      runtime = width >= 100 ? next : nil
      detail = width >= 100 ? next + 18 : next
    }
  }

  func draw(on canvas: inout Canvas) {
    canvas.erase(Rect(x: 0, y: 1, width: size.width, height: size.height - 1))
    let events = state.shownEvents
    drawTitle(events.count, on: &canvas)
    let places = Places(size.width)
    if events.isEmpty { return drawNothing(on: &canvas) }
    if Self.top(size) > 2 { drawHeadings(places, on: &canvas) }
    let rows = Dictionary(frame.current.serials.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    for (index, event) in events.dropFirst(state.pageScroll).prefix(Self.rows(size)).enumerated() {
      // A name may have come since.
      let workload = rows[event.serial].map { frame.current.workloads[$0] } ?? event.workload
      draw(event, workload, places, y: Self.top(size) + index, on: &canvas)
    }
  }

  private func drawTitle(_ count: Int, on canvas: inout Canvas) {
    let x = canvas.put("EVENTS", x: 1, y: 1, .bold) + 2
    let log = state.shownLog
    var says = "\(log.total) since \(Clock.text(log.since ?? frame.current.realtime, offset: state.utcOffset))"
    if log.total > log.events.count { says = "the last \(log.events.count) of \(says)" }
    if log.losses > 0 {
      says += ", starts missed \(log.losses == 1 ? "once" : "\(log.losses) times")"
    } else if frame.current.startsUnheard != nil {
      says += "; short ones may be missing"
    }
    if let filter = state.list.filterText {
      says = "\(count) of \(size.width < 60 ? String(log.total) : says)   filter: \(filter.harmless)"
    }
    let rows = Self.rows(size)
    let place =
      count > rows ? "\(state.pageScroll + 1)–\(min(count, state.pageScroll + rows)) of \(count)" : ""
    let end = size.width - 1 - place.displayWidth
    canvas.put(says.fittedAtMost(max(0, end - x - 1)), x: x, y: 1, .dim)
    canvas.put(place, x: end, y: 1, .dim)
  }

  private func drawHeadings(_ places: Places, on canvas: inout Canvas) {
    canvas.put("TIME", x: places.time, y: 2, .dim)
    canvas.put("NAME", x: places.name, y: 2, .dim)
    canvas.put("WHAT", x: places.kind, y: 2, .dim)
    if let x = places.runtime { canvas.put("RUNTIME", x: x, y: 2, .dim) }
  }

  private func drawNothing(on canvas: inout Canvas) {
    let isFiltered = state.shownLog.total > 0
    let lines = [
      isFiltered ? "No event matches the filter." : "Nothing has happened yet.",
      "Starts, ends, OOM kills and throttling stand here.",
    ]
    for (index, line) in lines.enumerated() {
      canvas.put(line.fittedAtMost(size.width - 2), x: 1, y: Self.top(size) + index, index == 0 ? .bold : .dim)
    }
  }

  private func draw(
    _ event: LifeEvent, _ workload: Workload, _ places: Places, y: Int, on canvas: inout Canvas
  ) {
    let time = EventText.time(event, now: frame.current.realtime, offset: state.utcOffset, isShort: size.width < 60)
    canvas.put(time, x: places.time, y: y)
    canvas.put(workload.kind.letter, x: places.letter, y: y, Style(of: workload.kind))
    canvas.put(workload.name.harmless.fittedAtMost(places.kind - places.name - 1), x: places.name, y: y, .bold)
    let isWarning = EventText.isWarning(event.kind)
    canvas.put((isWarning ? "!" : "") + event.kind.rawValue, x: places.kind, y: y, isWarning ? .warning : .text)
    if let x = places.runtime {
      canvas.put(workload.runtime.rawValue.fittedAtMost((places.detail ?? size.width) - x - 1), x: x, y: y)
    }
    guard let x = places.detail else { return }
    let words = EventText.detail(event, workload, now: frame.current.realtime)
    canvas.put(words.fittedAtMost(size.width - 1 - x), x: x, y: y, .dim)
  }
}
