/// What happened to workloads, told from successive samples. Knows no clock and reads nothing: the same frames give the same
/// log. Where nothing happens it allocates nothing.
public struct LifeLog: Sendable {
  /// So many events are kept.
  public static let most = 1000
  /// Percent of periods from which on a limit is said to hold a workload back.
  private static let leastHeld = 0.5
  /// Throttling that stops for less than this goes on; monotonic nanoseconds.
  private static let pause: UInt64 = 10_000_000_000
  /// OOM kills are read as seldom as this: they happened so long ago at most.
  private static let slowest: UInt64 = 30_000_000_000
  /// For so long may more come to be known of a start: what its engine says, what it was.
  private static let recentWindow: UInt64 = 60_000_000_000
  /// An instant of the kernel's clock of starts, which counts in these.
  private static let tick: UInt64 = 10_000_000

  /// The oldest first.
  public private(set) var events: [LifeEvent] = []
  /// How many there were in all.
  public private(set) var total = 0
  /// The first sample: realtime nanoseconds; nil before it.
  public private(set) var since: UInt64?
  /// How often the kernel could not tell of all starts since then, because too many came at once.
  public private(set) var losses = 0

  private var realtime: UInt64 = 0
  private var workloads: [Workload] = []
  private var serials: [UInt64] = []
  /// When rows that are still there were seen to be gone.
  private var gone: [UInt64: ClosedRange<UInt64>] = [:]
  /// When each was last held back, monotonic nanoseconds.
  private var held: [UInt64: UInt64] = [:]
  /// Whether throttling that there is began while it was watched.
  private var knowsHeld = false
  /// The last of those that only their cgroups told of.
  private var lastBrief: UInt64 = 0
  private var lossesBefore = 0
  /// Numbers of starts of which more may come to be known; the first event of all is 0.
  private var young: [Int] = []

  public init() {}

  /// Takes the next sample on, beside the one before it.
  /// - Parameter isAnnouncement: it is the last one again with other rows: their figures have been looked at.
  public mutating func take(_ frame: Frame, isAnnouncement: Bool = false) {
    let sample = frame.current
    if since == nil {
      since = sample.realtime
      (lastBrief, lossesBefore) = (sample.brief.last?.number ?? 0, sample.lostStarts)
    } else {
      if sample.serials != serials { compare(sample) }
      grow(sample)
      takeBrief(sample)
      losses = max(losses, sample.lostStarts - lossesBefore)
      hear(sample)
      if !isAnnouncement { look(frame) }
    }
    if frame.previous != nil { knowsHeld = true }
    (realtime, workloads, serials) = (sample.realtime, sample.workloads, sample.serials)
  }

  private mutating func append(_ event: LifeEvent) {
    events.append(event)
    total += 1
    // In one go now and then: each costs a move of all.
    if events.count >= Self.most + Self.most / 4 { events.removeFirst(events.count - Self.most) }
  }

  // MARK: Rows that come and go

  private mutating func compare(_ sample: Sample) {
    let (before, now) = (Set(serials), Set(sample.serials))
    // A user neither starts nor ends: it is shown or not.
    let new = sample.serials.indices.filter {
      !before.contains(sample.serials[$0]) && sample.workloads[$0].kind != .user
    }.map { row in
      start(sample.workloads[row], sample.serials[row], sample)
    }
    for (workload, serial) in zip(workloads, serials) where !now.contains(serial) && workload.kind != .user {
      // It had ended when its successor began.
      let latest = new.first { $0.workload.id == workload.id }?.hi ?? sample.realtime
      end(workload, serial, sample, latest: latest)
    }
    for event in new.sorted(by: { ($0.hi, $0.serial) < ($1.hi, $1.serial) }) {
      young.append(total)
      append(event)
    }
  }

