internal import TareModel

/// What an event changes, and what it wants done. Reads nothing and knows no clock: the same events give the same screen.
public func reduce(_ state: inout ScreenState, _ event: Event) -> [Effect] {
  defer { state.settle() }
  switch event {
  case .key(let key): return state.press(key)
  case .mouse(let mouse): return state.move(mouse)
  case .resize(let size): state.size = size
  case .frame(let frame): state.take(frame)
  case .announcement(let frame): state.announce(frame)
  case .inspection(let inspection): state.inspection = inspection
  case .message(let message): state.message = message
  }
  return []
}

extension ScreenState {
  /// A new sample. While frozen it goes into the history and waits.
  mutating func take(_ frame: Frame) {
    if let elapsed = frame.elapsed, self.frame != nil {
      let intervals = Int(clamping: (elapsed + settings.interval / 2) / settings.interval)
      missedDeadlines += max(0, intervals - 1)
    }
    takeEvents(frame)
    let summary = Summary(frame)
    history.append(frame, summary, watched: watched)
    if isFrozen {
      latest = frame
      return
    }
    show(frame, summary)
  }

  /// The last sample with other rows: no point of the graphs.
  mutating func announce(_ frame: Frame) {
    takeEvents(frame, isAnnouncement: true)
    if !isFrozen { show(frame, Summary(frame)) }
  }

  mutating func show(_ frame: Frame, _ summary: Summary) {
    self.frame = frame
    self.summary = summary
    list.rank(frame)
  }

  /// Ids of workloads of which every figure's history is kept.
  private var watched: Set<String> {
    var ids = list.marked
    if let selection = list.selection { ids.insert(selection) }
    switch page {
    case .details(let id), .isolation(let id), .explain(let id): ids.insert(id)
    case .virtualizer: break
    case .compare(let one, let other): ids.formUnion([one, other])
    case nil: break
    }
    return ids
  }

  /// What must hold after every event: nothing points beyond its end.
  mutating func settle() {
    if overlay == .events { seenEvents = shownLog.total }
    if list.ranksGross != (view != .table) {
      list.ranksGross = view != .table
      if let frame { list.rank(frame) }
    }
    list.keepInSight(rows: listRows)
    pageScroll = max(0, min(pageScroll, lastPageScroll))
  }

  /// Rows of the list that the screen has room for.
  var listRows: Int {
    if isPlain { return PlainList.rows(size) }
    switch view {
    case .overview: return WorkloadGrid.rows(in: overviewLayout.table)
    case .table: return WorkloadGrid.rows(in: Screen.body(size))
    case .boot: return bootView?.layout.rows ?? 0
    case .stack: return 0
    }
  }

  var overviewLayout: Overview.Layout { Overview.Layout(size, hasUsers: settings.users) }

  /// The boot view; nil before the first sample.
  var bootView: BootView? {
    guard let frame, let summary else { return nil }
    return BootView(self, frame, summary)
  }

  private var lastPageScroll: Int {
    if case .help = overlay { return Help.lastScroll(size) }
    if case .events = overlay { return max(0, shownEvents.count - EventsView.rows(size)) }
    guard let frame else { return 0 }
    switch page {
    case .details(let id):
      return row(of: id).map { Details(state: self, frame: frame, row: $0).lastScroll(size) } ?? 0
    case .virtualizer: return VirtualizerView(frame: frame).lastScroll(size)
    case .isolation(let id):
      return row(of: id).map { IsolationView(state: self, frame: frame, row: $0).lastScroll(size) } ?? 0
    case .explain(let id):
      return row(of: id).map { ExplainView(state: self, frame: frame, row: $0).lastScroll(size) } ?? 0
    case .compare(let one, let other):
      guard let first = row(of: one), let second = row(of: other) else { return 0 }
      return HeadToHead(state: self, frame: frame, rows: (first, second)).lastScroll(size)
    case nil: return 0
    }
  }
}
