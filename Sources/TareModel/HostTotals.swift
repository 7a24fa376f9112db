/// The host's own figures, and what is left of it when all workloads are taken away.
public struct HostTotals: Sendable {
  /// 100 is one core; guests are in it, steal is not.
  public let cpu: FigureValue
  public let steal: FigureValue
  public let guest: FigureValue
  /// The CPU of all outermost workloads together. Counted by the nanosecond, so it can pass the host's, which the kernel
  /// counts by sampling at ticks.
  public let workloadsCpu: FigureValue
  /// The host's CPU less that of all outermost workloads, not below 0: the kernel counts the two at different instants.
  public let restCpu: FigureValue
  /// Total less available, bytes.
  public let memoryUsed: FigureValue
  /// Memory used less what outermost workloads hold, not below 0. Inferred: a page shared with the host counts in one place only.
  public let restMemory: FigureValue
  public let pressureCpu: FigureValue
  public let pressureMemory: FigureValue
  public let pressureMemoryFull: FigureValue
  public let pressureIo: FigureValue
}

extension Frame {
  /// Rows that run in no other workload: the only ones that totals count, because a parent's cgroup contains its children.
  public var outermostRows: [Int] {
    let ids = Set(current.workloads.map(\.id))
    return current.workloads.indices.filter { row in
      current.workloads[row].parent.map { !ids.contains($0) } ?? true
    }
  }

  /// What the outermost rows hold and use that are not among these: a list that leaves some out still adds up with it.
  public func outermost(besides shown: Set<Int>) -> (count: Int, memory: Double, cpu: Double) {
    outermostRows.reduce(into: (0, 0.0, 0.0)) { sum, row in
      guard !shown.contains(row) else { return }
      sum.0 += 1
      sum.1 += heldMemory(row: row).number ?? 0
      sum.2 += value(.cpuUsage, row: row).number ?? 0
    }
  }

  public var hostTotals: HostTotals {
    let cpu = hostRate(\.cpuBusy, per: 1e7)
    let used: FigureValue =
      if case .value(let total) = current.hostReadings.memoryTotal,
        case .value(let available) = current.hostReadings.memoryAvailable, total >= available
      {
        .integer(total - available)
      } else {
        .missing(.notReported)
      }
    let rows = outermostRows
    let busy = rows.compactMap { value(.cpuUsage, row: $0).number }.reduce(0, +)
    let held = rows.compactMap { heldMemory(row: $0).number }.reduce(0, +)
    return HostTotals(
      cpu: cpu, steal: hostRate(\.cpuSteal, per: 1e7), guest: hostRate(\.cpuGuest, per: 1e7),
      workloadsCpu: cpu.map { _ in busy }, restCpu: cpu.map { max(0, $0 - busy) }, memoryUsed: used,
      restMemory: used.map { max(0, $0 - held) },
      pressureCpu: hostRate(\.pressureCpuSome, per: 1e4), pressureMemory: hostRate(\.pressureMemorySome, per: 1e4),
      pressureMemoryFull: hostRate(\.pressureMemoryFull, per: 1e4), pressureIo: hostRate(\.pressureIoSome, per: 1e4))
  }

  /// What a workload keeps from others: a container's working set, since `available` counts reclaimable cache as free; a
  /// VM's own memory; a user's share of what its processes map, where no cgroup tells of cache.
  public func heldMemory(row: Int) -> FigureValue {
    let kind = current.workloads[row].kind
    if kind.isContainer { return value(.workingSet, row: row) }
    if kind == .user, case let set = value(.workingSet, row: row), set.number != nil { return set }
    let current = value(.memoryCurrent, row: row)
    if kind == .user { return current }
    return current.number == nil ? value(.memoryResident, row: row) : current
  }

  private func hostRate(_ path: KeyPath<HostReadings, Reading>, per unit: Double) -> FigureValue {
    let now = current.hostReadings[keyPath: path]
    guard let previous else { return now.number == nil ? FigureValue(now) : .missing(.firstSample) }
    guard current.hostReadAt > previous.hostReadAt else { return .missing(.firstSample) }
    let elapsed = Double(current.hostReadAt - previous.hostReadAt)
    return FigureValue(now.growth(since: previous.hostReadings[keyPath: path])).map { $0 * 1e9 / elapsed / unit }
  }
}
