internal import KernelStats

/// A container's mark in a cgroup path: `/docker/<64 hex>`, `docker-<64 hex>.scope`, `libpod-<64 hex>[.scope]`,
/// `cri-containerd-<64 hex>.scope`, `crio-<64 hex>[.scope]`; and `SLICE:PREFIX:<64 hex>`, which is what is left of a name
/// for systemd where the runtime was not told to ask systemd.
struct ContainerPath: Hashable {
  enum Style: Hashable { case docker, podman, containerd, crio, bare }

  let id: String
  let style: Style

  /// All marks in a path, outermost first: an engine may run in a container of another.
  static func all(in path: String) -> [ContainerPath] {
    guard path.utf8.count > 64 else { return [] }
    let parts = path.cgroupNames
    return parts.indices.compactMap { index in
      ContainerPath(component: parts[index], after: index > 0 ? parts[index - 1] : nil)
    }
  }

  init?(component: Substring, after parent: Substring? = nil) {
    guard component.utf8.count >= 64 else { return nil }
    let parts = component.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).map(Substring.init)
    switch parts.count {
    case 1:
      let name = component.hasSuffix(".scope") ? component.dropLast(6) : component
      let prefix = name.utf8.dropLast(64)
      guard name.utf8.count >= 64, prefix.isEmpty || prefix.last == UInt8(ascii: "-") else { return nil }
      let style = prefix.isEmpty ? parent == "docker" ? .docker : .bare : Self.styles[Substring(prefix.dropLast())]
      guard let style else { return nil }
      self.init(digits: name.utf8.suffix(64), style)
    case 3: self.init(digits: parts[2].utf8, Self.styles[parts[1]] ?? .bare)
    default: return nil
    }
  }

  private init?(digits: Substring.UTF8View, _ style: Style) {
    guard digits.count == 64, digits.allSatisfy(isHexDigit) else { return nil }
    id = String(Substring(digits))
    self.style = style
  }

  /// By the prefix. A unit of systemd that starts Podman has the container in a group of its own, the payload, below it.
  private static let styles: [Substring: Style] = [
    "docker": .docker, "libpod": .podman, "libpod-payload": .podman, "cri-containerd": .containerd, "crio": .crio,
  ]
}

func isHexDigit(_ byte: UInt8) -> Bool {
  (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
}

/// The processes of one container, found by the cgroups that they are in.
struct ContainerGroup {
  let mark: ContainerPath
  /// The oldest of them whose parent is outside: PID 1 of the container, or gVisor's sentry.
  let main: Process
  /// All whose parent is outside, oldest first: PID 1, what was executed in it later, a sandbox's processes.
  let outermost: [Process]
  let own: OwnCgroups
}

extension DiscoveryContext {
  /// Containers by the innermost mark of their processes' cgroup paths.
  func containerGroups(where wanted: (ContainerPath) -> Bool) -> [ContainerGroup] {
    let places = processes.memberships.map { place(of: $0.leading) }
    var members: [Place: [Process]] = [:]
    for process in processes.processes where !process.isKernelThread {
      guard let place = places[process.membership], wanted(place.mark) else { continue }
      members[place, default: []].append(process)
    }
    let groups = members.map { place, group in
      let pids = Set(group.map(\.pid))
      let outermost = group.filter { !pids.contains($0.parent) }
      let main = main(of: outermost) ?? group[0]
      let own = OwnCgroups(processes.cgroups(of: main)) { ContainerPath(component: $0)?.id == place.mark.id }
      return ContainerGroup(mark: place.mark, main: main, outermost: outermost, own: own)
    }
    return ordered(groups)
  }

  /// Whether an engine that knows pods runs it, whose source tells a pod's sandbox from a container.
  func isOfPodEngine(_ main: Process) -> Bool {
    let mark = ContainerPath.all(in: processes.cgroups(of: main).leading).last
    return mark.map { [.crio, .containerd, .podman].contains($0.style) } ?? false
  }

  /// A container's mark and the path up to it: anybody may call a group of his own like somebody else's container.
  private struct Place: Hashable {
    let mark: ContainerPath
    let path: String
  }

  private func place(of path: String) -> Place? {
    guard let mark = ContainerPath.all(in: path).last else { return nil }
    let names = path.cgroupNames
    guard let end = names.lastIndex(where: { ContainerPath(component: $0)?.id == mark.id }) else { return nil }
    return Place(mark: mark, path: names[...end].joined(separator: "/"))
  }

  /// Oldest first; of several with one id that of root's engine first, which is the one that counts.
  private func ordered(_ groups: [ContainerGroup]) -> [ContainerGroup] {
    let counts = Dictionary(grouping: groups, by: \.mark.id).mapValues(\.count)
    let ranked = groups.map { group in
      let isAmbiguous = (counts[group.mark.id] ?? 1) > 1
      // Every orphan is a child of process 1.
      let isRoots = group.main.parent > 1 && root.user(of: group.main.parent) == 0
      return (group, isAmbiguous && !isRoots ? 1 : 0)
    }
    return ranked.sorted { ($0.1, $0.0.main.start, $0.0.main.pid) < ($1.1, $1.0.main.start, $1.0.main.pid) }.map(\.0)
  }
}
