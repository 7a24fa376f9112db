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
  /// Why the rest is not exact: the reason of the first of them whose CPU is unknown.
  public let restCpuAbsence: FigureValue
  /// Exact where the CPU of all of them is known, else ``restCpu`` is that much at most.
  public let restCpuBound: Weight.Bound
  /// Total less available, bytes.
  public let memoryUsed: FigureValue
  /// Memory used less what outermost workloads hold, not below 0. Inferred: a page shared with the host counts in one place only.
  public let restMemory: FigureValue
  /// Exact where the memory of all of them is known, else ``restMemory`` is that much at most.
  public let restMemoryBound: Weight.Bound
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
    let cpu = hostRate(\.cpuBusy, .cpuTime)
    let rows = outermostRows
    let busy = sum(of: rows) { value(.cpuUsage, row: $0) }
    let held = sum(of: rows, heldMemory)
    let guest = hostRate(\.cpuGuest, .cpuTime)
    return HostTotals(
      cpu: cpu, steal: hostRate(\.cpuSteal, .cpuTime),
      guest: guest.map { share in cpu.number.map { min(share, $0) } ?? share },
      workloadsCpu: cpu.map { _ in busy.amount }, restCpu: cpu.map { max(0, $0 - busy.amount) },
      restCpuAbsence: busy.absence.map { .missing($0) } ?? cpu, restCpuBound: busy.bound, memoryUsed: memoryUsed,
      restMemory: memoryUsed.map { max(0, $0 - held.amount) },
      restMemoryBound: held.bound,
      pressureCpu: hostRate(\.pressureCpuSome, .stall), pressureMemory: hostRate(\.pressureMemorySome, .stall),
      pressureMemoryFull: hostRate(\.pressureMemoryFull, .stall), pressureIo: hostRate(\.pressureIoSome, .stall))
  }

  /// Bytes of RAM; what could be given to a new program of it. See ``hostMemory(_:)``.
  public var hostMemoryTotal: Reading { hostMemory(\.memoryTotal) }
  public var hostMemoryAvailable: Reading { hostMemory(\.memoryAvailable) }
  /// Bytes that the kernel itself holds and cannot give back.
  public var hostMemoryKernel: Reading { hostMemory(\.memoryKernel) }

  /// One of the host's sizes, as far as it can be: no part is larger than all of the memory.
  private func hostMemory(_ path: KeyPath<HostReadings, Reading>) -> Reading {
    let reading = current.hostReadings[keyPath: path]
    guard case .value(let bytes) = reading else { return reading }
    let total = current.hostReadings.memoryTotal.number ?? bytes
    return bytes <= min(total, MachineBounds.mostMemory) ? reading : .missing(.inconsistent)
  }

  /// Total less available, bytes.
  private var memoryUsed: FigureValue {
    switch (hostMemoryTotal, hostMemoryAvailable) {
    case (.value(let total), .value(let available)): .integer(total - available)
    case (.missing(let reason), _), (_, .missing(let reason)): .missing(reason)
    case (.unlimited, _), (_, .unlimited): .missing(.malformed)
    }
  }

  /// What these rows come to, and on which side of the sum the rest lies: where a row that runs is unknown, or there may be rows
  /// that tare cannot see, what is left for the rest of the host is that at most.
  private func sum(of rows: [Int], _ value: (Int) -> FigureValue) -> (
    amount: Double, bound: Weight.Bound, absence: Reason?
  ) {
    let hasHidden = current.host.hidden != nil
    return rows.reduce(into: (0, hasHidden ? .atMost : .exact, hasHidden ? .notReported : nil)) { sum, row in
      switch value(row) {
      case .number(let number): sum.0 += number
      case .integer(let number): sum.0 += Double(number)
      case .missing(.ended): break
      case .missing(let reason): (sum.1, sum.2) = (.atMost, sum.2 ?? reason)
      case .unlimited: break
      }
    }
  }

  /// What a workload keeps from others: a container's working set and huge pages, since `available` counts reclaimable cache as free; a
  /// VM's own memory; a user's share of what its processes map, where no cgroup tells of cache.
  public func heldMemory(row: Int) -> FigureValue {
    let kind = current.workloads[row].kind
    if kind.isContainer {
      let huge = value(.memoryHugetlb, row: row).number ?? 0
      return value(.workingSet, row: row).map { $0 + huge }
    }
    if kind == .user, case let set = value(.workingSet, row: row), set.number != nil { return set }
    let current = value(.memoryCurrent, row: row)
    if kind == .user { return current }
    return current.number == nil ? value(.memoryResident, row: row) : current
  }

  /// Growth of one of the host's counters: percent of a core, or of the time.
  func hostRate(_ path: KeyPath<HostReadings, Reading>, _ kind: MachineBounds.Kind) -> FigureValue {
    let now = current.hostReadings[keyPath: path]
    guard let previous else { return now.number == nil ? FigureValue(now) : .missing(.firstSample) }
    guard current.hostReadAt > previous.hostReadAt else { return .missing(.firstSample) }
    let elapsed = current.hostReadAt - previous.hostReadAt
    let window = max(elapsed, current.monotonic > previous.hostReadAt ? current.monotonic - previous.hostReadAt : 0)
    let growth = now.growth(since: previous.hostReadings[keyPath: path])
    guard case .value(let amount) = growth else { return FigureValue(growth) }
    guard bounds.admit(amount, as: kind), bounds.admit(growth: amount, as: kind, within: window) else {
      return .missing(.inconsistent)
    }
    let share = Double(amount) * 1e9 / Double(elapsed)
    return .number(kind == .stall ? min(100, share / 1e4) : share / 1e7)
  }
}
