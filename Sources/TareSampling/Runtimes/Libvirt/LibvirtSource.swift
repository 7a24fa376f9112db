internal import KernelStats
internal import TareModel

/// QEMU as libvirt starts it, for the system and for a user's session.
struct LibvirtSource: WorkloadSource {
  let name = "libvirt"
  let hypervisor: HypervisorTraits? = .qemu
  let places = ["programs called qemu-system-* that libvirt's monitor is attached to", "/var/log/libvirt/qemu"]
  let guide = SourceGuide(
    finds: "libvirt's domains that QEMU runs",
    by: "QEMU with the character device `charmonitor`, and its cgroup",
    names: "`-name guest=`, `-uuid`, first disk",
    start: "libvirt's log of the domain; first run of a virtual CPU",
    ranWith: "libvirt 9.0 with QEMU 7.2")

  func find(in context: DiscoveryContext) -> [Finding] {
    QemuSource.machines(in: context, called: ["qemu", "kvm"]).compactMap { process, arguments in
      guard arguments.manager == "libvirt", let uuid = arguments.uuid, RuntimeID.isUUID(uuid) else {
        return nil
      }
      // The number is a claim: a stranger's machine must not take the place of the domain that has it.
      if isInGroup(process, context) {
        return QemuSource.finding(process, arguments, .libvirt, id: uuid, in: context)
      }
      guard let user = context.root.user(of: process.pid) else { return nil }
      return QemuSource.finding(process, arguments, .libvirt, id: "\(user):\(uuid)", in: context)
    }
  }

  /// Whether libvirt, or systemd for it, gave it a cgroup: `/machine/qemu-1-web.libvirt-qemu`,
  /// `/machine.slice/machine-qemu\x2d1\x2dweb.scope`. Only root can.
  private func isInGroup(_ process: Process, _ context: DiscoveryContext) -> Bool {
    let membership = context.processes.cgroups(of: process)
    let paths = [membership.unified].compactMap { $0 } + membership.controllers.values
    return paths.contains { path in
      let names = path.cgroupNames
      return names.first == "machine.slice" && names.contains { $0.hasPrefix("machine-qemu") }
        || names.contains { $0.hasSuffix(".libvirt-qemu") }
    }
  }

  func describe(_ finding: Finding, in context: DiscoveryContext) -> Description {
    var description = QemuSource().describe(finding, in: context)
    let isOfSystem = isInGroup(finding.main, context)
    let pid = finding.main.pid
    if let user = context.root.user(of: pid) {
      description.domainState = DomainState(
        of: description.workload.name, pid, owner: user, user: isOfSystem ? nil : user)
    }
    if isOfSystem {
      description.add(.requested, .engineState, requested(description.workload.name, finding.main, context))
    }
    return description
  }

  /// When libvirt was asked, by its log of the domain, in which each start begins so:
  /// `2026-11-25 02:15:27.245+0000: starting up libvirt version: 9.0.0, …`.
  private func requested(_ domain: String, _ main: Process, _ context: DiscoveryContext) -> BootTimeline.Mark? {
    guard !domain.contains("/"), domain != "..", let hi = context.startMark(main).hi else { return nil }
    let lines = context.lines(of: "/var/log/libvirt/qemu/\(domain).log", owner: 0) {
      $0.contains(": starting up libvirt version")
    }
    let instants = lines.compactMap { Timestamp.parse($0.prefix(23) + "Z") }
    // Longer before the first process than this was another start.
    guard let at = instants.last(where: { $0 <= hi }), hi < at + 60_000_000_000 else { return nil }
    return BootTimeline.Mark(
      at: at, lo: at, hi: at + 1_000_000, clock: .realtime, label: .reported, source: "libvirt's log of the domain")
  }
}
