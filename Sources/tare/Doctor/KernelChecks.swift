import Glibc
import KernelStats
import TareEngines
import TareModel
import TareSampling

/// What the kernel gives this user.
enum KernelChecks {
  static func all(_ root: KernelRoot, _ host: Host) -> [Check] {
    [privileges()] + SightChecks.all() + [
      cgroups(root, host), pressure(root), taskstats(), procConnector(), kvm(root), outer(host),
    ]
  }

  private static func privileges() -> Check {
    let group = SocketAccess(of: "/run/docker.sock")?.openGroup.flatMap(SocketAccess.groupName)
    return geteuid() == 0
      ? Check("privileges", .fine, "root")
      : Check(
        "privileges", .limited, "user \(geteuid()): other users' processes and engines' state are closed",
        remedy: "sudo tare" + (group.map { ", or join the group \($0) for Docker's names" } ?? ""))
  }

  private static func cgroups(_ root: KernelRoot, _ host: Host) -> Check {
    guard let layout = try? CgroupLayout(root), let mode = host.cgroupMode else {
      return Check(
        "cgroups", .limited, "no cgroup hierarchy is mounted: no figures of containers",
        remedy: "mount -t cgroup2 cgroup2 /sys/fs/cgroup; in a container, mount it read-only")
    }
    let old = layout.controllers.keys.filter { !$0.hasPrefix("name=") }.sorted().joined(separator: " ")
    let new = layout.unifiedControllers.sorted().joined(separator: " ")
    var parts: [String] = []
    if !old.isEmpty { parts.append("v1: \(old)") }
    if let point = layout.unified { parts.append("v2 at \(point): \(new.isEmpty ? "no controllers" : new)") }
    let sight = CgroupSight(root, layout)
    if let check = hidden(sight, layout, parts.joined(separator: "; ")) { return check }
    let wanted = ["cpu", "memory", "pids"].filter { !layout.isV1($0) && !layout.unifiedControllers.contains($0) }
    return Check(
      "cgroups", wanted.isEmpty ? .fine : .limited, "\(mode.rawValue); " + parts.joined(separator: "; "),
      remedy: wanted.isEmpty ? nil : "enable in cgroup.subtree_control: \(wanted.joined(separator: " "))")
  }

  /// Where tare runs in a container, and sees the groups of some processes only.
  private static func hidden(_ sight: CgroupSight, _ layout: CgroupLayout, _ mounts: String) -> Check? {
    let count = "\(sight.hidden) of \(sight.hidden + sight.seen) cgroups are not seen"
    let bind = "-v /sys/fs/cgroup:/sys/fs/cgroup:ro"
    if let error = sight.error { return Check("cgroups", .limited, "\(error)".harmless, remedy: "sudo") }
    if layout.isInNamespace, sight.hidden > 0 {
      return Check(
        "cgroups", .limited, "tare is in a cgroup namespace: \(count); \(mounts)",
        remedy: "run the container with --cgroupns host, or with \(bind)")
    }
    if sight.hidden > 0 {
      return Check(
        "cgroups", .limited, "only a part of the hierarchies is mounted: \(count); \(mounts)",
        remedy: "run the container with \(bind)")
    }
    guard layout.isInNamespace, !layout.isWhole else { return nil }
    return Check(
      "cgroups", .limited, "tare is in a cgroup namespace and sees its own groups only; \(mounts)",
      remedy: "run the container with --pid host and \(bind)")
  }

  private static func pressure(_ root: KernelRoot) -> Check {
    root.text("/proc/pressure/cpu") != nil
      ? Check("pressure", .fine, "/proc/pressure")
      : Check("pressure", .limited, "no pressure figures", remedy: "boot with psi=1")
  }

  private static func taskstats() -> Check {
    switch KernelProbes.taskstats() {
    case .works: Check("taskstats", .fine, "start times in microseconds")
    case .silent: Check("taskstats", .limited, "no answer", remedy: "a kernel with CONFIG_TASKSTATS")
    case .refused(let why): Check("taskstats", .limited, why, remedy: "root, or the capability CAP_NET_ADMIN")
    }
  }

  private static func procConnector() -> Check {
    switch KernelProbes.procConnector() {
    case .works: Check("proc connector", .fine, "told of the fork of a child")
    case .silent:
      Check(
        "proc connector", .limited, "silent about the fork of a child",
        remedy: "run in the host's pid and user namespaces")
    case .refused(let why):
      Check("proc connector", .limited, why, remedy: "root, or Linux 6.6, in the host's network namespace")
    }
  }

  private static func kvm(_ root: KernelRoot) -> Check {
    if root.facts.kvmAvailable { return Check("kvm", .fine, "/dev/kvm may be opened") }
    guard unsafe access("/dev/kvm", F_OK) == 0 else {
      return Check(
        "kvm", .absent, "no /dev/kvm: VMs here run by emulation",
        remedy: "switch on virtualization in the firmware, or nested virtualization outside")
    }
    return Check("kvm", .limited, "/dev/kvm may not be opened", remedy: SocketAccess.remedy(for: "/dev/kvm"))
  }

  private static func outer(_ host: Host) -> Check {
    guard let outer = host.virtualization else { return Check("machine", .fine, "no hypervisor outside") }
    return Check("machine", .fine, "itself a guest of \(outer): steal time counts")
  }
}
