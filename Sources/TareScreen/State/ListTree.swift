internal import TareModel

extension ListState {
  /// What lines are grouped by.
  public enum Tree: String, Sendable, Hashable, CaseIterable { case off, runtime, pod, slice, parent }

  /// A line over its workloads.
  public struct Group: Sendable, Hashable {
    public let title: String
    public var containers = 0
    public var machines = 0
    public var users = 0
    /// Sums over workloads that run in no other: a parent's figures contain its children's.
    public var memory: Double = 0
    public var tare = 0.0
    public var isTareAtLeast = false
    public var cpu: Double?
    public var isCollapsed = false

    /// No runtime is called so.
    var id: String { "group:\(title)" }
  }

  /// Makes ``lines`` of these rows, which are in their order.
  mutating func grow(_ rows: [Int], _ frame: Frame) {
    groups.removeAll(keepingCapacity: true)
    lines.removeAll(keepingCapacity: true)
    switch tree {
    case .off: lines.append(contentsOf: rows.map { .workload(row: $0, depth: 0) })
    case .parent: nest(rows, frame)
    case .runtime, .pod, .slice: gather(rows, frame)
    }
  }

  /// Groups stand where the first of their rows would.
  private mutating func gather(_ rows: [Int], _ frame: Frame) {
    let workloads = frame.current.workloads
    let outermost = Set(frame.outermostRows)
    var places: [String: Int] = [:]
    var members: [[Int]] = []
    for row in rows {
      let title = title(of: workloads[row])
      let place = places[title] ?? groups.count
      if place == groups.count {
        places[title] = place
        groups.append(Group(title: title))
        members.append([])
      }
      members[place].append(row)
      switch workloads[row].kind {
      case .container: groups[place].containers += 1
      case .pod: break
      case .vm: groups[place].machines += 1
      case .user: groups[place].users += 1
      }
      guard outermost.contains(row) else { continue }
      let weight = frame.pair(row).memoryWeight
      let memory = ranksGross ? weight.grossAtLeast : frame.heldMemory(row: row).number
      groups[place].memory += memory ?? 0
      groups[place].tare += weight.tareAtLeast ?? 0
      if weight.reason != nil { groups[place].isTareAtLeast = true }
      if let cpu = frame.value(.cpuUsage, row: row).number { groups[place].cpu = (groups[place].cpu ?? 0) + cpu }
    }
    for place in groups.indices {
      groups[place].isCollapsed = collapsed.contains(groups[place].id)
      lines.append(.group(place))
      if !groups[place].isCollapsed { lines += members[place].map { .workload(row: $0, depth: 1) } }
    }
  }

  private func title(of workload: Workload) -> String {
    switch tree {
    case .runtime: return workload.runtime.rawValue
    case .pod:
      // Two namespaces may have a pod of one name each.
      return workload.pod.map { pod in workload.namespace.map { "\($0)/\(pod)" } ?? pod } ?? "no pod"
    case .slice:
      guard let path = workload.cgroup, let end = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "no cgroup" }
      return end == path.startIndex ? "/" : String(path[..<end])
    case .off, .parent: return ""
    }
  }

  /// Each workload below the one that it runs in.
  private mutating func nest(_ rows: [Int], _ frame: Frame) {
    let workloads = frame.current.workloads
    let shown = Set(rows.map { workloads[$0].id })
    var children: [String: [Int]] = [:]
    var roots: [Int] = []
    for row in rows {
      if let parent = workloads[row].parent, shown.contains(parent), parent != workloads[row].id {
        children[parent, default: []].append(row)
      } else {
        roots.append(row)
      }
    }
    func add(_ row: Int, depth: Int) {
      lines.append(.workload(row: row, depth: depth))
      // A circle cannot be; a capture may say anything.
      guard depth < 8 else { return }
      for child in children[workloads[row].id] ?? [] { add(child, depth: depth + 1) }
    }
    for row in roots { add(row, depth: 0) }
  }
}
