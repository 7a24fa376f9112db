internal import TareModel

extension ScreenState {
  /// A key, on whatever lies on top.
  mutating func press(_ typed: Key) -> [Effect] {
    message = nil
    if list.isTyping { return list.type(typed, in: frame) }
    let key = latin(typed)
    if list.chooser != nil {
      let effects = list.choose(key, in: frame)
      settings.columns = list.columns
      return effects
    }
    if let overlay { return press(key, on: overlay) }
    guard let action = KeyTable.action(of: key) else {
      if case .character(let character) = typed, Hangul.isSyllable(character) {
        message = "한/영: the input mode puts syllables together; switch to Latin letters"
      }
      return []
    }
    return perform(action)
  }

  /// While a Korean input mode is on, the letter on the same key.
  private func latin(_ key: Key) -> Key {
    guard case .character(let character) = key, let letter = Hangul.letter(character) else { return key }
    return .character(letter)
  }

  mutating func perform(_ action: Action) -> [Effect] {
    if let effects = handleStack(action) ?? handleExplain(action) { return effects }
    switch action {
    case .quit: return [.quit]
    case .suspend: return [.suspend]
    case .redraw: return [.redraw]
    case .save: return [.save]
    case .help:
      overlay = .help
      pageScroll = 0
    case .settings: overlay = .settings(0)
    case .events:
      overlay = .events
      pageScroll = 0
    case .toggleMouse:
      settings.mouse.toggle()
      message = settings.mouse ? "mouse on" : "mouse off: the terminal selects text again"
      return [.mouse(settings.mouse)]
    case .watchOnly: message = "tare only watches: it stops, kills and removes nothing"
    case .copy:
      guard let id = list.selection?.harmless else { return [] }
      message = "copied \(id)"
      return [.copy(id)]
    case .freeze: toggleFreeze()
    case .slower: return step(interval: 1)
    case .faster: return step(interval: -1)
    case .view(let view): return go(to: view)
    case .nextView, .previousView:
      let views = Settings.View.allCases
      let step = action == .nextView ? 1 : views.count - 1
      let place = views.firstIndex(of: view) ?? 0
      return go(to: views[(place + step) % views.count])
    case .leave: return leave()
    case .enter: return enter()
    case .compare: return compare()
    case .isolation: return look { .isolation($0) }
    case .explain:
      explain.choice = nil
      return look { .explain($0) }
    case .users: return toggleUsers()
    case .nextWorkload, .previousWorkload: return turn(action == .nextWorkload ? 1 : -1)
    case .lensWider, .lensNarrower, .align, .order, .distribution: handleBoot(action)
    case .up, .down, .pageUp, .pageDown, .first, .last:
      if page != nil {
        scrollPage(action)
      } else {
        list.handle(action, in: frame, rows: listRows)
      }
    default:
      if page == nil { list.handle(action, in: frame, rows: listRows) }
    }
    return []
  }

  private mutating func toggleFreeze() {
    guard isFrozen else {
      (frozenHistory, frozenLog) = (history, log)
      return
    }
    (frozenHistory, frozenLog) = (nil, nil)
    if let latest { show(latest, Summary(latest)) }
    latest = nil
  }

  private static let steps: [UInt64] = [100, 200, 500, 1000, 2000, 5000, 10000, 30000, 60000].map { $0 * 1_000_000 }

  private mutating func step(interval direction: Int) -> [Effect] {
    let now = settings.interval
    let next = direction > 0 ? Self.steps.first { $0 > now } : Self.steps.last { $0 < now }
    guard let next else { return [] }
    settings.interval = next
    message = "every \(Clock.interval(next))"
    return [.interval(next)]
  }

  private mutating func go(to view: Settings.View) -> [Effect] {
    let wasInside = page != nil
    self.view = view
    page = nil
    pageScroll = 0
    boot.isDistribution = false
    return wasInside ? [.inspect(nil)] : []
  }

  private mutating func leave() -> [Effect] {
    if page != nil {
      page = nil
      pageScroll = 0
      return [.inspect(nil)]
    }
    if view == .boot, boot.isDistribution {
      boot.isDistribution = false
      return []
    }
    list.handle(.leave, in: frame, rows: listRows)
    return []
  }

  private mutating func enter() -> [Effect] {
    guard page == nil, let id = list.enter(in: frame) else { return [] }
    return open(id)
  }

  mutating func open(_ id: String) -> [Effect] { open(.details(id), of: id) }

  /// A page about the workload that is looked at, or else selected.
  private mutating func look(_ page: (String) -> Page) -> [Effect] {
    guard let id = self.page?.workload ?? list.selection else { return [] }
    return open(page(id), of: id)
  }

  private mutating func open(_ page: Page, of id: String) -> [Effect] {
    if self.page?.workload != id { inspection = nil }
    self.page = page
    pageScroll = 0
    return [.inspect(id)]
  }

