internal import KernelStats
internal import TareModel

/// `user-UID.slice`, where systemd keeps all that a user's logins and own services run.
enum UserSlice {
  private static func path(_ uid: UInt32) -> String { "/user.slice/user-\(uid).slice" }

  /// Whose slice a process is in. Only at the root: a user may make folders of any name in its own.
  static func user(_ membership: CgroupMembership) -> UInt32? {
    for path in [membership.unified, membership.controllers["name=systemd"]] {
      guard let names = path?.cgroupNames, names.count > 1, names[0] == "user.slice",
        names[1].hasPrefix("user-"), names[1].hasSuffix(".slice"),
        let uid = UInt32(names[1].dropFirst(5).dropLast(6))
      else { continue }
      return uid
    }
    return nil
  }

  /// Its cgroups, where CPU and memory are counted there for all that is in it.
  static func own(_ uid: UInt32, _ members: [CgroupMembership], _ layout: CgroupLayout, _ root: KernelRoot)
    -> OwnCgroups?
  {
    let slice = path(uid)
    var own = OwnCgroups()
    if members.allSatisfy({ $0.unified?.isCgroup(inside: slice) ?? false }) { own.unified = slice }
    for controller in layout.controllers.keys
    where members.allSatisfy({ $0.controllers[controller]?.isCgroup(inside: slice) ?? false }) {
      own.controllers[controller] = slice
    }
    let cpu = layout.isV1("cpuacct") ? "cpuacct.usage" : "cpu.stat"
    let memory = layout.isV1("memory") ? "memory.usage_in_bytes" : "memory.current"
    for (controller, file) in [(layout.isV1("cpuacct") ? "cpuacct" : "cpu", cpu), ("memory", memory)] {
      guard let folder = own.folder(controller, layout), root.inode("\(folder)/\(file)") != nil else { return nil }
    }
    return own
  }
}
