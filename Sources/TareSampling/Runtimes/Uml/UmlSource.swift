internal import KernelStats
internal import TareModel

/// User-mode Linux: a guest is a process and its children, one for each address space in it and some for its devices.
struct UmlSource: WorkloadSource {
  let name = "uml"
  let hypervisor: HypervisorTraits? = {
    var traits = HypervisorTraits(processNames: ["linux.uml"], runs: isMeant)
    traits.console = { _, arguments, _ in ConsoleFiles(descriptor: UmlArguments(arguments).console) }
    traits.hardware = { _, _ in VirtualHardware(nil, unknown: .notReported, why: "tare does not read it of uml") }
    return traits
  }()
  let places = ["programs called linux, linux.uml and the like, with arguments of a user-mode Linux"]
  let guide = SourceGuide(
    finds: "user-mode Linux: all processes of a guest in one line",
    by: "a program called linux* with arguments such as `umid=`, `mem=`, `ubd0=`",
    names: "`umid=`, `ubd0=`",
    start: "what it says on its console, where that is a file",
    ranWith: "user-mode-linux 6.1")

  func find(in context: DiscoveryContext) -> [Finding] {
    let guests = context.vmms(called: "linux", "vmlinux", running: Self.isMeant).filter { process in
      context.arguments(of: process, keep: UmlArguments.keep).map(UmlArguments.init)?.isUml ?? false
    }
    let pids = Set(guests.map(\.pid))
    // Processes of one whose first was killed stay, and do nothing; one that runs has children.
    return guests.filter { !pids.contains($0.parent) && !context.processes.children(of: $0.pid).isEmpty }.map {
      context.machine($0, .uml, helpers: helpers(of: $0, context))
    }
  }

  static func isMeant(_ program: String) -> Bool {
    ["linux", "vmlinux", "linux-uml"].contains(program) || program.hasPrefix("linux.uml")
  }

  private func helpers(of main: Process, _ context: DiscoveryContext) -> [Int32] {
    context.processes.children(of: main.pid).map(\.pid)
  }

  func describe(_ finding: Finding, in context: DiscoveryContext) -> Description {
    let main = finding.main
    let arguments = UmlArguments(context.arguments(of: main, keep: UmlArguments.keep) ?? [])
    var machine = MachineDescription()
    machine.accelerator = .uml
    machine.vcpus = arguments.vcpus
    machine.memory = arguments.memory
    return finding.described(
      as: arguments.name ?? "uml-\(main.pid)", machine, disks: arguments.disks, helpers: helpers(of: main, context),
      in: context)
  }
}
