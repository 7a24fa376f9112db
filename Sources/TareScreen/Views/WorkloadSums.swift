internal import TareModel

/// The lines below the list: what is left of the host, and the host; each column that can be added up adds up to it.
struct WorkloadSums {
  /// What stands below the columns of these names.
  typealias Line = (name: String, texts: [String: String])

  let state: ScreenState
  let frame: Frame
  let summary: Summary
  /// Memory is what the host pays, and has its tare beside it.
  let isGross: Bool

  private var memoryName: String { isGross ? "gross" : "memory" }
  private var unit: Amount.Unit { Amount.tableUnit(state.settings.units) }

  /// What is left, with what the filter leaves out.
  var rest: Line {
    let (hidden, cpu) = (hiddenByFilter, summary.totals.restCpu)
    let memory = isGross ? summary.gross.rest : summary.totals.restMemory
    let bound = isGross ? summary.gross.restBound : summary.totals.restMemoryBound
    let sign = bound == .exact ? "~" : bound.sign
    var texts: [String: String] = [:]
    texts[memoryName] =
      memory.number.map { "\(sign)\(isGross ? " " : "")\(bytes($0 + hidden.memory))" } ?? "?"
    if hidden.count > 0 { texts["tare"] = tare(hidden.tare, hidden.bound) }
    texts["cpu"] =
      least == nil
      ? cpu.number.map { summary.totals.restCpuBound.sign + Scaled.decimal($0 + hidden.cpu) } ?? "?"
      : "~\(Scaled.decimal(hidden.cpu))"
    return (hidden.count == 0 ? "rest of host" : "rest of host, \(hidden.count) hidden", texts)
  }

  /// All of the host.
  var used: Line {
    let host = frame.current.host.hostname.harmless.fittedAtMost(24)
    let cpu = least ?? summary.totals.cpu.number.map { Scaled.decimal($0) } ?? "?"
    let memory = isGross ? summary.gross.used : summary.totals.memoryUsed
    let boxes = [summary.containers.box, summary.machines.box]
    var texts = [memoryName: memory.number.map(bytes) ?? "?", "cpu": cpu]
    if boxes.contains(where: { $0.count > 0 }) {
      let bound = Self.bound(boxes.contains { $0.isAtLeast }, boxes.contains { $0.isAtMost })
      texts["tare"] = tare(boxes.reduce(0) { $0 + $1.tare }, bound)
    }
    return ("\(host) used\(isGross && summary.gross.hasCaches ? ", with their caches" : "")", texts)
  }

  /// A group's own sums.
  func line(_ group: ListState.Group) -> Line {
    var counts: [String] = []
    if group.containers > 0 { counts.append("C \(group.containers)") }
    if group.machines > 0 { counts.append("V \(group.machines)") }
    if group.users > 0 { counts.append("P \(group.users)") }
    let blanks = String(repeating: "  ", count: group.depth)
    if group.isInside { return ("\(blanks)its workloads", sums(of: group)) }
    let name = blanks + "\(group.title.harmless)  \(counts.joined(separator: " "))"
    guard let slice = group.path.flatMap(frame.slice) else { return (name, sums(of: group)) }
    // Its own figures: all that is in it, processes beside the workloads too.
    let memory = isGross ? slice.charged : slice.workingSet
    return (
      name,
      [
        memoryName: memory.number.map(bytes) ?? memory.sign,
        "cpu": slice.cpu.number.map { Scaled.decimal($0) } ?? slice.cpu.sign,
      ]
    )
  }

  private func sums(of group: ListState.Group) -> [String: String] {
    [
      "cpu": group.cpu.map { Scaled.decimal($0) } ?? "?", memoryName: bytes(group.memory),
      "tare": tare(group.tare, Self.bound(group.isTareAtLeast, group.isTareAtMost)),
    ]
  }

  /// Where the kernel's ticks caught less than the workloads' own counters, those are what is known.
  private var least: String? {
    guard let sum = summary.totals.workloadsCpu.number, let cpu = summary.totals.cpu.number, sum > cpu + 0.05 else {
      return nil
    }
    return "≥\(Scaled.decimal(sum))"
  }

  private func bytes(_ value: Double) -> String { Scaled.decimal(value / unit.bytes) }

  /// At least nothing says nothing.
  private func tare(_ value: Double, _ bound: Bound) -> String {
    switch bound {
    case .exact: bytes(value)
    case .atMost: "≤ \(bytes(value))"
    case .atLeast: value > 0 ? "≥ \(bytes(value))" : "?"
    }
  }

  /// Of a sum: what is missing counts for more than what is too much.
  private static func bound(_ isAtLeast: Bool, _ isAtMost: Bool) -> Bound {
    isAtLeast ? .atLeast : isAtMost ? .atMost : .exact
  }

  /// What the filter leaves out, so that the column still adds up to the machine.
  private var hiddenByFilter: (count: Int, memory: Double, tare: Double, bound: Bound, cpu: Double) {
    guard let filter = state.list.filter, !filter.isEmpty else { return (0, 0, 0, .exact, 0) }
    let shown = Set(frame.current.workloads.indices.filter { filter.matches(frame, $0) })
    let hidden = frame.outermost(besides: shown)
    let weighed = summary.weighed.filter { !shown.contains($0.row) }
    return (
      hidden.count, isGross ? weighed.reduce(0) { $0 + $1.gross } : hidden.memory,
      weighed.reduce(0) { $0 + $1.tare },
      Self.bound(
        weighed.count < hidden.count || weighed.contains { $0.isAtLeast }, weighed.contains { $0.isAtMost }),
      hidden.cpu
    )
  }
}
