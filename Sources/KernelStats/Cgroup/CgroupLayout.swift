public import TareModel

/// Which cgroup hierarchies are mounted where, and which part of them. From `/proc/self/mountinfo` (proc_pid_mountinfo(5)).
/// Whatever opens a file of a cgroup has its path from here: mount point + (path of the cgroup - root of the mount).
public struct CgroupLayout: Sendable, Hashable {
  /// Mount point of cgroup2, if any.
  public private(set) var unified: String?
  /// Mount point of each v1 controller, `name=systemd` among them.
  public private(set) var controllers: [String: String] = [:]
  /// Huge pages of hugetlbfs are in memory.current (cgroup-v2.rst, "Mounting").
  public private(set) var chargesHugetlb = false
  /// Controllers of the unified hierarchy's root, from cgroup.controllers.
  public var unifiedControllers: Set<String> = []
  /// Whether tare is in a cgroup namespace of its own: paths are told relative to that.
  public internal(set) var isInNamespace = false
  /// Nothing is mounted at /run or in it: in a container it is then the container's own.
  public let hasPlainRun: Bool
  /// By controller, `""` for the unified hierarchy; first those that show the most.
  private(set) var mounts: [String: [CgroupMount]] = [:]
  /// By controller: the root of tare's cgroup namespace, as it is called from the mount that shows the most.
  private(set) var namespaceRoots: [String: String] = [:]

  private static let known: Set<String> = [
    "cpu", "cpuacct", "cpuset", "memory", "blkio", "pids", "devices", "freezer", "net_cls", "net_prio", "perf_event",
    "hugetlb", "rdma", "misc",
  ]

  public init(mountinfo bytes: Span<UInt8>) throws(FormatError) { self.init(try MountTree(bytes)) }

  init(_ tree: MountTree) {
    hasPlainRun = !tree.entries.contains { $0.point.isCgroup(inside: "/run") }
    for place in tree.entries.indices {
      let entry = tree.entries[place]
      guard tree.isCgroup(place), !tree.isHidden(place) else { continue }
      let mount = CgroupMount(
        point: entry.point, root: CgroupPath(unescapeMount(entry.root)), holes: tree.holes(in: place))
      if entry.type == "cgroup2" {
        mounts["", default: []].append(mount)
        chargesHugetlb = chargesHugetlb || entry.options.contains("memory_hugetlb_accounting")
        continue
      }
      for option in entry.options {
        let name = String(option)
        guard Self.known.contains(name) || name.hasPrefix("name=") else { continue }
        mounts[name, default: []].append(mount)
      }
    }
    for (controller, all) in mounts {
      // In the order of the file where they show the same.
      let sorted = all.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
        .map(\.element)
      mounts[controller] = sorted
      if controller.isEmpty { unified = sorted[0].point } else { controllers[controller] = sorted[0].point }
    }
  }

  public var mode: Host.CgroupMode? {
    switch (unified, controllers.isEmpty) {
    case (nil, true): nil
    case (nil, false): .v1
    case (.some, true): .v2
    case (.some, false): .hybrid
    }
  }

  /// Whether this controller's files are those of v1.
  public func isV1(_ controller: String) -> Bool { controllers[controller] != nil }

  // MARK: Places

  /// Where the files of a cgroup are.
  public enum Place: Sendable, Hashable {
    case folder(String)
    case missing(Reason)

    public var folder: String? { if case .folder(let path) = self { path } else { nil } }
  }

  /// The folder of a cgroup in the hierarchy of a controller, `""` for the unified one: through the mount that shows the
  /// most of those that show it.
  /// - Parameter path: as ``absolute(_:)`` gives it.
  public func place(_ path: String, _ controller: String) -> Place {
    place(CgroupPath(path), isV1(controller) ? controller : "")
  }

  private func place(_ path: CgroupPath, _ key: String) -> Place {
    guard let mounts = mounts[key] else { return .missing(.noController) }
    for mount in mounts { if let folder = mount.folder(of: path) { return .folder(folder) } }
    return .missing(path.above > 0 ? .cgroupNamespace : .outsideMount)
  }

  /// The folder of the group above; nil at a mount point, above which is no cgroup.
  public func parent(_ folder: String) -> String? {
    guard !mounts.values.contains(where: { $0.contains { $0.point == folder } }),
      let slash = folder.utf8.lastIndex(of: UInt8(ascii: "/"))
    else { return nil }
    return String(folder[..<slash])
  }

  /// Folders from a cgroup up to the top of what is mounted, the cgroup's own first; the hierarchy's root is not among them.
  /// - Returns: also why there may be more above them that are not seen.
  func way(up path: String, _ controller: String) -> (folders: [String], unseen: Reason?) {
    let key = isV1(controller) ? controller : ""
    var folders: [String] = []
    var next: CgroupPath? = CgroupPath(path)
    while let path = next, let folder = place(path, key).folder {
      if path.names.isEmpty, isWhole(key) { return (folders, nil) }
      folders.append(folder)
      next = path.parent
    }
    return (folders, isInNamespace ? .cgroupNamespace : .outsideMount)
  }

