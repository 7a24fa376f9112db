internal import KernelStats
internal import Synchronization
internal import TareModel

/// Any other process that made a VM with KVM: crosvm, kvmtool, a course's own hypervisor.
final class KvmSource: WorkloadSource {
  let name = "kvm"
  /// Whatever it is called, it is none of those that have a source of their own.
  let hypervisor: HypervisorTraits? = {
    var traits = HypervisorTraits(processNames: []) { _ in false }
    traits.isSizedByArguments = false
    return traits
  }()
  let places = ["/dev/kvm", "processes with a kvm-vm descriptor"]
  let guide = SourceGuide(
    finds: "any other process that made a machine with KVM: kvmtool, a course's own",
    by: "a descriptor `anon_inode:kvm-vm`",
    names: "name of its program",
    start: "KVM's uevent, first run of a virtual CPU",
    ranWith: "a hypervisor of our own")

  let hiddenFromUsers: String? = "other users' descriptors may not be seen"

  /// What each process had when its descriptors were looked at, which costs 100 µs.
  private let looks = Mutex<[ProcessIdentity: Look]>([:])

  private struct ProcessIdentity: Hashable {
    let pid: Int32
    let start: UInt64
  }

  private struct Look {
    let ownsMachine: Bool
    /// No other source shows it, or leaves it out.
    let isShown: Bool
    let threads: Int
    /// Nanoseconds since boot.
    let at: UInt64
  }

  /// Nanoseconds that looks may take in one pass: what is left over is looked at in the next ones, whenever they come.
  /// Guests give themselves away, so what is left over is there to be thorough only.
  private static let (firstBudget, budget): (UInt64, UInt64) = (30_000_000, 2_000_000)

  func find(in context: DiscoveryContext) -> [Finding] {
    // Without KVM on the machine there is nothing to look for; a user who may not open it can still see his own VMs.
    guard context.root.facts.kvmAvailable || context.root.facts.uid != 0 else { return [] }
    var known = looks.withLock { $0 }
    // A capture has to have all of it.
    let allowed = !context.root.holdsDescriptors ? .max : known.isEmpty ? Self.firstBudget : Self.budget
    let begun = context.root.monotonic()
    let made = context.watch?.machineMakers ?? []
    var findings: [Finding] = []
    for process in ranked(context.processes.processes, made) {
      let identity = ProcessIdentity(pid: process.pid, start: process.start)
      if isDue(known[identity], process, made, context) {
        if context.root.monotonic() &- begun > allowed {
          if known[identity] == nil { continue }
        } else {
          known[identity] = look(at: process, context)
        }
      }
      guard known[identity]?.isShown == true else { continue }
      findings.append(
        Finding(
          id: "kvm:\(process.pid):\(process.start)", kind: .vm, runtime: .kvm, main: process,
          own: machineCgroups(process, [], context)))
    }
    if known.count > 2 * context.processes.processes.count {
      known = known.filter { context.processes[$0.key.pid]?.start == $0.key.start }
    }
    looks.withLock { $0 = known }
    return findings
  }

  /// Those first that KVM says have made a machine, or whose time says that they have run one; a VMM has threads.
  private func ranked(_ processes: [Process], _ made: Set<Int32>) -> [Process] {
    var ranks: [[Process]] = [[], [], []]
    for process in processes where !process.isKernelThread {
      ranks[process.ranGuest || made.contains(process.pid) ? 0 : process.threads > 1 ? 1 : 2].append(process)
    }
    return Array(ranks.joined())
  }

  private func look(at process: Process, _ context: DiscoveryContext) -> Look {
    let descriptors = KvmDescriptors(of: process.pid, context.root)
    // A QEMU that its own source leaves out is a probe without a machine.
    let owns = descriptors?.ownsMachine == true
    return Look(
      ownsMachine: owns, isShown: owns && !QemuSource.isQemu(process, context), threads: process.threads,
      at: context.now.boottime)
  }

  /// A VMM makes its VM soon after it starts, or later with new threads: its vCPUs, and one of the kernel's.
  private func isDue(_ look: Look?, _ process: Process, _ made: Set<Int32>, _ context: DiscoveryContext) -> Bool {
    guard let look else { return true }
    if look.ownsMachine { return false }
    let now = context.now.boottime
    if made.contains(process.pid) || process.ranGuest { return now > look.at &+ 500_000_000 }
    // Whoever watches is told when a machine is made.
    let isYoung = context.watch == nil && now < process.start &* context.root.facts.tick &+ 10_000_000_000
    return isYoung || process.threads != look.threads && now > look.at &+ 5_000_000_000
  }

  func describe(_ finding: Finding, in context: DiscoveryContext) -> Description {
    var workload = finding.named("\(finding.main.comm)-\(finding.main.pid)", in: context)
    let descriptors = KvmDescriptors(of: finding.main.pid, context.root)
    var machine = MachineDescription()
    machine.accelerator = .kvm
    machine.vcpus = descriptors.map(\.vcpus)
    machine.taps = descriptors?.taps ?? []
    workload.machine = Workload.Machine(accelerator: .kvm)
    workload.absences["image"] = .notReported
    var description = Description(workload)
    description.launcher = finding.main
    description.machine = machine
    return description
  }
}
