internal import Dispatch
internal import Glibc
internal import KernelStats
internal import TareModel

/// Finds workloads, gives each a serial of its own, and remembers what it learnt of those that are still there.
final class Discovery {
  /// A workload that runs now.
  struct Row {
    let serial: UInt64
    let finding: Finding
    let description: Description
    let signals: [BootSignal]
    var workload: Workload

    /// For a VM: who could be asked about it.
    var machine: GuestMachine? {
      description.agent.map { agent in
        let monitor = description.monitor ?? .closed("its VMM has no monitor that tare knows")
        return GuestMachine(identity, name: workload.name, agent: agent, monitor: monitor)
      }
    }

    var identity: GuestMachine.Identity { .init(pid: finding.main.pid, start: finding.main.start) }
  }

  /// What tells a workload from its successor of the same name.
  private enum Identity: Hashable, Sendable {
    case cgroup(path: String, inode: UInt64)
    /// The kind, because a container's first process may be a VMM itself.
    case process(kind: Workload.Kind, pid: Int32, start: UInt64)
  }

  /// What was learnt of a workload.
  private struct Entry {
    let serial: UInt64
    let main: Process
    let description: Description
    let signals: [BootSignal]
    /// It was described while it was still starting: a state file may not have been there yet, or KVM not opened.
    let isEarly: Bool
    /// Its first process was the runtime's, which makes it: another one may become its own.
    let isMade: Bool
    /// Realtime nanoseconds.
    let describedAt: UInt64
  }

  /// A finding that no earlier source has claimed.
  private struct Candidate: Sendable {
    let source: Int
    let identity: Identity
    let finding: Finding
  }

  private struct Claim: Hashable {
    let kind: Workload.Kind
    let pid: Int32
  }

  private let root: KernelRoot
  private let isRoot: Bool
  private var layout: CgroupLayout
  private let environment: [String: String]
  private let sources: [any WorkloadSource]
  private let names: any EngineNames
  private let watch: StartMonitor?
  private var register: ProcessRegister
  private let memory = ArgumentCache()
  private var known: [Identity: Entry] = [:]
  private var nextSerial: UInt64 = 1
  private let timeouts: SourceTimeouts
  private let threads = SourceThreads()
  private let lateFound = LateResults<[Finding]>()
  private let lateDescribed = LateResults<[(Identity, Description)]>()
  private var hasPassed = false
  /// Sources that did not answer in the last pass: what they know of is not known.
  private(set) var unanswered: Set<String> = []
  private var lastFound: [Int: [Finding]] = [:]
  private var askedFor: Set<String> = []
  private var lastAsked: UInt64 = 0
  private var sockets: [EngineSocket] = []

  init(
    _ root: KernelRoot, layout: CgroupLayout, environment: [String: String], sources: [any WorkloadSource],
    names: any EngineNames, watch: StartMonitor?, timeouts: SourceTimeouts = .live
  ) {
    self.timeouts = timeouts
    self.root = root
    self.layout = layout
    self.environment = environment
    self.sources = sources
    self.names = names
    self.watch = watch
    register = ProcessRegister(root, layout)
    isRoot = root.isLive && geteuid() == 0
  }

  /// Other hierarchies are mounted now: the next pass has to look at all. A workload that gets a group by it, or another
  /// one, is the same workload still.
  func adopt(_ layout: CgroupLayout) {
    self.layout = layout
    register = ProcessRegister(root, layout)
    let entries = known.values.map { entry in
      (Identity.process(kind: entry.description.workload.kind, pid: entry.main.pid, start: entry.main.start), entry)
    }
    known = Dictionary(entries) { first, second in first.serial < second.serial ? first : second }
  }

  /// One pass. Rows come in the order in which they were first seen.
  /// - Parameters:
  ///   - now: monotonic nanoseconds.
  ///   - look: which processes to look at anew.
  /// - Returns: the workloads, what went wrong, and all processes.
  func pass(at now: UInt64, _ look: ProcessRegister.Look) throws(KernelError)
    -> (rows: [Row], problems: [Problem], processes: ProcessTable)
  {
    let processes = try register.update(look)
    let context = DiscoveryContext(
      root, layout: layout, environment: environment, processes: processes, watch: watch, memory: memory)
    memory.keep(processes)
    unanswered = []
    let limit = hasPassed ? timeouts.later : timeouts.first
    let end = DispatchTime.now() + .milliseconds(Int(limit / .milliseconds(1)))
    defer { hasPassed = true }
    let candidates = find(in: context, until: end, limit)
    // One that hung in the first step has taken all of the time: the others describe what they found all the same.
    let later = max(end, .now() + .milliseconds(Int(limit / 4 / .milliseconds(1))))
    let descriptions = describe(candidates.filter { knows($0)?.isEarly ?? true }, in: context, until: later, limit)
    var current: [Identity: Entry] = [:]
    var rows: [Row] = []
    for candidate in candidates {
      let described = descriptions[candidate.identity].map { register(candidate, $0, context) }
      let entry =
        described ?? knows(candidate)
        ?? register(candidate, undescribed(candidate.finding, context), context, isEarly: true)
      current[candidate.identity] = entry
      rows.append(
        Row(
          serial: entry.serial, finding: candidate.finding, description: entry.description,
          signals: entry.signals, workload: entry.description.workload))
    }
    known = current
    askEngines(of: rows, context, at: now)
    let names = names.names
    for index in rows.indices { rename(&rows[index], names) }
    rows.sort { $0.serial < $1.serial }
    setParents(&rows, context)
    return (rows, context.complaints.all + rows.flatMap(\.description.problems), processes)
  }

