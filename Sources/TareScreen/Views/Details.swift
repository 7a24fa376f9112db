internal import TareModel

/// Everything about one workload: each figure with its history, its tasks, its devices, its ids, and what could not be read.
struct Details {
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
    let area = Self.area(size)
    let style: Style = Style(of: workload.kind)
    let flow = SectionFlow(history: state.shownHistory, style: style)
    let rows = flow.draw(sections(width: area.width), on: &canvas, in: area, scroll: state.pageScroll)
    if rows > area.height {
      let says = " \(state.pageScroll + 1)–\(min(rows, state.pageScroll + area.height)) of \(rows) lines "
      canvas.put(says, x: size.width - 2 - says.displayWidth, y: 2)
    }
  }

  static func area(_ size: Size) -> Rect { Rect(x: 1, y: 3, width: size.width - 2, height: size.height - 5) }

  /// The last line that can be scrolled to.
  func lastScroll(_ size: Size) -> Int {
    let area = Self.area(size)
    let columns = SectionFlow.columns(sections(width: area.width), width: area.width, height: area.height)
    let longest = columns.placed.map { $0.reduce(0) { $0 + $1.height } }.max() ?? 0
    return max(0, longest - 1 - area.height)
  }

  private func sections(width: Int) -> [Section] {
    let now = frame.current.realtime
    let guest = GuestSection(
      answer: frame.current.guests[row], given: frame.current[row, .memoryConfigured].number, now: now,
      settings: state.settings)
    let boot = workload.kind == .user ? [] : [BootSection(workload: workload, now: now).section]
    return
      (figureSections + isolation(width: width) + guest.sections + boot + [tasks] + devices
      + [identity, cgroups, missing].compactMap { $0 }).filter {
        !$0.lines.isEmpty
      }
  }

  /// Where there is one column only, they have a page of their own.
  private func isolation(width: Int) -> [Section] {
    SectionFlow.count(width: width) > 1
      ? IsolationView(state: state, frame: frame, row: row).sections(width: width) : []
  }

  // MARK: Figures

  private static let titles: [(group: Substring, title: String)] = [
    ("memory", "MEMORY"), ("cpu", "CPU"), ("pressure", "STALLED"), ("io", "DISK"), ("network", "NETWORK"),
    ("processes", "TASKS"),
  ]

  private var figureSections: [Section] {
    let places = Array(Figure.catalogue.enumerated())
    let groups = Figure.catalogue.map(\.group).reduce(into: [Substring]()) {
      // That stands in the sections of what is weighed.
      if !$0.contains($1), $1 != "tare" { $0.append($1) }
    }
    let weight = WeightSection(state: state, frame: frame, row: row)
    let ordered = groups.sorted { (rank($0), $0) < (rank($1), $1) }
    return ordered.map { group in
      let weighed = weight.lines(of: group)
      let figures = places.filter { $0.element.group == group && !weighed.replaced.contains($0.element.name) }
      return Section(
        title: Self.titles.first { $0.group == group }?.title ?? group.uppercased(),
        lines: weighed.lines + figures.compactMap { line($0.element, place: $0.offset) })
    }
  }

  private func rank(_ group: Substring) -> Int { Self.titles.firstIndex { $0.group == group } ?? Self.titles.count }

  private func line(_ figure: Figure, place: Int) -> Section.Line? {
    var value = frame.value(figure, row: row)
    // What is expensive to read is there while somebody looks.
    if figure.name == Figure.cpuWait.name, value.number == nil, let wait = inspection?.wait { value = wait }
    // What this kind of workload does not have is no line.
    if value == .missing(.notApplicable) { return nil }
    var line = Section.Line(name: figure.label)
    line.value = FigureText.text(value, figure.unit, state.settings)
    let bound = figure.bound(frame.pair(row))
    if value.number != nil, bound != .exact { line.value = "\(bound.sign) \(line.value)".squeezed(to: 11) }
    switch value {
    case .missing(let reason): line.tail = .text(reason.rawValue, .dim)
    case .unlimited: line.tail = .text("no limit", .dim)
    // What only ever grows has no shape.
    case _ where figure.name.hasSuffix("_total"): break
    default:
      if let series = state.shownHistory.figure(place, serial: frame.current.serials[row]) {
        line.tail = .history(series)
      }
    }
    return line
  }

  // MARK: Tasks and devices

  private var tasks: Section {
    let title = workload.kind != .vm ? "PROCESSES" : "THREADS"
    guard let inspection else {
      let says = state.source.kind == .capture ? "a captured host holds none" : "read from the next sample on"
      return Section(title: title, lines: [Section.Line(name: says, isWhole: true, style: .dim)])
    }
    var lines = inspection.tasks.map { task -> Section.Line in
      let numbers = "\(percent(task.cpu)) \(percent(task.wait)) \(resident(task))"
      let number = workload.kind != .vm ? task.pid : task.tid
      let role = task.role == .process ? "" : "\(task.role.rawValue) "
      return Section.Line(
        name: "\(String(number).fitted(to: 8))\(numbers) \(role)\(task.name.harmless)", isWhole: true)
    }
    if lines.isEmpty { lines = [Section.Line(name: "none can be seen", isWhole: true, style: .dim)] }
    let heads =
      "\("PID".fitted(to: 8))\("CPU %".fitted(to: 6, atEnd: true)) \("WAIT".fitted(to: 6, atEnd: true)) "
      + "\("RSS".fitted(to: 8, atEnd: true)) COMMAND"
    lines.insert(Section.Line(name: heads, isWhole: true, style: .dim), at: 0)
    if inspection.taskCount > inspection.tasks.count {
      let more = inspection.taskCount - inspection.tasks.count
      lines.append(Section.Line(name: "\(more) more", isWhole: true, style: .dim))
    }
    lines += inspection.problems.map { Section.Line(name: $0.harmless, isWhole: true, style: .dim) }
    let waited = inspection.wait.number.map { ", waiting \(Scaled.decimal($0)) %" } ?? ""
    return Section(title: "\(title) \(inspection.taskCount)", note: "busiest first\(waited)", lines: lines)
  }

  private func percent(_ value: FigureValue) -> String {
    (value.number.map { Scaled.decimal($0) } ?? "?").fitted(to: 6, atEnd: true)
  }

  private func resident(_ task: Inspection.Task) -> String {
    (task.resident.number.map { Amount.text($0, state.settings.units) } ?? "").fitted(to: 8, atEnd: true)
  }

  private var devices: [Section] {
    guard let inspection else { return [] }
    let kinds = [
      ("INTERFACES", inspection.network, "in", "out"), ("BLOCK DEVICES", inspection.disks, "read", "written"),
    ]
    return kinds.filter { !$0.1.isEmpty }.map { title, devices, first, second in
      let lines = devices.map { device -> Section.Line in
        let texts = [device.received, device.sent].map { FigureText.text($0, .bytesPerSecond, state.settings) }
        return Section.Line(
          name: device.name.harmless, value: texts[0], tail: .text(texts[1].fitted(to: 11, atEnd: true), .text))
      }
      return Section(title: title, note: "\(first), \(second)", lines: lines)
    }
  }

  // MARK: Who it is

  private var identity: Section {
    var facts: [(String, String?)] = [
      ("id", workload.id), ("image", workload.image), ("pod", workload.pod), ("runs in", workload.parent),
      ("first process", workload.mainPid.map { String($0) }),
      ("helpers", workload.helpers.isEmpty ? nil : workload.helpers.map { String($0) }.joined(separator: " ")),
      ("state", frame.runState(row: row).word),
      ("started", workload.start.map { Clock.date($0, offset: state.utcOffset) }),
    ]
    if let machine = workload.machine { facts += machine.disks.map { ("disk", $0) } }
    facts += (workload.labels ?? [:]).sorted { $0.key < $1.key }.prefix(12).map { ("label", "\($0.key)=\($0.value)") }
    return Section(
      title: "IDENTITY",
      lines: facts.compactMap { name, value in
        value.map { Section.Line(name: "\(name.fitted(to: 14))\($0.harmless)", isWhole: true) }
      })
  }

  private var cgroups: Section? {
    var lines = (inspection?.cgroups ?? []).map { group in
      Section.Line(
        name: "\((group.controllers.isEmpty ? "unified" : group.controllers).fitted(to: 14)) \(group.path.harmless)",
        isWhole: true)
    }
    if lines.isEmpty, let path = workload.cgroup { lines = [Section.Line(name: path.harmless, isWhole: true)] }
    return lines.isEmpty ? nil : Section(title: "CGROUPS", lines: lines)
  }

  /// Every figure that is unknown, by its reason.
  private var missing: Section? {
    var reasons: [Reason: Int] = [:]
    for figure in Figure.catalogue {
      if case .missing(let reason) = frame.value(figure, row: row), reason != .notApplicable {
        reasons[reason, default: 0] += 1
      }
    }
    for reason in workload.absences.values where reason != .notApplicable { reasons[reason, default: 0] += 1 }
    guard !reasons.isEmpty else { return nil }
    let lines = reasons.sorted { $0.key.rawValue < $1.key.rawValue }.map { reason, count in
      Section.Line(
        name: "\(String(count).fitted(to: 3, atEnd: true)) \(reason.rawValue): \(reason.explanation)", isWhole: true)
    }
    return Section(title: "UNKNOWN", lines: lines)
  }
}
