internal import KernelStats
internal import TareModel

/// What a workload costs beyond its own counters: the memory and CPU time of its helpers, and, for a VM, what of the VMM's
/// memory is the guest's.
final class OverheadReader {
  private let serial: UInt64
  private let scheduler: SmapsScheduler
  private let times: HelperCPUReader
  private let root: KernelRoot
  private let layout: CgroupLayout
  private var subject: SmapsReading.Subject
  /// Helpers have changed since the last look.
  private var isStale = false

  init(
    _ row: Discovery.Row, _ root: KernelRoot, _ layout: CgroupLayout, _ budget: DescriptorBudget,
    _ scheduler: SmapsScheduler
  ) {
    (serial, self.scheduler, self.root, self.layout) = (row.serial, scheduler, root, layout)
    times = HelperCPUReader(root, budget)
    subject = Self.subject(row, layout)
    addHelpers(row.finding.own, isLate: false)
  }

  private static func subject(_ row: Discovery.Row, _ layout: CgroupLayout) -> SmapsReading.Subject {
    let machine = row.description.machine
    // Processes of a user-mode Linux are the machine itself; threads of the kernel have no memory.
    let kernel = row.description.kernelHelpers
    let helpers =
      machine?.accelerator == .uml ? [] : row.workload.helpers.filter { !kernel.contains($0) }
    let own = row.finding.own
    return SmapsReading.Subject(
      machine: machine == nil ? [] : [row.finding.main.pid], helpers: helpers, given: machine?.memory,
      own: own.folder("memory", layout) == nil ? nil : own, layout: layout,
      hidesApplication: row.description.hidesPayload)
  }

  /// What was described while it was still starting is described once more: only then all helpers are known.
  func update(_ row: Discovery.Row) {
    let new = Self.subject(row, layout)
    guard new.helpers != subject.helpers || new.given != subject.given else { return }
    subject = new
    isStale = true
    addHelpers(row.finding.own, isLate: true)
  }

  private func addHelpers(_ own: OwnCgroups, isLate: Bool) {
    guard !subject.helpers.isEmpty else { return }
    var buffer = [UInt8](repeating: 0, count: 4096)
    times.add(subject.helpers, isLate: isLate) { pid in
      root.isInside(own, pid, layout.isV1("cpuacct") ? "cpuacct" : "cpu", layout, &buffer)
    }
  }

  /// Fills in the helpers' figures.
  /// - Parameters:
  ///   - family: the other processes that are the machine.
  ///   - resident: bytes of the VMM that are in RAM now: much more or less than at the last look is worth another one.
  /// - Returns: the last look; nil where there is nothing to look at, or nobody has looked yet.
  func read(
    into sample: inout Sample, row: Int, buffer: inout [UInt8], family: [Int32] = [], resident: UInt64? = nil
  ) -> SmapsReading? {
    let (outside, inside) = times.read(&buffer)
    sample[row, .cpuHelpers] = .value(outside)
    sample[row, .cpuHelpersInside] = .value(inside)
    if subject.machine.isEmpty, subject.helpers.isEmpty {
      for metric in [Metric.memoryHelpers, .memoryHelpersInside, .memoryHelpersResident] {
        sample[row, metric] = .value(0)
      }
      return nil
    }
    if !family.isEmpty { subject.machine = Array(subject.machine.prefix(1) + family.prefix(64)) }
    if isStale { scheduler.forget(serial) }
    isStale = false
    let look = scheduler.look(at: serial, now: sample.readAt[row], subject) { last in
      guard let resident else { return false }
      let moved = max(resident, last.resident) - min(resident, last.resident)
      return moved > max(8 << 20, last.resident / 20)
    }
    sample[row, .memoryHelpers] = look?.helpers ?? .missing(.firstSample)
    sample[row, .memoryHelpersInside] = look?.helpersInside ?? .missing(.firstSample)
    sample[row, .memoryHelpersResident] = look?.helpersResident ?? .missing(.firstSample)
    if let problem = look?.problem { sample.problems.append(problem) }
    return look
  }
}

extension KernelRoot {
  /// Whether a process is in one of these cgroups, in the hierarchy of this controller.
  func isInside(
    _ own: OwnCgroups, _ pid: Int32, _ controller: String, _ layout: CgroupLayout, _ buffer: inout [UInt8]
  ) -> Bool {
    guard let membership = membership(of: pid, layout, &buffer) else { return false }
    let isV1 = layout.isV1(controller)
    guard let group = isV1 ? own.controllers[controller] : own.unified,
      let path = isV1 ? membership.controllers[controller] : membership.unified
    else { return false }
    return path.isCgroup(inside: group)
  }
}
