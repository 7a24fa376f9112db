internal import KernelStats
internal import TareModel

extension DiscoveryContext {
  /// A virtual machine by its VMM.
  /// - Parameter id: nil for the process's own: nobody else can have it.
  func machine(
    _ main: Process, _ runtime: Workload.Runtime, id: String? = nil, helpers: [Int32] = []
  ) -> Finding {
    Finding(
      id: "\(runtime.rawValue):\(id ?? "\(main.pid):\(main.start)")", kind: .vm, runtime: runtime, main: main,
      own: machineCgroups(main, helpers, self))
  }

  /// Processes whose own names begin so and that run a program that is meant: the names come first, because they cost
  /// nothing.
  func vmms(called prefixes: String..., running isMeant: (String) -> Bool) -> [Process] {
    processes.processes.filter { process in
      !process.isKernelThread && prefixes.contains { process.comm.hasPrefix($0) } && runs(process, named: isMeant)
    }
  }

  /// The user whose files a path in this process's arguments may lead to; nil where it may not be followed.
  func reader(of main: Process) -> UInt32? { root.sharesOurFiles(main.pid) ? root.user(of: main.pid) : nil }
}

extension Finding {
  func described(
    as name: String, _ machine: MachineDescription, disks: [String] = [], helpers: [Int32] = [],
    in context: DiscoveryContext
  ) -> Description {
    var workload = named(name, in: context)
    workload.machine = Workload.Machine(accelerator: machine.accelerator, disks: disks)
    workload.image = disks.first
    if disks.isEmpty { workload.absences["image"] = .notReported }
    workload.helpers = helpers
    var description = Description(workload)
    description.launcher = main
    description.machine = machine
    description.kernelHelpers = helpers.filter { context.processes[$0]?.isKernelThread == true }
    return description
  }
}

/// The cgroups of a VMM, where nobody but it and its helpers is in them. One that was started from a shell sits in the shell's.
func machineCgroups(_ process: Process, _ helpers: [Int32], _ context: DiscoveryContext) -> OwnCgroups {
  let membership = context.processes.cgroups(of: process)
  let pids = Set(helpers + [process.pid])
  // In each hierarchy for itself: systemd leaves a service in its slice where nobody asked for a controller.
  func own(_ path: String, _ place: (CgroupMembership) -> String?) -> String? {
    let group = withoutThreadGroup(path)
    guard group != "/", context.all(in: group, of: place, { pids.contains($0.pid) }) else { return nil }
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
