internal import KernelStats
internal import TareModel

/// Reads one workload into its row.
final class RowReader {
  private enum Figures {
    case container(CgroupReader)
    case machine(MachineReader)
  }

  private let figures: Figures
  private let network: NetworkReader
  private(set) var wasRead = false

  init(_ row: Discovery.Row, _ root: KernelRoot, _ plan: CgroupPlan, _ layout: CgroupLayout, _ budget: DescriptorBudget)
  {
    if let machine = row.description.machine {
      figures = .machine(MachineReader(row, machine, root, plan, layout, budget))
      network = NetworkReader(taps: machine.taps, root)
    } else {
      figures = .container(CgroupReader(root, plan, row.finding.own, budget))
      network = NetworkReader(of: row.finding.main.pid, root)
    }
  }

  /// - Returns: whether the workload is still there.
  func read(
    into sample: inout Sample, row: Int, buffer: inout [UInt8], refreshing: Bool, sharing: Bool, _ root: KernelRoot
  ) -> Bool {
    wasRead = true
    sample.readAt[row] = root.monotonic()
    let alive: Bool
    switch figures {
    case .container(let cgroup):
      alive = cgroup.read(into: &sample, row: row, buffer: &buffer, refreshing: refreshing)
      for metric in machineOnly { sample[row, metric] = .missing(.notApplicable) }
      sample[row, .cpuWait] = .missing(.onDemand)
    case .machine(let machine):
      alive = machine.read(into: &sample, row: row, buffer: &buffer, refreshing: refreshing, sharing: sharing)
    }
    network.read(into: &sample, row: row, buffer: &buffer)
    return alive
  }
}

/// Metrics that a container does not have.
private let machineOnly: [Metric] = [
  .cpuGuest, .cpuEmulator, .cpuCount, .memoryConfigured, .memoryResident, .memoryGuestUsed, .memoryKsmSaved,
]