  /// What all sources find, each process claimed once: by the first of them in their order.
  private func find(in context: DiscoveryContext, until end: DispatchTime, _ limit: Duration) -> [Candidate] {
    let sources = sources
    // What came too late for the last pass is for this one; it is asked again at the next.
    let late = lateFound.take()
    let fresh = threads.run(
      sources.indices.filter { late[$0] == nil }, until: end, late: lateFound, waiting: sayWaiting
    ) { sources[$0].find(in: context) }
    let found = fresh.merging(late) { fresh, _ in fresh }
    var claimed: Set<Claim> = []
    var ids: Set<String> = []
    var identities: Set<Identity> = []
    var candidates: [Candidate] = []
    for (place, source) in sources.enumerated() {
      if found[place] == nil {
        complain(
          of: source, limit, lastFound[place] == nil ? "what runs there is not known" : "shown as it was before",
          context
        )
      }
      for finding in (found[place] ?? lastFound[place] ?? []).map(\.properlyCalled) {
        guard claimed.insert(Claim(kind: finding.kind, pid: finding.main.pid)).inserted,
          ids.insert(finding.id).inserted
        else { continue }
        candidates.append(candidate(finding, source: place, taken: &identities))
      }
    }
    for (place, findings) in found { lastFound[place] = findings }
    return candidates
  }

  /// Names and the like of workloads that are new.
  private func describe(
    _ candidates: [Candidate], in context: DiscoveryContext, until end: DispatchTime, _ limit: Duration
  ) -> [Identity: Description] {
    let late = Dictionary(lateDescribed.take().values.joined()) { first, _ in first }
    let groups = Dictionary(grouping: candidates.filter { late[$0.identity] == nil }, by: \.source)
    let sources = sources
    let described = threads.run(groups.keys.sorted(), until: end, late: lateDescribed, waiting: sayWaiting) { place in
      (groups[place] ?? []).map { ($0.identity, sources[place].describe($0.finding, in: context)) }
    }
    for place in groups.keys where described[place] == nil {
      complain(of: sources[place], limit, "its new workloads have no names yet", context)
    }
    return Dictionary(described.values.joined()) { first, _ in first }.merging(late) { fresh, _ in fresh }
  }

  private func complain(of source: any WorkloadSource, _ limit: Duration, _ what: String, _ context: DiscoveryContext) {
    unanswered.insert(source.name)
    let seconds = limit / .seconds(1)
    let time = seconds >= 1 ? "\(Int(seconds)) s" : "\(Int(limit / .milliseconds(1))) ms"
    context.complaints.add(Problem(source: source.name, message: "did not answer within \(time): \(what)"))
  }

  private func sayWaiting(_ places: [Int]) {
    if !hasPassed { timeouts.waiting(places.map { sources[$0].name }) }
  }

  /// Whether a source has said since the last pass what that did not wait for.
  var hasLateAnswers: Bool { !lateFound.isEmpty || !lateDescribed.isEmpty }

  /// A workload whose source did not come to describe it: its figures are there all the same.
  private func undescribed(_ finding: Finding, _ context: DiscoveryContext) -> Description {
    let id = finding.id.split(separator: ":", maxSplits: 1).last.map(String.init) ?? finding.id
    let isEngines = finding.runtime == .docker || finding.runtime == .podman
    var description = Description(
      finding.named(id.utf8.count == 64 ? String(id.prefix(12)) : id, in: context), engineID: isEngines ? id : nil)
    description.workload.absences["image"] = .notReported
    return description
  }

  /// What is known of this very workload: the same group, or process, with the same first process in it. While its runtime
  /// makes a container, one process of the runtime follows the other.
  private func knows(_ candidate: Candidate) -> Entry? {
    let (now, kind) = (candidate.finding.main, candidate.finding.kind)
    return (known[candidate.identity] ?? known[.process(kind: kind, pid: now.pid, start: now.start)]).flatMap { entry in
      let main = entry.main
      return entry.isMade || main.pid == now.pid && main.start == now.start ? entry : nil
    }
  }