  private mutating func end(_ workload: Workload, _ serial: UInt64, _ sample: Sample, latest: UInt64) {
    let said = sample.news.ends[serial]
    let between = min(realtime, latest, sample.realtime)...min(latest, sample.realtime)
    let when = said.map { $0.at...$0.at } ?? gone[serial] ?? between
    let ran = workload.startedAt.map { when.upperBound > $0 ? when.upperBound - $0 : 0 }
    // Its name may have come after its start.
    for index in events.indices where events[index].serial == serial { events[index].workload = workload }
    (gone[serial], held[serial]) = (nil, nil)
    // Its counter goes with it, most often before anybody has read it.
    if let at = said?.outOfMemoryAt, !events.contains(where: { $0.serial == serial && $0.kind == .oomKilled }) {
      append(LifeEvent(.oomKilled, of: workload, serial: serial, lo: at, hi: at))
    }
    append(
      LifeEvent(
        .ended, of: workload, serial: serial, lo: when.lowerBound, hi: when.upperBound,
        detail: ran.map { .ran($0, exitCode: said?.exitCode) } ?? .none))
  }

  private func start(_ workload: Workload, _ serial: UInt64, _ sample: Sample) -> LifeEvent {
    let now = min(realtime, sample.realtime)...sample.realtime
    let known = Self.start(of: workload)
    let isLate = known.map { $0.upperBound < since ?? 0 } ?? false
    let when = isLate ? now : known ?? now
    return LifeEvent(
      isLate ? .found : Self.kind(workload.boot), of: workload, serial: serial, lo: when.lowerBound,
      hi: when.upperBound)
  }

  /// The payload's execution, where it is known as well as the start of the first process is, else that.
  private static func start(of workload: Workload) -> ClosedRange<UInt64>? {
    if let mark = workload.boot[.executing], !mark.isDoubtful, let lo = mark.lo, let hi = mark.hi, lo <= hi,
      hi - lo <= 2 * tick
    {
      return lo...hi
    }
    return workload.startedAt.map { $0...($0 &+ tick < $0 ? $0 : $0 + tick) }
  }

  private static func kind(_ boot: BootTimeline) -> LifeEvent.Kind {
    switch boot.kind {
    case .boot: .started
    case .restart: .restarted
    case .restored: .restored
    case .migrated: .migrated
    case .absent: .found
    }
  }

  /// Those that came and went between two looks. Their own numbers come from the other end of those of rows.
  private mutating func takeBrief(_ sample: Sample) {
    guard let last = sample.brief.last, last.number > lastBrief else { return }
    for life in sample.brief where life.number > lastBrief {
      let isKnown = events.suffix(Self.most / 4).contains { event in
        event.workload.id == life.workload.id && event.hi >= life.made.lowerBound && event.lo <= life.removed.upperBound
      }
      guard !isKnown, !sample.workloads.contains(where: { $0.id == life.workload.id }) else { continue }
      let serial = UInt64.max - life.number
      let (made, removed) = (life.made, life.removed)
      append(
        LifeEvent(
          .started, of: life.workload, serial: serial, lo: made.lowerBound, hi: made.upperBound, detail: .unseen))
      let ran = removed.upperBound > made.lowerBound ? removed.upperBound - made.lowerBound : 0
      append(
        LifeEvent(
          .ended, of: life.workload, serial: serial, lo: removed.lowerBound, hi: removed.upperBound,
          detail: .ran(ran, exitCode: nil)))
    }
    lastBrief = last.number
  }

  /// Engines and guests tell of a start after it.
  private mutating func grow(_ sample: Sample) {
    guard !young.isEmpty else { return }
    let first = total - events.count
    for number in young where number >= first {
      let event = events[number - first]
      guard let row = sample.serials.firstIndex(of: event.serial), sample.workloads[row] != event.workload else {
        continue
      }
      var known = start(sample.workloads[row], event.serial, sample)
      // What the samples say they said better the first time.
      if known.hi == sample.realtime { (known.lo, known.hi) = (event.lo, event.hi) }
      events[number - first] = known
    }
    young.removeAll { number in
      number < first || sample.realtime > events[number - first].hi &+ Self.recentWindow
    }
  }

  // MARK: Engines