  /// Whether all of every hierarchy is mounted.
  public var isWhole: Bool { mounts.keys.allSatisfy(isWhole) }

  /// Whether the hierarchy's own root is mounted.
  private func isWhole(_ key: String) -> Bool {
    guard let first = mounts[key]?.first else { return false }
    return first.isTop ?? (first.root.text == "/" && !isInNamespace)
  }

  // MARK: Namespaces

  /// A membership with its paths as they are called from the top of what is mounted, where that is known. In the machine's
  /// own cgroup namespace they are so already.
  public func absolute(_ membership: CgroupMembership) -> CgroupMembership {
    guard !namespaceRoots.isEmpty else { return membership }
    var membership = membership
    membership.unified = membership.unified.map { absolute(CgroupPath($0), "").text }
    for (controller, path) in membership.controllers {
      membership.controllers[controller] = absolute(CgroupPath(path), controller).text
    }
    return membership
  }

  private func absolute(_ path: CgroupPath, _ key: String) -> CgroupPath {
    guard let root = namespaceRoots[key] else { return path }
    let names = root.cgroupNames
    if path.above > names.count { return CgroupPath(above: path.above - names.count, names: path.names) }
    return CgroupPath(names: names.dropLast(path.above).map { "/\($0)" }.joined() + path.names)
  }

  /// What the root of tare's cgroup namespace is called, from the mount that shows the most: `/docker/ID`.
  mutating func learn(namespaceRoot: String, _ key: String) {
    namespaceRoots[key] = namespaceRoot
    for place in (mounts[key] ?? []).indices {
      mounts[key]![place].root = absolute(mounts[key]![place].root, key)
    }
  }

  /// Whether the mount that shows the most shows the hierarchy's own root.
  mutating func learn(isTop: Bool, _ key: String) { mounts[key]?[0].isTop = isTop }
}

/// One mount of a cgroup hierarchy.
struct CgroupMount: Sendable, Hashable {
  let point: String
  /// The cgroup that is seen there.
  var root: CgroupPath
  /// Mount points below it, where something else is seen.
  let holes: [String]
  /// Whether `root` is the hierarchy's own; nil where nobody looked.
  var isTop: Bool?

  /// Smaller where it begins further up.
  var rank: Int { root.names.cgroupNames.count - root.above * CgroupPath.longest }

  /// Where a cgroup is seen through it; nil where it is not.
  func folder(of path: CgroupPath) -> String? {
    guard let rest = path.rest(below: root) else { return nil }
    let folder = point == "/" ? rest : point + rest
    return holes.contains(where: { folder.isCgroup(inside: $0) }) ? nil : folder
  }
}

/// The cgroups of a process: a path for each hierarchy. From `/proc/PID/cgroup` (cgroups(7)).
public struct CgroupMembership: Sendable, Hashable {
  /// In the unified hierarchy.
  public var unified: String?
  /// By v1 controller.
  public var controllers: [String: String] = [:]

  public init() {}

  public init(_ bytes: Span<UInt8>) throws(FormatError) {
    var cursor = Cursor()
    while !cursor.isAtEnd(bytes) {
      let line = cursor.restOfLine(bytes)
      let number = cursor.line
      cursor.skipLine(bytes)
      if line.isEmpty { continue }
      // 4:memory:/a/path:with:colons. By bytes: a name may begin with a mark that would join the slash before it.
      let fields = line.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
        .map { Substring($0) }
      guard fields.count == 3, fields[2].utf8.first == UInt8(ascii: "/") else {
        throw FormatError(line: number, expected: "number:controllers:/path", found: nil)
      }
      // The kernel writes this behind the path of a group that was removed.
      let path = fields[2].hasSuffix(" (deleted)") ? fields[2].dropLast(10) : fields[2]
      guard CgroupPath.isKernels(path) else {
        throw FormatError(line: number, expected: "a path of at most \(CgroupPath.longest) bytes", found: nil)
      }
      if fields[0] == "0", fields[1].isEmpty {
        unified = String(path)
      } else {
        for controller in fields[1].split(separator: ",") { controllers[String(controller)] = String(path) }
      }
    }
  }

  /// The path in the hierarchy of this controller.
  public func path(_ controller: String) -> String? { controllers[controller] ?? unified }

  /// The path that names the group best: the unified one, else memory's, else any that is not the root.
  public var leading: String {
    for path in [unified, controllers["memory"], controllers["pids"], controllers["cpu"], controllers["name=systemd"]] {
      if let path, path != "/" { return path }
    }
    return controllers.sorted { $0.key < $1.key }.first { $0.value != "/" }?.value ?? "/"
  }
}
