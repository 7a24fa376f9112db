internal import KernelStats
internal import TareModel

/// VirtualBox's machines: one process each, its own driver instead of KVM.
struct VirtualBoxSource: WorkloadSource {
  let name = "virtualbox"
  let hypervisor: HypervisorTraits? = {
    var traits = HypervisorTraits(processNames: ["VBoxHeadless", "VirtualBoxVM"], runs: programs.contains)
    traits.vcpuThreads = [VcpuThreadName(before: "EMT-", all: "EMT")]
    traits.isSizedByArguments = false
    return traits
  }()
  let places = ["programs called VBoxHeadless, VirtualBoxVM, VirtualBox"]
  let guide = SourceGuide(
    finds: "VirtualBox's machines",
    by: "the program that the process runs, with `--startvm`",
    names: "`--comment`",
    start: "spawn only",
    ranWith: nil)

  private static let programs: Set<String> = ["VBoxHeadless", "VirtualBoxVM", "VirtualBox", "VBoxSDL"]
  private static let flags = ["--comment", "--startvm", "-startvm"]

  func find(in context: DiscoveryContext) -> [Finding] {
    context.vmms(called: "VBox", "VirtualBox", running: Self.programs.contains).filter { process in
      // Without it, it is the window with the list of machines.
      arguments(process, context).contains { $0 == "--startvm" || $0 == "-startvm" }
    }.map { context.machine($0, .virtualbox) }
  }

  private func arguments(_ process: Process, _ context: DiscoveryContext) -> [String] {
    context.arguments(of: process, keep: { keepOptions($0, Self.flags) }) ?? []
  }

  func describe(_ finding: Finding, in context: DiscoveryContext) -> Description {
    let main = finding.main
    let words = arguments(main, context)
    var machine = MachineDescription()
    machine.accelerator = .vbox
    let threads = (try? context.root.list("/proc/\(main.pid)/task")) ?? []
    let vcpus = threads.filter { tid in
      context.root.line("/proc/\(main.pid)/task/\(tid)/comm").map { HypervisorTraits.vcpu(thread: $0) != nil } ?? false
    }
    if !vcpus.isEmpty { machine.vcpus = UInt64(vcpus.count) }
    let name = option("--comment", in: words) ?? option("--startvm", in: words) ?? option("-startvm", in: words)
    return finding.described(as: name ?? "virtualbox-\(main.pid)", machine, in: context)
  }
}