  /// A workload that was seen early keeps its serial, unless it turned out to be another machine: its row is read anew.
  /// - Parameter isEarly: whether to describe it again at the next pass in any case.
  private func register(
    _ candidate: Candidate, _ description: Description, _ context: DiscoveryContext, isEarly: Bool = false
  ) -> Entry {
    let main = candidate.finding.main
    let isMade = candidate.finding.kind.isContainer && !description.hidesPayload && context.isOfRuntime(main)
    let isEarly =
      isEarly || isMade || context.now.boottime < main.start &* root.facts.tick &+ 10_000_000_000
    var description = description
    description.workload.dropSecrets()
    // Who runs machines by another's VMM has said whose it is.
    if description.machine != nil, description.hypervisor == nil {
      description.hypervisor = sources[candidate.source].hypervisor ?? .of(process: main.comm)
    }
    var signals = context.bootSignals(of: candidate.finding, description)
    let old = knows(candidate).flatMap { $0.description.machine == description.machine ? $0 : nil }
    if let old {
      // The two clocks behind them are read one after the other: the start would move by microseconds.
      let isSame = old.main.pid == main.pid && old.main.start == main.start
      if isSame { description.workload.startedAt = old.description.workload.startedAt }
      if old.isMade, !isMade, !description.hidesPayload { signals.append(context.executedMark(since: old.describedAt)) }
      signals = isSame ? Self.joined(old.signals, signals) : Self.joined(signals, old.signals)
    }
    defer { if old == nil { nextSerial += 1 } }
    return Entry(
      serial: old?.serial ?? nextSerial, main: main, description: description, signals: signals, isEarly: isEarly,
      isMade: isMade, describedAt: context.now.realtime)
  }

  /// The first, and those of the second of which the first has none.
  private static func joined(_ first: [BootSignal], _ second: [BootSignal]) -> [BootSignal] {
    first + second.filter { new in !first.contains { $0.phase == new.phase && $0.kind == new.kind } }
  }

  /// Two workloads in one group share it: the second has no figures of its own.
  private func candidate(_ finding: Finding, source: Int, taken: inout Set<Identity>) -> Candidate {
    let main = finding.main
    let process = Identity.process(kind: finding.kind, pid: main.pid, start: main.start)
    guard finding.kind != .vm, let folder = finding.own.identityFolder(layout), let inode = root.inode(folder)
    else { return Candidate(source: source, identity: process, finding: finding) }
    let group = Identity.cgroup(path: folder, inode: inode)
    if taken.insert(group).inserted { return Candidate(source: source, identity: group, finding: finding) }
    var sharing = finding
    sharing.own = OwnCgroups()
    return Candidate(source: source, identity: process, finding: sharing)
  }

  /// Engines are asked when there are containers that they were not asked about, and now and then for new names.
  /// Asks them once more, for what the last pass knew.
  func askAgain() { names.refresh(running: sockets) }

  private func askEngines(of rows: [Row], _ context: DiscoveryContext, at now: UInt64) {
    let ids = Set(rows.compactMap(\.description.engineID))
    guard !ids.isSubset(of: askedFor) || !ids.isEmpty && now &- lastAsked > 30_000_000_000 else { return }
    askedFor = ids
    lastAsked = now
    sockets = context.engineSockets()
    names.refresh(running: sockets)
  }

  /// The name that an engine gave, as soon as it has come.
  private func rename(_ row: inout Row, _ names: [String: EngineName]) {
    if let id = row.description.engineID, let engine = names[id] {
      if let name = legible(engine.name) { row.workload.name = name }
      row.workload.labels = engine.labels
      if row.workload.image == nil { row.workload.image = engine.image }
    }
    if row.workload.image != nil { row.workload.absences["image"] = nil }
    // Root may read everything: what it does not find, nobody says.
    if isRoot, row.workload.absences["image"] == .noPermission { row.workload.absences["image"] = .notReported }
  }

  /// A workload runs in the innermost other container whose cgroup its main process is in.
  private func setParents(_ rows: inout [Row], _ context: DiscoveryContext) {
    let containers = Dictionary(
      rows.compactMap { row in
        row.finding.kind != .vm ? row.finding.own.leading.map { ($0, (row.serial, row.workload.id)) } : nil
      }
    ) { first, _ in first }
    for index in rows.indices {
      let (finding, serial) = (rows[index].finding, rows[index].serial)
      var path = context.processes.cgroups(of: finding.main).leading
      // A VM may share a container's very cgroup; another container there is no parent.
      if finding.kind != .vm { path = folder(of: path) }
      var parent: String?
      while path.utf8.count > 1, parent == nil {
        if let (other, id) = containers[path], other != serial { parent = id }
        path = folder(of: path)
      }
      rows[index].workload.parent = parent
      if parent == nil { rows[index].workload.absences["parent"] = .notApplicable }
    }
  }

  /// The path without its last part.
  private func folder(of path: String) -> String {
    // By bytes: a name may begin with a mark that joins the slash before it.
    path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) } ?? ""
  }
}
