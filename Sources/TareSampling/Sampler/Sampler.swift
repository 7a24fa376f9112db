public import KernelStats
internal import LinuxSystem
public import TareModel

/// Takes samples: finds the workloads, reads their counters, and says of everything that it could not read why.
public final class Sampler {
  private let root: KernelRoot
  private let names: any EngineNames
  private let budget: DescriptorBudget
  private let idleMaxAge: UInt64
  private var layout: CgroupLayout
  private var plan: CgroupPlan
  private let mounts: MountWatch
  private let discovery: Discovery
  private let hostReader: HostReader
  private let loadAverage: HeldFile
  /// Processes in no workload.
  private var plainProcesses = 0
  private let scheduler: SmapsScheduler
  private let namespaces = NamespaceOwners()
  private var hugePages: HugePages
  private var rows: [RowReader] = []
  private var workloads: [Workload] = []
  private var serials: [UInt64] = []
  private let users: UserRows
  private var found: [Discovery.Row] = []
  private var inspector: Inspector?
  private let starts: BootTracker
  private let watch: StartMonitor?
  /// How often the watch had lost events at the last pass.
  private var losses = 0
  private let guests: any GuestClocks
  private let figures: any GuestFigures
  private var heard = 0
  /// Machines whose guests could be asked, and those that could not, with the reason.
  public private(set) var machines: [GuestMachine] = []
  private var discoveryProblems: [Problem] = []
  private var engineNews = EngineNews()
  private var brief: [BriefLife] = []
  private var buffer = [UInt8](repeating: 0, count: 65536)
  private var schedule = DiscoverySchedule()
  private var knownNames: [String: EngineName] = [:]
  private var knownEvents = 0

  /// The machine, as it was at the last sample.
  public private(set) var host: Host
  /// Whether Unix users are rows too, after all others: what they run outside of workloads. From the next whole sample on.
  public var showsUsers = false
  private var hasUsers = false
  /// Whether the cgroups that workloads are in are read, too.
  public var readsSlices = false
  private var slices: SliceReader

  /// - Parameters:
  ///   - environment: `XDG_RUNTIME_DIR` leads to a user's own runtimes.
  ///   - sources: the runtimes and hypervisors to look for.
  ///   - guests: who may ask machines about their own start.
  ///   - figures: who may ask machines about their guests.
  ///   - watch: who sees workloads start; without one their starts are found out afterwards.
  ///   - looksAhead: whether the expensive look at mappings is taken between samples instead of in them: its figures come with
  ///     a later sample.
  ///   - waiting: how long to wait for sources.
  ///   - idleMaxAge: nanoseconds for which a container in which nothing runs need not be read as a whole; with 0 all are
  ///     read at every sample.
  public init(
    _ root: KernelRoot, environment: [String: String], names: any EngineNames,
    sources: [any WorkloadSource] = allSources(), budget: DescriptorBudget,
    guests: any GuestClocks = NoGuestClocks(), figures: any GuestFigures = NoGuestFigures(), watch: StartMonitor? = nil,
    looksAhead: Bool = false, waiting: SourceTimeouts = .live, idleMaxAge: UInt64 = 10_000_000_000
  ) throws(KernelError) {
    self.root = root
    self.names = names
    self.guests = guests
    self.figures = figures
    self.budget = budget
    self.idleMaxAge = idleMaxAge
    // Before they are read: a change in between is seen.
    mounts = MountWatch(root, budget)
    layout = try CgroupLayout(root)
    plan = CgroupPlan(layout, BlockDevices(root))
    host = Host(root, layout)
    discovery = Discovery(
      root, layout: layout, environment: environment, sources: sources, names: names,
      watch: watch, timeouts: waiting)
    starts = BootTracker(root, layout, names, guests, watch)
    self.watch = watch
    watch?.follow(folders: layout.watchedRoots, mounts: layout.watchedRoots)
    users = UserRows(root, layout, plan, budget)
    slices = SliceReader(root, layout, plan, budget, host)
    hostReader = HostReader(root, budget)
    loadAverage = HeldFile("/proc/loadavg", root, budget)
    hugePages = HugePages(root, layout, budget)
    scheduler = SmapsScheduler(root, waits: !looksAhead)
  }

  /// A sample to be filled by ``sample(into:)``; two of them, taken in turn, are enough for ever.
  public func makeSample() -> Sample { Sample(host: host) }

