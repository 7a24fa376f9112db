internal import TareModel

/// The cgroups that belong to one workload and nobody else, by controller; in a controller where it has none it shares
/// its parent's, and nothing there may be called the workload's.
public struct OwnCgroups: Sendable, Hashable {
  /// Path in the unified hierarchy.
  public var unified: String?
  /// Paths by v1 controller.
  public var controllers: [String: String] = [:]

  public init() {}

  /// Takes from each path the part up to the folder for which `isOwn` says yes; paths without one are shared.
  public init(_ membership: CgroupMembership, isOwn: (Substring) -> Bool) {
    unified = membership.unified.flatMap { Self.cut($0, isOwn) }
    controllers = membership.controllers.compactMapValues { Self.cut($0, isOwn) }
  }

  /// Every path as it is, but for those at the root.
  public init(whole membership: CgroupMembership) {
    self.init(membership) { _ in false }
    if let path = membership.unified, path != "/" { unified = path }
    controllers = membership.controllers.filter { $0.value != "/" }
  }

  private static func cut(_ path: String, _ isOwn: (Substring) -> Bool) -> String? {
    let parts = path.cgroupNames
    guard let last = parts.lastIndex(where: isOwn) else { return nil }
    return "/" + parts[...last].joined(separator: "/")
  }

  /// The folder of a controller's files, `""` for files that every unified group has; nil where it is shared, or where no
  /// mount shows it.
  public func folder(_ controller: String, _ layout: CgroupLayout) -> String? { place(controller, layout).folder }

  /// As ``folder(_:_:)``, with the reason where there is none.
  public func place(_ controller: String, _ layout: CgroupLayout) -> CgroupLayout.Place {
    path(controller, layout).map { layout.place($0, controller) } ?? .missing(.sharedCgroup)
  }

  /// Its path in the hierarchy of this controller.
  func path(_ controller: String, _ layout: CgroupLayout) -> String? {
    layout.isV1(controller) ? controllers[controller] : unified
  }

  /// The path that names the group best.
  public var leading: String? {
    unified ?? controllers["memory"] ?? controllers["cpu"] ?? controllers.sorted { $0.key < $1.key }.first?.value
  }

  /// Folders in all hierarchies that exist on this machine: the first one's inode is the group's identity.
  public func identityFolder(_ layout: CgroupLayout) -> String? {
    folder("", layout) ?? folder("memory", layout) ?? folder("cpu", layout) ?? folder("pids", layout)
      ?? controllers.keys.sorted().lazy.compactMap { folder($0, layout) }.first
  }
}

extension String {
  /// The folders of a cgroup path. Parted by bytes: a name may begin with a combining mark, which makes one character of
  /// it and the slash, and a process could hide in such a folder.
  public var cgroupNames: [Substring] { utf8.split(separator: UInt8(ascii: "/")).map { Substring($0) } }

  /// Whether this cgroup path is `folder` or lies below it.
  public func isCgroup(inside folder: String) -> Bool {
    guard utf8.starts(with: folder.utf8) else { return false }
    return utf8.count == folder.utf8.count || utf8.dropFirst(folder.utf8.count).first == UInt8(ascii: "/")
  }
}
