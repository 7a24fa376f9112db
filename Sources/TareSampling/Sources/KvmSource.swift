internal import KernelStats
internal import Synchronization
internal import TareModel

/// Any other process that made a VM with KVM: crosvm, kvmtool, a course's own hypervisor.
final class KvmSource: WorkloadSource {
  let name = "kvm"
  let places = ["/dev/kvm", "processes with a kvm-vm descriptor"]

  /// Processes that were looked at, and whether they own a VM. Looking costs 100 µs a process.
  private let seen = Mutex<[ProcessIdentity: Bool]>([:])

  private struct ProcessIdentity: Hashable {
    let pid: Int32
    let start: UInt64
  }

  func find(in census: Census) -> [Finding] {
    // Without KVM on the machine there is nothing to look for; a user who may not open it can still see his own VMs.
    guard census.root.facts.kvmAvailable || census.root.facts.uid != 0 else { return [] }
    let known = seen.withLock { $0 }
    var now: [ProcessIdentity: Bool] = [:]
    var findings: [Finding] = []
    for process in census.processes.processes where !process.isKernelThread {
      let identity = ProcessIdentity(pid: process.pid, start: process.start)
      // A QEMU that its own source leaves out is a probe without a machine.
      let owns =
        known[identity]
        ?? ((KvmDescriptors(of: process.pid, census.root)?.ownsMachine ?? false)
          && !QemuSource.isQemu(process, census.root))
      // A process may make its VM later than we first saw it, so only a yes is kept for good.
      if owns || census.now.boottime < process.start &* census.root.facts.tick &+ 10_000_000_000 {
        now[identity] = owns ? true : nil
      } else {
        now[identity] = false
      }
      guard owns else { continue }
      findings.append(
        Finding(
          id: "kvm:\(process.pid):\(process.start)", kind: .vm, runtime: .kvm, main: process,
          own: machineCgroups(process, [], census)))
    }
    seen.withLock { $0 = now }
    return findings
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
    workload.boot[.spawned] = census.startMark(finding.main)
    var description = Description(workload)
    description.machine = machine
    return description
  }
}