  private mutating func toggleUsers() -> [Effect] {
    settings.users.toggle()
    message = settings.users ? "users shown" : "users hidden"
    return [.users(settings.users)]
  }

  private mutating func compare() -> [Effect] {
    let ids = frame?.current.workloads.map(\.id).filter { list.marked.contains($0) } ?? []
    var pair = ids
    // With one marked, the selected one is the other.
    if pair.count == 1, let selection = list.selection, selection != pair[0] { pair.append(selection) }
    guard pair.count == 2 else {
      let key = Footer.Hint(.mark, "").label
      message = pair.count > 2 ? "\(pair.count) are marked: mark two" : "mark two with \(key), then compare them"
      return []
    }
    page = .compare(pair[0], pair[1])
    pageScroll = 0
    return []
  }

  /// In the details: to the workload after or before this one.
  private mutating func turn(_ step: Int) -> [Effect] {
    guard let page, let id = page.workload, let frame else { return [] }
    guard let next = list.neighbour(of: id, step: step, in: frame) else { return [] }
    if let line = list.lines.indices.first(where: { list.id(of: $0, in: frame) == next }) {
      list.select(line: line, in: frame)
    }
    switch page {
    case .isolation: return open(.isolation(next), of: next)
    case .explain: return open(.explain(next), of: next)
    case .details, .compare, .virtualizer: return open(next)
    }
  }

  mutating func scrollPage(_ action: Action) {
    let rows = Details.area(size).height
    switch action {
    case .up: pageScroll -= 1
    case .down: pageScroll += 1
    case .pageUp: pageScroll -= rows
    case .pageDown: pageScroll += rows
    case .first: pageScroll = 0
    case .last: pageScroll = .max
    default: break
    }
  }

  private mutating func press(_ key: Key, on overlay: Overlay) -> [Effect] {
    let action = KeyTable.action(of: key)
    switch action {
    case .quit, .suspend, .redraw, .save: return perform(action ?? .redraw)
    default: break
    }
    switch overlay {
    case .help:
      switch action {
      case .up, .down, .pageUp, .pageDown, .first, .last: if let action { scrollPage(action) }
      default:
        self.overlay = nil
        pageScroll = 0
      }
      return []
    case .settings(let line): return SettingsPane.press(key, action, line: line, &self)
    case .events: return action.map { performOnEvents($0) } ?? []
    }
  }
}

extension ScreenState {
  /// What the mouse did, on the list; elsewhere only the wheel means something.
  mutating func move(_ mouse: Mouse) -> [Effect] {
    let step: Action? = mouse.action == .wheelUp ? .up : mouse.action == .wheelDown ? .down : nil
    if let step {
      if page != nil || overlay == .help || overlay == .events {
        for _ in 0..<3 { scrollPage(step) }
      } else if overlay == nil {
        list.handle(step, in: frame, rows: listRows)
      }
      return []
    }
    guard page == nil, overlay == nil, list.chooser == nil, let frame else { return [] }
    guard let line = listLine(at: mouse) else {
      if let column = heading(at: mouse) { list.sort(by: column, frame) }
      return []
    }
    guard list.lines.indices.contains(line) else { return [] }
    list.select(line: line, in: frame)
    guard mouse.action == .doublePress, let id = list.enter(in: frame) else { return [] }
    return open(id)
  }

  /// Too small for anything but a plain list.
  var isPlain: Bool { size.width < 60 || size.height < 16 }

  /// The line of the list under the mouse.
  private func listLine(at mouse: Mouse) -> Int? {
    guard (0..<size.width).contains(mouse.x) else { return nil }
    let top: Int
    if isPlain {
      top = 1
    } else {
      switch view {
      case .overview: top = WorkloadGrid.firstRow(in: overviewLayout.table)
      case .table: top = WorkloadGrid.firstRow(in: Screen.body(size))
      case .boot: return boot.isDistribution ? nil : bootView?.layout.line(at: mouse.y).map { list.scroll + $0 }
      case .stack: return nil
      }
    }
    return (top..<(top + listRows)).contains(mouse.y) ? list.scroll + mouse.y - top : nil
  }

  /// The column whose heading is under the mouse.
  private func heading(at mouse: Mouse) -> String? {
    guard let frame, let summary, !isPlain else { return nil }
    switch view {
    case .overview:
      return WorkloadGrid.overview(self, frame, summary, in: overviewLayout.table).heading(
        x: mouse.x, y: mouse.y)
    case .table:
      return WorkloadGrid.table(self, frame, summary, in: Screen.body(size)).heading(x: mouse.x, y: mouse.y)
    case .boot: return bootView?.heading(x: mouse.x, y: mouse.y)
    case .stack: return nil
    }
  }
}
