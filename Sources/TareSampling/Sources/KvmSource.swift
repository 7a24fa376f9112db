internal import KernelStats
internal import Synchronization
internal import TareModel

/// Any other process that made a VM with KVM: crosvm, kvmtool, a course's own hypervisor.
final class KvmSource: WorkloadSource {
  let name = "kvm"
  let places = ["/dev/kvm", "processes with a kvm-vm descriptor"]
  let guide = SourceGuide(
    finds: "any other process that made a machine with KVM: kvmtool, a course's own",
    by: "a descriptor `anon_inode:kvm-vm`",
    names: "name of its program",
    start: "KVM's uevent, first run of a virtual CPU",
    ranWith: "a hypervisor of our own")

  /// What each process had when its descriptors were looked at, which costs 100 µs.
  private let looks = Mutex<[ProcessIdentity: Look]>([:])

  private struct ProcessIdentity: Hashable {
    let pid: Int32
    let start: UInt64
  }

  private struct Look {
    let ownsMachine: Bool
    let threads: Int
    /// Nanoseconds since boot.
    let at: UInt64
  }

  func find(in census: Census) -> [Finding] {
    // Without KVM on the machine there is nothing to look for; a user who may not open it can still see his own VMs.
    guard census.root.facts.kvmAvailable || census.root.facts.uid != 0 else { return [] }
    let known = looks.withLock { $0 }
    var now: [ProcessIdentity: Look] = [:]
    var findings: [Finding] = []
    for process in census.processes.processes where !process.isKernelThread {
      let identity = ProcessIdentity(pid: process.pid, start: process.start)
      let look = known[identity].flatMap { isDue($0, process, census) ? nil : $0 } ?? look(at: process, census)
      now[identity] = look
      guard look.ownsMachine else { continue }
      findings.append(
        Finding(
          id: "kvm:\(process.pid):\(process.start)", kind: .vm, runtime: .kvm, main: process,
          own: machineCgroups(process, [], census)))
    }
    looks.withLock { $0 = now }
    return findings
  }

  private func look(at process: Process, _ census: Census) -> Look {
    let descriptors = KvmDescriptors(of: process.pid, census.root)
    // A QEMU that its own source leaves out is a probe without a machine.
    let owns = descriptors?.ownsMachine == true && !QemuSource.isQemu(process, census.root)
    return Look(ownsMachine: owns, threads: process.threads, at: census.now.boottime)
  }

  /// A VMM makes its VM soon after it starts, or later with new threads: its vCPUs, and one of the kernel's.
  private func isDue(_ look: Look, _ process: Process, _ census: Census) -> Bool {
    if look.ownsMachine { return false }
    let now = census.now.boottime
    let isYoung = now < process.start &* census.root.facts.tick &+ 10_000_000_000
    return isYoung || process.threads != look.threads && now > look.at &+ 5_000_000_000
  }

  func describe(_ finding: Finding, in census: Census) -> Description {
    var workload = finding.named("\(finding.main.comm)-\(finding.main.pid)", in: census)
    let descriptors = KvmDescriptors(of: finding.main.pid, census.root)
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
