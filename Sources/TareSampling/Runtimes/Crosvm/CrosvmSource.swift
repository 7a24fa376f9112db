internal import KernelStats
internal import TareModel

/// crosvm: ChromeOS', Android's and others' VMM, whose devices are processes of their own.
struct CrosvmSource: WorkloadSource {
  let name = "crosvm"
  let hypervisor: HypervisorTraits? = {
    var traits = HypervisorTraits(processNames: ["crosvm"], runs: isMeant)
    traits.vcpuThreads = [VcpuThreadName(before: "crosvm_vcpu")]
    traits.console = { _, arguments, _ in ConsoleFiles(paths: CrosvmArguments(arguments).consoles) }
    traits.hardware = { _, _ in
      VirtualHardware(nil, unknown: .notReported, why: "tare does not read it of crosvm")
    }
    return traits
  }()
  let places = ["programs called crosvm"]
  let guide = SourceGuide(
    finds: "crosvm's machines",
    by: "the program that the process runs: crosvm, with the word `run`",
    names: "`--name`, first disk",
    start: "first run of a virtual CPU; serial line",
    ranWith: nil)

  func find(in context: DiscoveryContext) -> [Finding] {
    let processes = context.vmms(called: "crosvm", running: Self.isMeant)
    let pids = Set(processes.map(\.pid))
    return processes.filter { process in
      !pids.contains(process.parent)
        && context.arguments(of: process, keep: CrosvmArguments.keep).map(CrosvmArguments.init)?.runs == true
    }.map { context.machine($0, .crosvm, helpers: helpers(of: $0, context)) }
  }

  static func isMeant(_ program: String) -> Bool { program == "crosvm" }

  /// Its devices, each in a sandbox.
  private func helpers(of main: Process, _ context: DiscoveryContext) -> [Int32] {
    context.processes.children(of: main.pid).map(\.pid)
  }

  func describe(_ finding: Finding, in context: DiscoveryContext) -> Description {
    let main = finding.main
    let arguments = CrosvmArguments(context.arguments(of: main, keep: CrosvmArguments.keep) ?? [])
    let descriptors = KvmDescriptors(of: main.pid, context.root)
    var machine = MachineDescription()
    machine.accelerator = .kvm
    machine.vcpus = arguments.vcpus
    machine.memory = arguments.memory
    machine.taps = descriptors.flatMap { $0.taps.isEmpty ? nil : $0.taps } ?? arguments.taps
    var description = finding.described(
      as: arguments.name ?? "crosvm-\(main.pid)", machine, disks: arguments.disks, helpers: helpers(of: main, context),
      in: context)
    description.start = arguments.start
    return description
  }
}