  /// Reads everything once.
  /// - Parameter isSketch: of containers that were not read yet only CPU time and memory, so that a first picture is
  ///   there soon; the next sample has the rest.
  public func sample(into sample: inout Sample, isSketch: Bool = false) throws(KernelError) {
    sample.isSketch = isSketch
    let start = root.monotonic()
    switchUsers(on: showsUsers && !isSketch)
    if discovery.hasLateAnswers { schedule.somethingEnded = true }
    let (events, lost) = (names.eventCount &+ (watch?.newsCount ?? 0), watch?.losses ?? losses)
    var due = schedule.next(
      at: start, lastPid: lastPid(), namesChanged: names.names != knownNames, eventsCame: events != knownEvents,
      eventsWereLost: lost != losses)
    (knownEvents, losses) = (events, lost)
    if due.refresh, adoptMounts() { due.discovery = .whole }
    if let discovery = due.discovery { try discover(discovery) } else { settle(found: nil) }
    hearGuests()
    if due.refresh { plan.devices?.forget() }
    hostReader.update(&host, buffer: &buffer, refreshing: due.refresh)
    sample.host = host
    sample.prepare(allWorkloads, serials: allSerials)
    sample.unanswered = discovery.unanswered
    if names.wantsRetry { discovery.askAgain() }
    sample.news = due.discovery == nil ? EngineNews() : engineNews
    if let hidden = host.hidden { sample.problems.append(hidden.problem) }
    sample.problems.append(contentsOf: discoveryProblems)
    sample.problems.append(contentsOf: names.problems)
    for problem in [watch?.problem, users.problem] { if let problem { sample.problems.append(problem) } }
    sample.startsUnheard = watch?.unheard
    (sample.brief, sample.lostStarts) = (brief, watch?.losses ?? 0)
    sample.openGroup = names.openGroup
    sample.problems.append(contentsOf: guests.problems)
    askGuests(&sample)
    hugePages.update(&buffer)
    if !isSketch { for row in rows { row.prepare(&buffer) } }
    for row in rows.indices {
      let isNew = !rows[row].wasRead
      let alive = rows[row].read(
        into: &sample, row: row, buffer: &buffer, refreshing: due.refresh || isNew,
        isSketch: isSketch, root)
      if !alive { schedule.somethingEnded = true }
    }
    users.read(into: &sample, from: rows.count, buffer: &buffer, refreshing: due.refresh)
    if readsSlices, !isSketch { slices.read(into: &sample, buffer: &buffer) }
    if !isSketch { followStarts(&sample) }
    hostReader.read(into: &sample, buffer: &buffer)
    // A capture has only those that tare looked into.
    sample.hostReadings.processes = root.isLive ? .value(UInt64(plainProcesses)) : .missing(.notReported)
    let end = root.now()
    sample.monotonic = end.monotonic
    sample.realtime = end.realtime
    guard root.isLive else { return }
    sample.own.cpu = SystemClock.process.now
    sample.own.resident = hostReader.ownResident(buffer: &buffer)
    sample.own.sampling = end.monotonic &- start
    sample.own.looking = scheduler.cost &+ users.lookingCost
  }

  /// Adds what has begun since the last sample, and takes out what has ended, without waiting for the next one; all
  /// other readings stay as they are.
  /// - Parameter sample: the last one.
  /// - Returns: whether anything has changed.
  public func announce(into sample: inout Sample) throws(KernelError) -> Bool {
    guard root.isLive, schedule.mayAnnounce(at: root.monotonic()) else { return false }
    let (before, last) = (allSerials, brief.last?.number)
    try discover(.changes)
    guard allSerials != before || brief.last?.number != last else { return false }
    sample.rearrange(allWorkloads, serials: allSerials)
    (sample.brief, sample.lostStarts) = (brief, watch?.losses ?? 0)
    sample.realtime = root.now().realtime
    sample.news = engineNews
    for row in rows.indices where !rows[row].wasRead {
      _ = rows[row].read(
        into: &sample, row: row, buffer: &buffer, refreshing: true, isSketch: false, root)
    }
    return true
  }

  /// Readable when ``announce(into:)`` is worth a call; nil where nobody watches.
  public var news: Int32? { watch?.news.descriptor }

  /// Whether what is coming up is up.
  private func followStarts(_ sample: inout Sample) {
    var changed: [(Int, BootTimeline)] = []
    let awaitsHealth = starts.look(at: found, in: sample, knownNames, buffer: &buffer) { changed.append(($0, $1)) }
    for (row, timeline) in changed {
      workloads[row].boot = timeline
      sample.workloads[row].boot = timeline
    }
    if awaitsHealth { discovery.askAgain() }
  }

  /// Looks into the workload with this id: its tasks, devices and cgroups. Expensive, so it is for the one that somebody looks
  /// at. Rates are since the call before for the same workload. Nil where none has this id.
  public func inspect(_ id: String) -> Inspection? {
    if let user = users.inspect(id, &buffer) { return user }
    guard let row = found.first(where: { $0.workload.id == id }) else {
      inspector = nil
      return nil
    }
    if inspector?.id != id || inspector?.serial != row.serial { inspector = Inspector(row, root, layout, plan) }
    let vcpus = figures.answer(of: row.identity).report?.vcpus ?? []
    let others = found.lazy.filter { $0.serial != row.serial }
    return inspector?.look(
      &buffer, vcpus: vcpus,
      neighbours: Array(others.map { Neighbour(name: $0.workload.name, pid: $0.finding.main.pid) }))
  }

  /// Without a copy where users are not shown.
  private var allWorkloads: [Workload] { users.serials.isEmpty ? workloads : workloads + users.workloads }
  private var allSerials: [UInt64] { users.serials.isEmpty ? serials : serials + users.serials }

