internal import KernelStats
internal import TareModel

/// Reads one workload into its row.
final class RowReader {
  private enum Figures {
    case container(CgroupReader)
    /// One that has no cgroup of its own, known by its first process only.
    case process(CgroupReader, path: String)
    case machine(MachineReader)
  }

  private let figures: Figures
  /// Of a container.
  private let main: Process?
  private let box: BoxReader
  private var network: NetworkReader
  private var memory: RowMemory
  private(set) var wasRead = false

  init(
    _ row: Discovery.Row, _ root: KernelRoot, _ plan: CgroupPlan, _ layout: CgroupLayout, _ budget: DescriptorBudget,
    _ looker: Looker, patience: UInt64
  ) {
    memory = RowMemory(serial: row.serial, patience: patience)
    box = BoxReader(row, root, layout, budget, looker)
    if let machine = row.description.machine {
      main = nil
      figures = .machine(MachineReader(row, machine, box, root, plan, layout, budget))
      network = NetworkReader(taps: machine.taps, root)
    } else {
      let cgroup = CgroupReader(root, plan, row.finding.own, budget)
      let pid = row.finding.main.pid
      // Whether it is still there, its own group tells, where one is seen.
      let hasFolder = row.finding.own.identityFolder(layout) != nil
      figures = hasFolder ? .container(cgroup) : .process(cgroup, path: "/proc/\(pid)")
      main = row.finding.main
      network = NetworkReader(of: row.finding.main.pid, root)
    }
  }

  /// Takes what was found out of it since.
  func update(_ row: Discovery.Row) { box.update(row) }

  /// - Returns: whether the workload is still there.
  func read(
    into sample: inout Sample, row: Int, buffer: inout [UInt8], refreshing: Bool, isSketch: Bool,
    _ root: KernelRoot
  ) -> Bool {
    let now = root.monotonic()
    sample.readAt[row] = now
    if isSketch, case .container(let cgroup) = figures {
      for metric in Metric.allCases { sample[row, metric] = .missing(.firstSample) }
      cgroup.readSketch(into: &sample, row: row, buffer: &buffer)
      for metric in machineOnly { sample[row, metric] = .missing(.notApplicable) }
      return true
    }
    defer { wasRead = true }
    if case .container(let cgroup) = figures {
      if memory.isQuiet(at: now), !refreshing || memory.isFresh(at: now) {
        memory.restore(&sample, row)
        if cgroup.readQuiet(into: &sample, row: row, buffer: &buffer) { return true }
      }
    }
    let alive: Bool
    switch figures {
    case .container(let cgroup):
      alive = cgroup.read(into: &sample, row: row, buffer: &buffer, refreshing: refreshing)
      if !alive { correctEnd(&sample, row, &buffer, root) }
      _ = box.read(into: &sample, row: row, buffer: &buffer)
      fillContainer(&sample, row)
    case .process(let cgroup, let path):
      _ = cgroup.read(into: &sample, row: row, buffer: &buffer, refreshing: refreshing)
      alive = root.inode(path) != nil
      _ = box.read(into: &sample, row: row, buffer: &buffer)
      fillContainer(&sample, row)
    case .machine(let machine):
      alive = machine.read(into: &sample, row: row, buffer: &buffer, refreshing: refreshing)
    }
    if refreshing, wasRead { network.refresh() }
    network.read(into: &sample, row: row, buffer: &buffer)
    if case .container = figures { memory.keep(&sample, row, at: now, refreshed: refreshing) }
    return alive
  }

  /// A group without files is gone, but what was in it may run on elsewhere.
  private func correctEnd(_ sample: inout Sample, _ row: Int, _ buffer: inout [UInt8], _ root: KernelRoot) {
    guard let main, let count = try? root.read("/proc/\(main.pid)/stat", into: &buffer),
      let stat = try? ProcessStat(buffer.span.extracting(first: count)), stat.start == main.start,
      !stat.hasEnded || stat.isWithoutLeader
    else { return }
    for metric in Metric.allCases where sample[row, metric] == .missing(.ended) {
      sample[row, metric] = .missing(.notReported)
    }
  }

  private func fillContainer(_ sample: inout Sample, _ row: Int) {
    for metric in machineOnly { sample[row, metric] = .missing(.notApplicable) }
    sample[row, .cpuWait] = .missing(.onDemand)
  }
}

/// Metrics that a container does not have.
private let machineOnly: [Metric] = [
  .cpuGuest, .cpuEmulator, .cpuCount, .memoryConfigured, .memoryResident, .memoryGuestUsed, .memoryKsmSaved,
  .memoryGuestResident, .memoryVmm, .memoryGuestTotal, .memoryGuestFree, .memoryBalloon,
]
