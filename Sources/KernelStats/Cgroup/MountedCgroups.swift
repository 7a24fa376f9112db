public import TareModel

extension CgroupLayout {
  /// As mounted on this machine, seen from tare's own cgroup namespace. A capture gets the cgroup mounts only.
  public init(_ root: KernelRoot) throws(KernelError) {
    let path = "/proc/self/mountinfo"
    var buffer = [UInt8](repeating: 0, count: 16384)
    let count = try root.readPrivately(path, into: &buffer)
    do throws(FormatError) {
      let tree = try MountTree(buffer.span.extracting(first: count))
      self.init(tree)
      if root.isRecording { root.record(path, Array(tree.cgroupLines.map { "\($0)\n" }.joined().utf8)) }
    } catch {
      throw .malformed(path: path, error)
    }
    // The machine's own cgroup namespace has a fixed number: PROC_CGROUP_INIT_INO of the kernel's proc_ns.h.
    if let namespace = try? root.link("/proc/self/ns/cgroup") { isInNamespace = namespace != "cgroup:[4026531835]" }
    if isInNamespace { lookAround(root) }
    guard let unified, let line = root.line("\(unified)/cgroup.controllers") else { return }
    unifiedControllers = Set(line.split(separator: " ").map(String.init))
  }

  /// Finds out, in a cgroup namespace, what is above its root.
  private mutating func lookAround(_ root: KernelRoot) {
    let search = NamespaceSearch(root)
    var found: [String] = []
    for key in mounts.keys.sorted() {
      guard let first = mounts[key]?.first else { continue }
      // The root of a v2 hierarchy has no cgroup.events (cgroup-v2.rst), only that of a v1 hierarchy a release_agent
      // (cgroups.rst).
      let mark = root.text("\(first.point)/\(key.isEmpty ? "cgroup.events" : "release_agent")") != nil
      learn(isTop: mark != key.isEmpty, key)
      guard first.root.above > 0, first.root.names.isEmpty,
        let name = search.namespaceRoot(first.point, depth: first.root.above, key, first: found)
      else { continue }
      if !found.contains(name) { found.append(name) }
      learn(namespaceRoot: name, key)
    }
  }
}

extension CgroupLayout {
  /// Why containers that no engine runs cannot be found where tare is in a container itself; nil where they can. A capture
  /// does not tell.
  public func hidden(_ root: KernelRoot) -> HiddenProcesses? {
    guard root.isLive, isInNamespace || !isWhole, hasPlainRun,
      ["/run/runc", "/run/crun"].allSatisfy({ root.inode($0) == nil })
    else { return nil }
    return HiddenProcesses(
      "tare is in a container with a /run of its own: what runc and crun run without an engine cannot be found",
      remedy: "run the container with -v /run:/run:ro")
  }
}

/// Looks for the root of tare's own cgroup namespace among the groups of a mount that begins above it: the kernel does
/// not write what it is called. It is the one with tare's own process in it.
struct NamespaceSearch {
  private let root: KernelRoot
  private let pid: String?
  private let membership: CgroupMembership?
  /// Groups that are looked at.
  private static let most = 16384

  init(_ root: KernelRoot) {
    self.root = root
    var buffer = [UInt8](repeating: 0, count: 4096)
    pid = root.text("/proc/self/stat").map { String($0.prefix { $0 != " " }) }
    membership = (try? root.read("/proc/self/cgroup", into: &buffer)).flatMap { count in
      try? CgroupMembership(buffer.span.extracting(first: count))
    }
  }

  /// - Parameters:
  ///   - depth: how far below the mount point it is.
  ///   - guesses: what it is called in other hierarchies.
  /// - Returns: its path below the mount point; nil where tare is not found.
  func namespaceRoot(_ point: String, depth: Int, _ controller: String, first guesses: [String]) -> String? {
    guard let own = membership?.path(controller).map({ CgroupPath($0) }), own.above == 0 else { return nil }
    if let guess = guesses.first(where: { $0.cgroupNames.count == depth && isOurs("\(point)\($0)\(own.names)") }) {
      return guess
    }
    var groups = [""]
    var seen = 0
    for _ in 0..<depth {
      groups = groups.flatMap { group in
        seen += 1
        return seen < Self.most ? root.cgroups(in: "\(point)\(group)").map { "\(group)/\($0)" } : []
      }
    }
    return groups.prefix(Self.most).first { isOurs("\(point)\($0)\(own.names)") }
  }

  private func isOurs(_ folder: String) -> Bool {
    guard let pid, let processes = root.text("\(folder)/cgroup.procs") else { return false }
    return processes.split(separator: "\n").contains { $0 == pid }
  }
}

extension KernelRoot {
  /// Names of the cgroups in this one, in no order.
  public func cgroups(in folder: String) -> [String] {
    // Files and folders look alike in a listing; no file of a cgroup is without a dot but these.
    ((try? list(folder)) ?? []).filter { !cgroupFiles.contains($0) && !isCgroupFile($0) }
  }
}

private let cgroupFiles: Set<String> = ["tasks", "notify_on_release", "release_agent"]

/// `memory.stat`, `cgroup.procs`: a controller's name and a dot.
private func isCgroupFile(_ name: String) -> Bool {
  guard let dot = name.firstIndex(of: ".") else { return false }
  return cgroupControllers.contains(String(name[..<dot]))
}

private let cgroupControllers: Set<String> = [
  "cgroup", "cpu", "cpuacct", "cpuset", "memory", "io", "blkio", "pids", "devices", "freezer", "net_cls", "net_prio",
  "perf_event", "hugetlb", "rdma", "misc", "irq", "dmem",
]