  /// The processes that users have are known after the next pass, which is due at once.
  private func switchUsers(on isOn: Bool) {
    guard isOn != hasUsers else { return }
    hasUsers = isOn
    if isOn { schedule.somethingEnded = true } else { users.hide() }
  }

  private func discover(_ due: DiscoverySchedule.Discovery) throws(KernelError) {
    let begun = root.monotonic()
    let touched = watch?.takeTouched()
    let look: ProcessRegister.Look =
      switch due {
      case .whole: .all
      case .listed: .listed(and: touched ?? [], older: true)
      case .changes: touched.map { .touched($0) } ?? .listed(and: [], older: false)
      }
    let found = try discovery.pass(at: begun, look)
    defer { schedule.spend(root.monotonic() &- begun) }
    if hasUsers { users.update(found.processes, besides: found.rows) }
    let claims = OwnedProcesses(found.rows, found.processes)
    plainProcesses = found.processes.processes.count { !$0.isKernelThread && !claims.has($0) }
    knownNames = names.names
    discoveryProblems = found.problems
    var old = Dictionary(uniqueKeysWithValues: zip(serials, rows))
    rows = found.rows.map { row in
      if let known = old.removeValue(forKey: row.serial) {
        known.update(row)
        return known
      }
      return RowReader(row, root, plan, layout, budget, scheduler, namespaces, hugePages, idleMaxAge: idleMaxAge)
    }
    engineNews = names.news(of: self.found, found.rows, now: root.now().realtime)
    self.found = found.rows
    machines = found.rows.compactMap(\.machine)
    workloads = found.rows.map(\.workload)
    serials = found.rows.map(\.serial)
    if readsSlices { slices.follow(workloads) }
    watch?.follow(folders: Set(found.rows.compactMap { $0.finding.own.identityFolder(layout).flatMap(layout.parent) }))
    watch?.follow(mains: Set(found.rows.map(\.finding.main.pid)))
    settle(found: found.rows)
    starts.keep(serials)
    scheduler.keep(serials)
    for row in found.rows.indices { workloads[row].boot = starts.timeline(of: found.rows[row]) }
  }

  /// What came and went unseen, after a look or instead of one.
  private func settle(found: [Discovery.Row]?) {
    guard let watch else { return }
    var paths: Set<String>?
    if let found {
      paths = []
      for own in found.map(\.finding.own) {
        paths?.formUnion(own.controllers.values)
        if let path = own.unified { paths?.insert(path) }
      }
    }
    brief = watch.settle(found: paths, at: root.now())
  }

  /// Hierarchies can be mounted, and controllers enabled, while tare runs: all that stands on them is made anew.
  /// - Returns: whether anything has changed.
  private func adoptMounts() -> Bool {
    guard mounts.mayHaveChanged, let new = try? CgroupLayout(root), new != layout else { return false }
    layout = new
    plan = CgroupPlan(layout, plan.devices)
    host.adopt(layout, root)
    discovery.adopt(layout)
    starts.adopt(layout)
    watch?.follow(folders: layout.watchedRoots, mounts: layout.watchedRoots)
    users.adopt(layout, plan)
    slices = SliceReader(root, layout, plan, budget, host)
    hugePages = HugePages(root, layout, budget)
    (rows, inspector) = ([], nil)
    return true
  }

  /// Has guests asked that nobody has asked yet, and takes what they have told.
  private func hearGuests() {
    guard root.isLive else { return }
    guests.refresh(machines)
    let revision = guests.revision
    guard revision != heard else { return }
    heard = revision
    for row in found.indices { workloads[row].boot = starts.timeline(of: found[row]) }
  }

  /// Has machines asked that are due, and takes what they told last.
  private func askGuests(_ sample: inout Sample) {
    defer { nameKernels(&sample) }
    figures.refresh(machines)
    sample.problems.append(contentsOf: figures.problems)
    for row in found.indices where found[row].finding.kind == .vm {
      sample.guests[row] = figures.answer(of: found[row].identity)
    }
  }

  /// Which kernels guests run, where they have said it.
  private func nameKernels(_ sample: inout Sample) {
    for row in found.indices where found[row].finding.kind == .vm {
      let told = sample.guests[row].report?.kernelRelease ?? guests.kernelRelease(of: found[row].identity)
      guard let release = told else { continue }
      sample.workloads[row].machine?.guestKernel = release
    }
  }

  /// The number that the next process will be near: while it stands still nothing was started.
  private func lastPid() -> UInt64? {
    try? loadAverage.read(into: &buffer) { bytes throws(FormatError) in
      var cursor = Cursor()
      for _ in 0..<4 {
        cursor.skipWord(bytes)
        cursor.skipBlanks(bytes)
      }
      return try cursor.number(bytes)
    }
  }
}

extension CgroupLayout {
  /// Where a container's cgroup is made in any case: those hierarchies whose folders tell one from its successor.
  var watchedRoots: Set<String> {
    Set([unified, controllers["memory"] ?? controllers["cpu"] ?? controllers["pids"]].compactMap { $0 })
  }
}
