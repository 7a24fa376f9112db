internal import KernelStats
internal import TareModel

/// QEMU, under KVM and under software emulation. A process is QEMU if the program that it runs is; what it calls itself
/// does not count where the program can be seen.
struct QemuSource: WorkloadSource {
  let name = "qemu"
  let places = ["programs called qemu-system-* and qemu-kvm"]
  let guide = SourceGuide(
    finds: "QEMU, under KVM and under software emulation",
    by: "the program that the process runs: qemu-system-*, qemu-kvm, kvm",
    names: "`-name`, first disk",
    start: "first run of a virtual CPU; serial line, guest agent",
    ranWith: "QEMU 7.2")

  func find(in census: Census) -> [Finding] {
    census.processes.processes.compactMap { process in
      guard !process.isKernelThread, Self.isQemu(process, census),
        let arguments = census.root.arguments(of: process.pid, keep: QemuArguments.keep),
        QemuArguments(arguments).machineType != "none"
      else { return nil }
      return Finding(
        id: "qemu:\(process.pid):\(process.start)", kind: .vm, runtime: .qemu, main: process,
        own: machineCgroups(process, helpers(of: process, QemuArguments(arguments), census), census))
    }
  }

  static func isQemu(_ process: Process, _ census: Census) -> Bool {
    if let program = census.program(of: process, kept: { isQemu(path: $0) }) {
      return isQemu(path: program)
    }
    // Without permission the program is not to be seen; the name of the process and its first argument are the next best.
    guard process.comm.hasPrefix("qemu-") || process.comm == "kvm" else { return false }
    return census.root.arguments(of: process.pid, keep: QemuArguments.keep)?.first.map(isQemu(path:)) ?? false
  }

  private static func isQemu(path: String) -> Bool {
    guard let file = path.split(separator: "/").last else { return false }
    // An upgrade leaves "(deleted)" behind the name of the program that still runs.
    return file.hasPrefix("qemu-system-") || file.hasPrefix("qemu-kvm") || file == "kvm" || file == "kvm (deleted)"
  }

  func describe(_ finding: Finding, in census: Census) -> Description {
    let arguments = QemuArguments(
      census.root.arguments(of: finding.main.pid, keep: QemuArguments.keep) ?? [])
    var workload = finding.named(arguments.name ?? "qemu-\(finding.main.pid)", in: census)
    let descriptors = KvmDescriptors(of: finding.main.pid, census.root)
    var machine = MachineDescription()
    machine.accelerator = accelerator(arguments, descriptors)
    machine.vcpus = arguments.vcpus
    machine.memory = arguments.memory
    machine.taps = descriptors?.taps ?? arguments.taps
    workload.machine = Workload.Machine(accelerator: machine.accelerator, disks: arguments.disks + arguments.firmware)
    workload.image = arguments.disks.first
    if workload.image == nil { workload.absences["image"] = .notApplicable }
    let helpers = helpers(of: finding.main, arguments, census)
    workload.helpers = helpers
    var description = Description(workload)
    description.launcher = finding.main
    description.start = arguments.start
    description.machine = machine
    description.agent = agent(of: finding.main, arguments, census)
    description.kernelHelpers = helpers.filter { census.processes[$0]?.isKernelThread == true }
    return description
  }

  /// Where the guest's agent listens, by the arguments: a claim, which whoever connects checks.
  private func agent(of process: Process, _ arguments: QemuArguments, _ census: Census) -> GuestMachine.Agent {
    let group = census.processes.cgroups(of: process).leading
    if group.contains("/machine-qemu") || group.contains(".libvirt-qemu") {
      return .closed("it is managed by libvirt")
    }
    if group.contains("/qemu.slice/") { return .closed("it is managed by Proxmox VE") }
    let (path, obstacle) = arguments.agent
    guard let path else { return .closed(obstacle ?? "") }
    guard census.root.isLive, let owner = census.root.user(of: process.pid), census.root.sharesOurFiles(process.pid)
    else { return .closed("its namespaces are others, or may not be seen: run as root") }
    if path.hasPrefix("/") { return .socket(path: path, owner: owner) }
    guard let folder = try? census.root.link("/proc/\(process.pid)/cwd", kept: { _ in false }) else {
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
  private func helpers(of process: Process, _ arguments: QemuArguments, _ census: Census) -> [Int32] {
    let sockets = Set(arguments.sockets.filter { $0.hasPrefix("/") })
    return census.processes.processes.compactMap { other in
      if other.isKernelThread { return other.comm == "vhost-\(process.pid)" ? other.pid : nil }
      guard other.comm == "virtiofsd" || other.comm == "swtpm",
        let words = census.root.arguments(of: other.pid, keep: { $0.filter { $0.contains("sock") } }),
        words.contains(where: { word in
          word.split(whereSeparator: { $0 == "=" || $0 == "," }).contains { sockets.contains(String($0)) }
        }),
        let user = census.root.user(of: other.pid), user == 0 || user == census.root.user(of: process.pid)
      else { return nil }
      return other.pid
    }
  }
}

/// The cgroups of a VMM, where nobody but it and its helpers is in them. One that was started from a shell sits in the shell's.
func machineCgroups(_ process: Process, _ helpers: [Int32], _ census: Census) -> OwnCgroups {
  let membership = census.processes.cgroups(of: process)
  let pids = Set(helpers + [process.pid])
  // In each hierarchy for itself: systemd leaves a service in its slice where nobody asked for a controller.
  func own(_ path: String, _ place: (CgroupMembership) -> String?) -> String? {
    let group = withoutThreadGroup(path)
    guard group != "/", census.all(in: group, of: place, { pids.contains($0.pid) }) else { return nil }
    return group
  }
  var cgroups = OwnCgroups()
  cgroups.unified = membership.unified.flatMap { own($0) { $0.unified } }
  for (controller, path) in membership.controllers {
    cgroups.controllers[controller] = own(path) { $0.controllers[controller] }
  }
  return cgroups
}

/// libvirt gives the VMM's threads groups of their own, `emulator` beside `vcpu0`…; the machine's is above them.
private func withoutThreadGroup(_ path: String) -> String {
  var names = path.cgroupNames
  guard names.last == "emulator" else { return path }
  names.removeLast()
  if names.last == "libvirt" { names.removeLast() }
  return "/" + names.joined(separator: "/")
}
