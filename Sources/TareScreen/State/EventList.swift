internal import TareModel

extension ScreenState {
  /// Events that the filter leaves, the newest first.
  var shownEvents: [LifeEvent] {
    // Those that an engine told of come a sample later than those that were seen.
    let events = shownLog.events.enumerated().sorted { ($1.element.hi, $1.offset) < ($0.element.hi, $0.offset) }.map(
      \.element)
    guard let frame, let filter = list.filter, !filter.isEmpty else { return events }
    let rows = Dictionary(frame.current.serials.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    // Of one that ended only what it was is known, no figure.
    var ended = Sample(host: frame.current.host)
    ended.prepare(events.map(\.workload), serials: events.map(\.serial))
    ended.realtime = frame.current.realtime
    let last = Frame(previous: nil, current: ended)
    return events.enumerated().filter { place, event in
      rows[event.serial].map { filter.matches(frame, $0) } ?? filter.matches(last, place)
    }.map(\.element)
  }

  /// What a sample tells. Who has scrolled down keeps the same lines before the eyes.
  mutating func takeEvents(_ frame: Frame, isAnnouncement: Bool = false) {
    guard overlay == .events, pageScroll > 0, !isFrozen else {
      return log.take(frame, isAnnouncement: isAnnouncement)
    }
    let before = log.total == log.events.count ? shownEvents.count : nil
    log.take(frame, isAnnouncement: isAnnouncement)
    if let before { pageScroll += shownEvents.count - before }
  }

  /// A key while the events are open.
  mutating func performOnEvents(_ action: Action) -> [Effect] {
    switch action {
    case .up, .down, .pageUp, .pageDown, .first, .last: scrollPage(action)
    case .filter: list.handle(.filter, in: frame, rows: listRows)
    case .events, .leave, .enter:
      overlay = nil
      pageScroll = 0
    case .view, .nextView, .previousView:
      overlay = nil
      return perform(action)
    case .help, .freeze, .slower, .faster: return perform(action)
    default: break
    }
    return []
  }
}
