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
  private enum Identity: Hashable {
    case cgroup(path: String, inode: UInt64)
    case process(pid: Int32, start: UInt64)
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

  init(
    _ root: KernelRoot, layout: CgroupLayout, environment: [String: String], sources: [any WorkloadSource],
    names: any EngineNames
  ) {
    self.root = root
    self.layout = layout
    self.environment = environment
    self.sources = sources
    self.names = names
  }

  /// One full pass. Rows come in the order in which they were first seen.
  func pass() throws(KernelError) -> (rows: [Row], problems: [Problem]) {
    let census = try Census(root, layout: layout, environment: environment)
    var claimed: Set<Claim> = []
    var current: [Identity: (serial: UInt64, description: Description)] = [:]
    var rows: [Row] = []
    for source in sources {
      for finding in source.find(in: census) {
        guard claimed.insert(Claim(kind: finding.kind, pid: finding.main.pid)).inserted else { continue }
        let identity = identity(of: finding)
        let entry = known[identity] ?? register(source.describe(finding, in: census))
        current[identity] = entry
        rows.append(
          Row(
            serial: entry.serial, finding: finding, description: entry.description,
            workload: named(entry.description)))
      }
    }
    known = current
    rows.sort { $0.serial < $1.serial }
    setParents(&rows, census)
    return (rows, rows.flatMap(\.description.problems))
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

  /// The name that an engine gave, as soon as it has come.
  private func named(_ description: Description) -> Workload {
    var workload = description.workload
    if let id = description.engineID, let engine = names.names[id] {
      workload.name = engine.name
      if workload.image == nil { workload.image = engine.image }
    }
    if workload.image != nil { workload.absences["image"] = nil }
    return workload
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
