internal import TareModel

extension ListState {
  /// What lines are grouped by.
  public enum Tree: String, Sendable, Hashable, CaseIterable { case off, runtime, pod, slice, parent }

  /// A line over its workloads.
  public struct Group: Sendable, Hashable {
    public let title: String
    /// The cgroup that it is, where the tree is one of cgroups.
    public var path: String?
    /// The second line of a cgroup: what of it is workloads'.
    public var isInside = false
    /// How many groups it is in.
    public var depth = 0
    public var containers = 0
    public var machines = 0
    public var users = 0
    /// Sums over its workloads that run in no other of it: a parent's figures contain its children's.
    public var memory: Double = 0
    public var tare = 0.0
    public var isTareAtLeast = false
    public var isTareAtMost = false
    public var cpu: Double?
    public var isCollapsed = false

    /// No runtime is called so.
    var id: String { isInside ? "inside:\(path ?? "")" : "group:\(path ?? title)" }
  }

  /// Makes ``lines`` of these rows, which are in their order.
  mutating func grow(_ rows: [Int], _ frame: Frame) {
    groups.removeAll(keepingCapacity: true)
    lines.removeAll(keepingCapacity: true)
    switch tree {
    case .off: lines.append(contentsOf: rows.map { .workload(row: $0, depth: 0) })
    case .parent: nest(rows, frame)
    case .runtime, .pod: gather(rows, frame)
    case .slice: growSlices(rows, frame)
    }
  }

  /// Groups stand where the first of their rows would.
  private mutating func gather(_ rows: [Int], _ frame: Frame) {
    let workloads = frame.current.workloads
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
    }
    for place in groups.indices {
      sum(members[place], in: place, frame)
      groups[place].isCollapsed = collapsed.contains(groups[place].id)
      lines.append(.group(place))
      if !groups[place].isCollapsed { lines += members[place].map { .workload(row: $0, depth: 1) } }
    }
  }

  /// Counts these rows, and adds up those that run in no other of them.
  private mutating func sum(_ rows: [Int], in place: Int, _ frame: Frame) {
    let workloads = frame.current.workloads
    let parents = Dictionary(rows.map { (workloads[$0].id, workloads[$0].parent) }) { first, _ in first }
    for row in rows {
      count(workloads[row].kind, in: place)
      if workloads[row].parent.map({ parents[$0] == nil }) ?? true { add(row, to: place, frame) }
    }
  }

  private mutating func count(_ kind: Workload.Kind, in place: Int) {
    switch kind {
    case .container: groups[place].containers += 1
    case .pod: break
    case .vm: groups[place].machines += 1
    case .user: groups[place].users += 1
    }
  }

  private mutating func add(_ row: Int, to place: Int, _ frame: Frame) {
    let weight = frame.pair(row).memoryWeight
    let memory = ranksGross ? weight.grossAtLeast : frame.heldMemory(row: row).number
    groups[place].memory += memory ?? 0
    groups[place].tare += weight.sum(.tare)
    if weight.reason != nil { groups[place].isTareAtLeast = true }
    if weight.bound(of: .tare) == .atMost { groups[place].isTareAtMost = true }
    if let cpu = frame.value(.cpuUsage, row: row).number { groups[place].cpu = (groups[place].cpu ?? 0) + cpu }
  }

  /// A line for each cgroup that workloads are in, inside those that it is in itself: as systemd nests its slices, whose
  /// folders lie in each other, and as systemd-cgls shows them.
  private mutating func growSlices(_ rows: [Int], _ frame: Frame) {
    let workloads = frame.current.workloads
    /// What stands in a group, by its place; that of the root is -1.
    var members: [Int: [Line]] = [:]
    /// All workloads in a group and in those within it, by its place.
    var inside: [[Int]] = []
    var places: [String: Int] = [:]
    for row in rows {
      var above = [Int]()
      for path in workloads[row].cgroupsAbove {
        if places[path] == nil {
          places[path] = groups.count
          members[above.last ?? -1, default: []].append(.group(groups.count))
          groups.append(Group(title: path.lastName, path: path, depth: above.count))
          inside.append([])
        }
        above.append(places[path] ?? 0)
      }
      members[above.last ?? -1, default: []].append(.workload(row: row, depth: above.count))
      for place in above { inside[place].append(row) }
    }
    for place in inside.indices { sum(inside[place], in: place, frame) }
    func unfold(_ place: Int) {
      for line in members[place] ?? [] {
        lines.append(line)
        guard case .group(let inner) = line else { continue }
        if let path = groups[inner].path, frame.slice(path) != nil {
          var inside = groups[inner]
          (inside.isInside, inside.depth) = (true, inside.depth + 1)
          lines.append(.group(groups.count))
          groups.append(inside)
        }
        groups[inner].isCollapsed = collapsed.contains(groups[inner].id)
        if !groups[inner].isCollapsed { unfold(inner) }
      }
    }
    unfold(-1)
  }

  private func title(of workload: Workload) -> String {
    switch tree {
    case .runtime: return workload.runtime.rawValue
    case .pod:
      // Two namespaces may have a pod of one name each.
      return workload.pod.map { pod in workload.namespace.map { "\($0)/\(pod)" } ?? pod } ?? "no pod"
    case .off, .parent, .slice: return ""
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

extension Workload {
  /// The cgroups that its own is in, outermost first, the root left out. A stranger may nest them as deep as the kernel lets
  /// him: those beyond the eighth are not told apart.
  fileprivate var cgroupsAbove: [String] {
    let names = (cgroup ?? "").utf8.split(separator: UInt8(ascii: "/")).dropLast().prefix(8)
    return names.indices.map { "/" + names[names.startIndex...$0].map { String(Substring($0)) }.joined(separator: "/") }
  }
}

extension String {
  fileprivate var lastName: String {
    utf8.split(separator: UInt8(ascii: "/")).last.map { String(Substring($0)) } ?? self
  }
}
