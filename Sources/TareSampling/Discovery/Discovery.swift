internal import KernelStats
internal import TareModel

/// Finds workloads, gives each a serial of its own, and remembers what it learnt of those that are still there.
final class Discovery {
  /// A workload that runs now.
  struct Row {
    let serial: UInt64
    let finding: Finding
    let description: Description
    var workload: Workload
  }

  /// What tells a workload from its successor of the same name.
  private enum Identity: Hashable, Sendable {
    case cgroup(path: String, inode: UInt64)
    case process(pid: Int32, start: UInt64)
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
  private let layout: CgroupLayout
  private let environment: [String: String]
  private let sources: [any WorkloadSource]
  private let names: any EngineNames
  private var known: [Identity: (serial: UInt64, description: Description)] = [:]
  private var nextSerial: UInt64 = 1
  private let threads: SourceThreads
  private var lastFound: [Int: [Finding]] = [:]
  private var askedFor: Set<String> = []
  private var lastAsked: UInt64 = 0

  init(
    _ root: KernelRoot, layout: CgroupLayout, environment: [String: String], sources: [any WorkloadSource],
    names: any EngineNames
  ) {
    self.root = root
    self.layout = layout
    self.environment = environment
    self.sources = sources
    self.names = names
    threads = SourceThreads(count: sources.count)
  }

  /// One full pass. Rows come in the order in which they were first seen.
  /// - Parameter now: monotonic nanoseconds.
  func pass(at now: UInt64) throws(KernelError) -> (rows: [Row], problems: [Problem]) {
    let census = try Census(root, layout: layout, environment: environment)
    let candidates = find(in: census)
    let descriptions = describe(candidates.filter { known[$0.identity] == nil }, in: census)
    var current: [Identity: (serial: UInt64, description: Description)] = [:]
    var rows: [Row] = []
    for candidate in candidates {
      guard let entry = known[candidate.identity] ?? descriptions[candidate.identity].map(register) else { continue }
      current[candidate.identity] = entry
      rows.append(
        Row(
          serial: entry.serial, finding: candidate.finding, description: entry.description,
          workload: entry.description.workload))
    }
    known = current
    askEngines(of: rows, census, at: now)
    let names = names.names
    for index in rows.indices { rename(&rows[index], names) }
    rows.sort { $0.serial < $1.serial }
    setParents(&rows, census)
    return (rows, census.complaints.all + rows.flatMap(\.description.problems))
  }

  /// What all sources find, each process claimed once: by the first of them in their order.
  private func find(in census: Census) -> [Candidate] {
    let sources = sources
    let found = threads.run(Array(sources.indices)) { sources[$0].find(in: census) }
    var claimed: Set<Claim> = []
    var candidates: [Candidate] = []
    for (place, source) in sources.enumerated() {
      if found[place] == nil {
        census.complaints.add(Problem(source: source.name, message: "hangs: what it knew stays as it was"))
      }
      for finding in found[place] ?? lastFound[place] ?? [] {
        guard claimed.insert(Claim(kind: finding.kind, pid: finding.main.pid)).inserted else { continue }
        candidates.append(Candidate(source: place, identity: identity(of: finding), finding: finding))
      }
    }
    for (place, findings) in found { lastFound[place] = findings }
    return candidates
  }

  /// Names and the like of workloads that are new.
  private func describe(_ candidates: [Candidate], in census: Census) -> [Identity: Description] {
    let groups = Dictionary(grouping: candidates, by: \.source)
    let sources = sources
    let described = threads.run(Array(groups.keys)) { place in
      (groups[place] ?? []).map { ($0.identity, sources[place].describe($0.finding, in: census)) }
    }
    for place in groups.keys where described[place] == nil {
      census.complaints.add(Problem(source: sources[place].name, message: "hangs: new workloads are not shown yet"))
    }
    return Dictionary(described.values.joined()) { first, _ in first }
  }

  private func register(_ description: Description) -> (serial: UInt64, description: Description) {
    defer { nextSerial += 1 }
    return (nextSerial, description)
  }

  private func identity(of finding: Finding) -> Identity {
    if finding.kind == .container, let folder = finding.own.identityFolder(layout), let inode = root.inode(folder) {
      return .cgroup(path: folder, inode: inode)
    }
    return .process(pid: finding.main.pid, start: finding.main.start)
  }

  /// Engines are asked when there are containers that they were not asked about, and now and then for new names.
  private func askEngines(of rows: [Row], _ census: Census, at now: UInt64) {
    let ids = Set(rows.compactMap(\.description.engineID))
    guard !ids.isSubset(of: askedFor) || !ids.isEmpty && now &- lastAsked > 30_000_000_000 else { return }
    askedFor = ids
    lastAsked = now
    names.refresh(running: census.engineSockets())
  }

  /// The name that an engine gave, as soon as it has come.
  private func rename(_ row: inout Row, _ names: [String: EngineName]) {
    if let id = row.description.engineID, let engine = names[id] {
      row.workload.name = engine.name
      row.workload.labels = engine.labels
      if row.workload.image == nil { row.workload.image = engine.image }
    }
    if row.workload.image != nil { row.workload.absences["image"] = nil }
  }

  /// A workload runs in the innermost other container whose cgroup its main process is in.
  private func setParents(_ rows: inout [Row], _ census: Census) {
    let containers = Dictionary(
      rows.compactMap { row in
        row.finding.kind == .container ? row.finding.own.leading.map { ($0, (row.serial, row.workload.id)) } : nil
      }
    ) { first, _ in first }
    for index in rows.indices {
      let (finding, serial) = (rows[index].finding, rows[index].serial)
      var path = census.processes.cgroups(of: finding.main).leading
      // A VM may share a container's very cgroup; another container there is no parent.
      if finding.kind == .container { path = folder(of: path) }
      var parent: String?
      while path.count > 1, parent == nil {
        if let (other, id) = containers[path], other != serial { parent = id }
        path = folder(of: path)
      }
      rows[index].workload.parent = parent
      if parent == nil { rows[index].workload.absences["parent"] = .notApplicable }
    }
  }

  /// The path without its last part.
  private func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
  }
}
