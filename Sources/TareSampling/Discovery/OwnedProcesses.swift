internal import KernelStats
internal import TareModel

/// What belongs to workloads: the processes in their cgroups, their first ones, and those that serve them.
struct OwnedProcesses {
  private var pids: Set<Int32> = []
  /// By place of the membership.
  private let areInside: [Bool]

  init(_ rows: [Discovery.Row], _ table: ProcessTable) {
    // By controller; empty for the unified hierarchy.
    var folders: [String: Set<String>] = [:]
    for row in rows {
      if let path = row.finding.own.unified { folders["", default: []].insert(path) }
      for (controller, path) in row.finding.own.controllers { folders[controller, default: []].insert(path) }
    }
    areInside = table.memberships.map { membership in
      if let path = membership.unified, Self.isInside(path, folders[""]) { return true }
      return membership.controllers.contains { Self.isInside($1, folders[$0]) }
    }
    for row in rows {
      pids.insert(row.finding.main.pid)
      pids.formUnion(row.workload.helpers)
      // A guest of user-mode Linux is several processes; of a container without a cgroup only the first is known for sure.
      let isFamily =
        row.description.machine?.accelerator == .uml || row.finding.kind.isContainer && row.finding.own.leading == nil
      if isFamily { claimDescendants(of: row.finding.main.pid, table) }
    }
  }

  func has(_ process: Process) -> Bool { areInside[process.membership] || pids.contains(process.pid) }

  private mutating func claimDescendants(of pid: Int32, _ table: ProcessTable) {
    for child in table.children(of: pid) where pids.insert(child.pid).inserted {
      claimDescendants(of: child.pid, table)
    }
  }

  /// Whether one of these folders is this path or above it.
  private static func isInside(_ path: String, _ folders: Set<String>?) -> Bool {
    guard let folders else { return false }
    var path = path
    while path.utf8.count > 1 {
      if folders.contains(path) { return true }
      guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return false }
      path = String(path[..<slash])
    }
    return false
  }
}
