internal import KernelStats

/// A container's mark in a cgroup path: `/docker/<64 hex>`, `docker-<64 hex>.scope`, `libpod-<64 hex>[.scope]`.
struct ContainerPath: Hashable {
  enum Style: Hashable { case docker, podman, bare }

  let id: String
  let style: Style

  /// All marks in a path, outermost first: an engine may run in a container of another.
  static func all(in path: String) -> [ContainerPath] {
    guard path.utf8.count > 64 else { return [] }
    let parts = path.split(separator: "/")
    return parts.indices.compactMap { index in
      ContainerPath(component: parts[index], after: index > 0 ? parts[index - 1] : nil)
    }
  }

  init?(component: Substring, after parent: Substring? = nil) {
    var name = component
    if name.hasSuffix(".scope") { name = name.dropLast(6) }
    if name.hasPrefix("docker-") {
      name = name.dropFirst(7)
      style = .docker
    } else if name.hasPrefix("libpod-") {
      name = name.dropFirst(7)
      style = .podman
    } else {
      style = parent == "docker" ? .docker : .bare
    }
    guard name.utf8.count == 64, name.utf8.allSatisfy(isHexDigit) else { return nil }
    id = String(name)
  }
}

private func isHexDigit(_ byte: UInt8) -> Bool {
  (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
}

/// The processes of one container, found by the cgroups that they are in.
struct ContainerGroup {
  let mark: ContainerPath
  /// The oldest of them whose parent is outside: PID 1 of the container.
  let main: Process
  let own: OwnCgroups
}

extension Census {
  /// Containers by the innermost mark of their processes' cgroup paths.
  func containerGroups(where wanted: (ContainerPath) -> Bool) -> [ContainerGroup] {
    let marks = processes.memberships.map { ContainerPath.all(in: $0.leading).last }
    var members: [ContainerPath: [Process]] = [:]
    for process in processes.processes where !process.isKernelThread {
      guard let mark = marks[process.membership], wanted(mark) else { continue }
      members[mark, default: []].append(process)
    }
    return members.map { mark, group in
      let pids = Set(group.map(\.pid))
      let main = group.first { !pids.contains($0.parent) } ?? group[0]
      let own = OwnCgroups(processes.cgroups(of: main)) { ContainerPath(component: $0)?.id == mark.id }
      return ContainerGroup(mark: mark, main: main, own: own)
    }
  }
}
