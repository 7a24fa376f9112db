internal import KernelStats
internal import TareModel

/// QEMU, under KVM and under software emulation. A process is QEMU if the program that it runs is; what it calls itself
/// does not count where the program can be seen.
struct QemuSource: WorkloadSource {
  let name = "qemu"
  let hypervisor: HypervisorTraits? = .qemu
  let places = ["programs called qemu-system-* and qemu-kvm"]
  let guide = SourceGuide(
    finds: "QEMU, under KVM and under software emulation",
    by: "the program that the process runs: qemu-system-*, qemu-kvm, kvm",
    names: "`-name`, first disk",
    start: "first run of a virtual CPU; serial line, guest agent",
    ranWith: "QEMU 7.2")

  func find(in context: DiscoveryContext) -> [Finding] {
    Self.machines(in: context).map { Self.finding($0, $1, .qemu, in: context) }
  }

  /// QEMU processes that are machines and no probes.
  /// - Parameter prefixes: how their own names begin, where that is known; it saves a look at every other process.
  static func machines(in context: DiscoveryContext, called prefixes: [String] = [""]) -> [(Process, QemuArguments)] {
    context.processes.running(isQemu(path:), unseen: { isQemu($0, context) }).compactMap { process in
      guard prefixes.contains(where: { process.comm.hasPrefix($0) }),
        let words = context.arguments(of: process, keep: QemuArguments.keep)
      else { return nil }
      let arguments = QemuArguments(words)
      return arguments.machineType == "none" ? nil : (process, arguments)
    }
  }

  static func finding(
    _ process: Process, _ arguments: QemuArguments, _ runtime: Workload.Runtime, id: String? = nil,
    in context: DiscoveryContext
  ) -> Finding {
    context.machine(process, runtime, id: id, helpers: helpers(of: process, arguments, context))
  }

  static func isQemu(_ process: Process, _ context: DiscoveryContext) -> Bool {
    if let program = context.program(of: process, kept: { isQemu(path: $0) }) {
      return isQemu(path: program)
    }
    // Without permission the program is not to be seen; the name of the process and its first argument are the next best.
    guard process.comm.hasPrefix("qemu-") || process.comm == "kvm" else { return false }
    return context.arguments(of: process, keep: QemuArguments.keep)?.first.map(isQemu(path:)) ?? false
  }

  private static func isQemu(path: String) -> Bool {
    guard let file = path.split(separator: "/").last else { return false }
    // An upgrade leaves "(deleted)" behind the name of the program that still runs.
    return file.hasPrefix("qemu-system-") || file.hasPrefix("qemu-kvm") || file == "kvm" || file == "kvm (deleted)"
  }

  func describe(_ finding: Finding, in context: DiscoveryContext) -> Description {
    let arguments = QemuArguments(
      context.arguments(of: finding.main, keep: QemuArguments.keep) ?? [])
    let descriptors = KvmDescriptors(of: finding.main.pid, context.root)
    var machine = MachineDescription()
    machine.accelerator = accelerator(arguments, descriptors)
    machine.vcpus = arguments.vcpus
    machine.memory = arguments.memory
    machine.taps = descriptors?.taps ?? arguments.taps
    var description = finding.described(
      as: arguments.name.flatMap(legible) ?? "qemu-\(finding.main.pid)", machine, disks: arguments.disks,
      helpers: Self.helpers(of: finding.main, arguments, context), in: context)
    description.workload.machine?.disks += arguments.firmware
    if arguments.disks.isEmpty { description.workload.absences["image"] = .notApplicable }
    description.start = arguments.start
    if arguments.startsHalted { description.haltedFrom = context.started(finding.main) }
    description.agent = endpoint(arguments.agent, of: finding.main, context)
    description.monitor = endpoint(arguments.monitor, of: finding.main, context)
    return description
  }

  /// Where the guest's agent, or the monitor, listens, by the arguments: a claim, which whoever connects checks.
  private func endpoint(
    _ claim: (path: String?, obstacle: String?), of process: Process, _ context: DiscoveryContext
  ) -> GuestMachine.Endpoint {
    let group = context.processes.cgroups(of: process).leading
    if group.contains("/machine-qemu") || group.contains(".libvirt-qemu") {
      return .closed("it is managed by libvirt")
    }
    if group.contains("/qemu.slice/") { return .closed("it is managed by Proxmox VE") }
    let (path, obstacle) = claim
    guard let path else { return .closed(obstacle ?? "") }
    guard context.root.isLive, let owner = context.root.user(of: process.pid), context.root.sharesOurFiles(process.pid)
    else { return .closed("its namespaces are others, or may not be seen: run as root") }
    if path.hasPrefix("/") { return .socket(path: path, owner: owner) }
    guard let folder = try? context.root.link("/proc/\(process.pid)/cwd", kept: { _ in false }) else {
      return .closed("its working folder may not be seen: run as root")
    }
    return .socket(path: "\(folder)/\(path)", owner: owner)
  }

  /// What runs counts; what was asked for only where nobody may look.
  private func accelerator(_ arguments: QemuArguments, _ descriptors: KvmDescriptors?) -> Workload.Accelerator? {
    if let descriptors { return descriptors.ownsMachine ? .kvm : .tcg }
    return Workload.Accelerator(rawValue: arguments.accelerators[0])
  }

  /// virtiofsd and swtpm that serve a socket of this VM, and vhost threads of older kernels. Only root's or the same user's.
  private static func helpers(of process: Process, _ arguments: QemuArguments, _ context: DiscoveryContext) -> [Int32] {
    let sockets = Set(arguments.sockets.filter { $0.hasPrefix("/") })
    return context.processes.processes.compactMap { other in
      if other.isKernelThread { return other.comm == "vhost-\(process.pid)" ? other.pid : nil }
      guard other.comm == "virtiofsd" || other.comm == "swtpm",
        let words = context.arguments(of: other, keep: { $0.filter { $0.contains("sock") } }),
        words.contains(where: { word in
          word.split(whereSeparator: { $0 == "=" || $0 == "," }).contains { sockets.contains(String($0)) }
        }),
        let user = context.root.user(of: other.pid), user == 0 || user == context.root.user(of: process.pid)
      else { return nil }
      return other.pid
    }
  }
}