  private mutating func hear(_ sample: Sample) {
    guard !sample.news.events.isEmpty else { return }
    for row in sample.serials.indices {
      let serial = sample.serials[row]
      for event in sample.news.events[serial] ?? [] where event.at >= since ?? 0 {
        guard let kind = kind(event, serial),
          !events.contains(where: { $0.serial == serial && $0.kind == kind && $0.lo == event.at })
        else { continue }
        // The samples have shown it: they know less well when that was.
        if [.paused, .resumed].contains(kind),
          let seen = events.lastIndex(where: {
            $0.serial == serial && $0.kind == kind && $0.lo <= event.latest && event.at <= $0.hi
          })
        {
          (events[seen].lo, events[seen].hi) = (event.at, event.latest)
          continue
        }
        append(LifeEvent(kind, of: sample.workloads[row], serial: serial, lo: event.at, hi: event.latest))
      }
    }
  }

  private func kind(_ event: EngineEvent, _ serial: UInt64) -> LifeEvent.Kind? {
    switch event.action {
    case .pause: return .paused
    case .unpause: return .resumed
    case .unhealthy: return .unhealthy
    case .oom: return .oomKilled
    // The first time is no news: READY tells of it.
    case .healthy:
      let isBack = events.contains { $0.serial == serial && $0.kind == .unhealthy && $0.lo <= event.at }
      return isBack ? .healthy : nil
    default: return nil
    }
  }

  // MARK: Figures that tell something

  private mutating func look(_ frame: Frame) {
    let sample = frame.current
    for row in sample.serials.indices {
      let serial = sample.serials[row]
      if sample[row, .cpuUsage] == .missing(.ended) {
        if gone[serial] == nil { gone[serial] = min(realtime, sample.realtime)...sample.realtime }
        continue
      }
      lookForPause(frame, row)
      if case .value(1...) = sample[row, .memoryOomKills] { lookForKills(frame, row) }
      if case .value(1...) = sample[row, .cpuThrottledPeriods] { lookForThrottling(frame, row) }
    }
  }

  private mutating func lookForPause(_ frame: Frame, _ row: Int) {
    guard let before = frame.earlierRunState(row: row) else { return }
    let kind: LifeEvent.Kind
    switch (before, frame.runState(row: row)) {
    case (.running, .paused), (.pausing, .paused): kind = .paused
    case (.paused, .running): kind = .resumed
    default: return
    }
    let (sample, serial) = (frame.current, frame.current.serials[row])
    // Its engine has said so already.
    let last = events.last { $0.serial == serial && [.paused, .resumed].contains($0.kind) }
    guard last?.kind != kind else { return }
    append(
      LifeEvent(
        kind, of: sample.workloads[row], serial: serial, lo: min(realtime, sample.realtime), hi: sample.realtime))
  }

  private mutating func lookForKills(_ frame: Frame, _ row: Int) {
    let (sample, serial) = (frame.current, frame.current.serials[row])
    let growth = frame.pair(row).growth(.memoryOomKills)
    guard case .value(let kills) = growth, kills > 0 else { return }
    let workload = sample.workloads[row]
    let lo = max(workload.startedAt ?? 0, min(realtime, sample.realtime - min(sample.realtime, Self.slowest)))
    // Its engine has said so already.
    guard !events.contains(where: { $0.serial == serial && $0.kind == .oomKilled && $0.lo == $0.hi && $0.hi >= lo })
    else { return }
    append(
      LifeEvent(.oomKilled, of: workload, serial: serial, lo: lo, hi: sample.realtime, detail: .kills(kills)))
  }

  private mutating func lookForThrottling(_ frame: Frame, _ row: Int) {
    let (sample, serial) = (frame.current, frame.current.serials[row])
    guard let share = frame.value(.throttled, row: row).number, share >= Self.leastHeld else { return }
    let before = frame.previous?.monotonic ?? sample.monotonic
    let isNew = held[serial].map { before >= $0 && before - $0 >= Self.pause } ?? knowsHeld
    held[serial] = sample.monotonic
    guard isNew else { return }
    append(
      LifeEvent(
        .throttled, of: sample.workloads[row], serial: serial, lo: realtime, hi: sample.realtime,
        detail: .heldBack(share)))
  }
}
