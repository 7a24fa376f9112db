internal import KernelStats
internal import TareModel

/// Containers' cgroups that were made and removed between two looks. What looks find is taken out; what is left over was
/// there too, though nobody has seen a process of it.
struct BriefGroups {
  /// Monotonic nanoseconds.
  private struct Group {
    let workload: Workload
    let made: ClosedRange<UInt64>
    var removed: ClosedRange<UInt64>?
  }

  /// So many are remembered, and so many of them listed.
  private static let most = 4096
  private static let mostLives = LifeLog.most

  /// By the path below the root of its hierarchy: it is the same group in each.
  private var groups: [String: Group] = [:]
  private(set) var lives: [BriefLife] = []
  private var count: UInt64 = 0
  /// What the look before found.
  private var before: Set<String> = []

  mutating func made(_ path: String, _ instants: ClosedRange<UInt64>) {
    guard groups[path] == nil || groups[path]?.removed != nil, groups.count < Self.most,
      let workload = Workload(cgroup: path)
    else { return }
    groups[path] = Group(workload: workload, made: instants)
  }

  /// - Returns: whether there is something to settle.
  mutating func removed(_ path: String, _ instants: ClosedRange<UInt64>) -> Bool {
    guard let group = groups[path], group.removed == nil else { return false }
    groups[path]?.removed = instants
    return true
  }

  var hasRemoved: Bool { groups.contains { $0.value.removed != nil } }

  /// After a look, by the thread that looks: those that are gone and were not found will not be found any more.
  /// - Parameters:
  ///   - found: paths of workloads' groups; nil where nothing was looked for.
  ///   - offset: what the monotonic clock is behind realtime.
  mutating func settle(found: Set<String>?, offset: UInt64) {
    let known = before.union(found ?? [])
    if let found { before = found }
    guard !groups.isEmpty else { return }
    for path in groups.keys where known.contains(path) { groups[path] = nil }
    let over = groups.filter { $0.value.removed != nil }
    guard !over.isEmpty else { return }
    for (path, group) in over.sorted(by: { $0.value.made.upperBound < $1.value.made.upperBound }) {
      groups[path] = nil
      guard let removed = group.removed else { continue }
      count += 1
      var workload = group.workload
      workload.startedAt = group.made.lowerBound &+ offset
      lives.append(
        BriefLife(
          number: count, workload: workload, made: group.made.moved(by: offset), removed: removed.moved(by: offset)))
    }
    if lives.count > Self.mostLives { lives.removeFirst(lives.count - Self.mostLives) }
  }
}

extension ClosedRange<UInt64> {
  fileprivate func moved(by offset: UInt64) -> ClosedRange<UInt64> {
    let (low, high) = (lowerBound &+ offset, upperBound &+ offset)
    return Swift.min(low, high)...Swift.max(low, high)
  }
}

extension Workload {
  /// A container by the name of its cgroup alone; nil where the name says nothing of an engine.
  init?(cgroup path: String) {
    let names = path.cgroupNames
    guard let name = names.last else { return nil }
    let id: String
    let runtime: Runtime
    if let mark = ContainerPath(component: name, after: names.dropLast().last) {
      let engine: (Runtime, String)? =
        switch mark.style {
        case .docker: (.docker, "docker:")
        case .podman: (.podman, "podman:")
        case .containerd: (.containerd, "containerd:k8s.io/")
        case .crio: (.criO, "cri-o:")
        case .bare: nil
        }
      guard let engine else { return nil }
      (runtime, id) = (engine.0, engine.1 + mark.id)
      self.init(id: id, name: String(mark.id.prefix(12)), kind: .container, runtime: runtime, cgroup: path)
    } else if name.hasPrefix("lxc.payload."), RuntimeID.isMachine(String(name.dropFirst(12))) {
      id = String(name.dropFirst(12))
      self.init(id: "lxc:\(id)", name: id, kind: .container, runtime: .lxc, cgroup: path)
    } else {
      return nil
    }
    for field in ["image", "pod", "namespace", "labels"] { absences[field] = .ended }
  }
}
