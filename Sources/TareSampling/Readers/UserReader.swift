internal import KernelStats
internal import TareModel

/// Fills a user's row: with the figures of its slice, as a container's, and with what its other processes come to.
final class UserReader {
  private let root: KernelRoot
  private let cgroup: CgroupReader?
  private var wasRead = false

  init(_ row: Users.Row, _ root: KernelRoot, _ plan: CgroupPlan, _ budget: DescriptorBudget) {
    self.root = root
    cgroup = row.slice.map { CgroupReader(root, plan, $0, budget) }
  }

  func read(
    into sample: inout Sample, at place: Int, _ row: Users.Row, _ ledger: UserLedger, buffer: inout [UInt8],
    refreshing: Bool
  ) {
    for metric in Metric.allCases { sample[place, metric] = .missing(.notApplicable) }
    // Beside a process of the user there are others' in the same cgroup, or nobody knows of the disk what was whose.
    for metric in shared { sample[place, metric] = .missing(.sharedCgroup) }
    sample.readAt[place] = ledger.readAt
    let loose = ledger[row.serial]
    if let cgroup {
      sample.readAt[place] = root.monotonic()
      _ = cgroup.read(into: &sample, row: place, buffer: &buffer, refreshing: refreshing || !wasRead)
      wasRead = true
      if !row.loose.isEmpty { for metric in shared { sample[place, metric] = .missing(.sharedCgroup) } }
    }
    let isWhole = row.loose.isEmpty
    func add(_ metric: Metric, _ reading: Reading) {
      guard cgroup != nil else {
        sample[place, metric] = reading
        return
      }
      // The sum of its other processes stays when the last of them has ended.
      if isWhole, reading.number == nil { return }
      sample[place, metric] = sample[place, metric].sum(reading)
    }
    let (user, system) = (nanoseconds(loose.user), nanoseconds(loose.system))
    add(.cpuUsage, .value(user.saturating(plus: system)))
    add(.cpuUser, .value(user))
    add(.cpuSystem, .value(system))
    if !isWhole {
      add(.memoryCurrent, loose.memory.current)
      add(.memoryAnon, loose.memory.anonymous)
      add(.memoryFile, loose.memory.files)
      add(.processCount, .value(loose.threads))
      if let reason = loose.memory.shortage {
        for metric in [Metric.memoryCurrent, .memoryAnon, .memoryFile] {
          sample.bounds[place].setAtLeast(metric, reason)
        }
      }
    }
    sample[place, .cpuWait] = .missing(.onDemand)
    sample.states[place] = .missing(.notApplicable)
    for metric in [Metric.networkReceived, .networkSent] { sample[place, metric] = .missing(.hostNetwork) }
    // It has no box, and nothing serves one.
    for metric in helpers { sample[place, metric] = .value(0) }
  }
}

/// What is counted for cgroups alone, or by process only for who may look into it.
private let shared: [Metric] = [
  .cpuPeriods, .cpuThrottledPeriods, .cpuThrottled, .cpuLimit, .memoryKernel, .memoryLimit, .memoryOomKills,
  .pressureCpuSome, .pressureMemorySome, .pressureMemoryFull, .pressureIoSome, .ioRead, .ioWritten, .processLimit,
]
private let helpers: [Metric] = [
  .cpuHelpers, .cpuHelpersInside, .memoryHelpers, .memoryHelpersInside, .memoryHelpersResident,
]

/// A capture may say anything.
private func nanoseconds(_ sum: Double) -> UInt64 { sum < 9e18 ? UInt64(max(0, sum)) : 9_000_000_000_000_000_000 }

extension Reading {
  /// Both together; unknown where either is.
  fileprivate func sum(_ other: Reading) -> Reading {
    guard case .value(let one) = self else { return self }
    guard case .value(let more) = other else { return other }
    return .value(one.saturating(plus: more))
  }
}
