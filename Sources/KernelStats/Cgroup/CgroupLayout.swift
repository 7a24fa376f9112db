public import TareModel

/// Which cgroup hierarchies are mounted where. From `/proc/self/mountinfo` (proc_pid_mountinfo(5)).
public struct CgroupLayout: Sendable, Hashable {
  /// Mount point of cgroup2, if any.
  public private(set) var unified: String?
  /// Mount point of each v1 controller, `name=systemd` among them.
  public private(set) var controllers: [String: String] = [:]
  /// Huge pages of hugetlbfs are in memory.current (cgroup-v2.rst, "Mounting").
  public private(set) var chargesHugetlb = false
  /// Controllers of the unified hierarchy's root, from cgroup.controllers.
  public var unifiedControllers: Set<String> = []

  private static let known: Set<String> = [
    "cpu", "cpuacct", "cpuset", "memory", "blkio", "pids", "devices", "freezer", "net_cls", "net_prio", "perf_event",
    "hugetlb", "rdma", "misc",
  ]

  public init(mountinfo bytes: Span<UInt8>) throws(FormatError) {
    var cursor = Cursor()
    while !cursor.isAtEnd(bytes) {
      let line = cursor.restOfLine(bytes)
      cursor.skipLine(bytes)
      // 36 35 98:0 /root /mount/point options - type source superoptions
      // A mount may have no source: two blanks.
      let fields = line.split(separator: " ", omittingEmptySubsequences: false)
      guard let dash = fields.firstIndex(of: "-"), fields.count > dash + 3, dash >= 6 else {
        if line.isEmpty { continue }
        throw FormatError(line: cursor.line - 1, expected: "a mount with a dash and three fields after it", found: nil)
      }
      let point = unescapeMount(fields[4])
      switch fields[dash + 1] {
      case "cgroup2":
        if unified == nil {
          unified = point
          chargesHugetlb = fields[dash + 3].split(separator: ",").contains("memory_hugetlb_accounting")
        }
      case "cgroup":
        for option in fields[dash + 3].split(separator: ",") {
          let name = String(option)
          guard Self.known.contains(name) || name.hasPrefix("name=") else { continue }
          if controllers[name] == nil { controllers[name] = point }
        }
      default: break
      }
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
