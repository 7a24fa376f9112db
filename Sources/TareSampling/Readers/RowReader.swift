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
  private let box: OverheadReader
  private let network: NetworkReader
  private let hugePages: HugePages
  private let own: OwnCgroups
  private var memory: IdleRowCache
  private let pause: PauseReader
  private(set) var wasRead = false

  init(
    _ row: Discovery.Row, _ root: KernelRoot, _ plan: CgroupPlan, _ layout: CgroupLayout, _ budget: DescriptorBudget,
    _ scheduler: SmapsScheduler, _ namespaces: NamespaceOwners,
    _ hugePages: HugePages, idleMaxAge: UInt64
  ) {
    (self.hugePages, own) = (hugePages, row.finding.own)
    let main = row.finding.main
    network = NetworkReader(
      of: main.pid, .init(isPod: row.finding.kind == .pod, start: main.start, serial: row.serial),
      taps: row.description.machine?.taps, root, namespaces)
    memory = IdleRowCache(serial: row.serial, idleMaxAge: idleMaxAge)
    box = OverheadReader(row, root, layout, budget, scheduler)
    pause = PauseReader(row, root, layout, budget)
    if let machine = row.description.machine {
      self.main = nil
      figures = .machine(MachineReader(row, machine, box, root, plan, layout, budget))
    } else {
      let cgroup = CgroupReader(root, plan, row.finding.own, budget)
      let pid = row.finding.main.pid
      // Whether it is still there, its own group tells, where one is seen.
      let hasFolder = row.finding.own.identityFolder(layout) != nil
      figures = hasFolder ? .container(cgroup) : .process(cgroup, path: "/proc/\(pid)")
      self.main = main
    }
  }

  /// Takes what was found out of it since.
  func update(_ row: Discovery.Row) { box.update(row) }

  /// Finds out what it shares with other rows, before any of them is read.
  func prepare(_ buffer: inout [UInt8]) {
    network.prepare()
    if case .machine(let machine) = figures { hugePages.add(heldBy: machine.pid, &buffer) }
  }

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
        if cgroup.readQuiet(into: &sample, row: row, buffer: &buffer) {
          pause.read(into: &sample, row: row, buffer: &buffer, isWhole: false)
          return true
        }
      }
    }
    let alive: Bool
    var isStopped: Bool?
    switch figures {
    case .container(let cgroup):
      alive = cgroup.read(into: &sample, row: row, buffer: &buffer, refreshing: refreshing)
      if !alive { correctEnd(&sample, row, &buffer, root) }
      _ = box.read(into: &sample, row: row, buffer: &buffer)
      fillContainer(&sample, row, &buffer)
    case .process(let cgroup, let path):
      _ = cgroup.read(into: &sample, row: row, buffer: &buffer, refreshing: refreshing)
      alive = root.inode(path) != nil
      _ = box.read(into: &sample, row: row, buffer: &buffer)
      fillContainer(&sample, row, &buffer)
    case .machine(let machine):
      alive = machine.read(into: &sample, row: row, buffer: &buffer, refreshing: refreshing)
      isStopped = machine.isStopped
    }
    if !alive, own.leading != nil, case .container = figures { sample[row, .memoryHugetlb] = .missing(.ended) }
    if refreshing, wasRead { network.refresh() }
    network.read(into: &sample, row: row, buffer: &buffer)
    pause.read(into: &sample, row: row, buffer: &buffer, isWhole: refreshing, isStopped: isStopped)
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

  private func fillContainer(_ sample: inout Sample, _ row: Int, _ buffer: inout [UInt8]) {
    for metric in machineOnly { sample[row, metric] = .missing(.notApplicable) }
    sample[row, .cpuWait] = .missing(.onDemand)
    sample[row, .memoryHugetlb] = hugePages.reading(of: own, &buffer)
  }
}

/// Metrics that a container does not have.
private let machineOnly: [Metric] = [
  .cpuGuest, .cpuEmulator, .cpuCount, .memoryConfigured, .memoryResident, .memoryGuestUsed, .memoryKsmSaved,
  .memoryGuestResident, .memoryVmm, .memoryGuestTotal, .memoryGuestFree, .memoryBalloon,
]
