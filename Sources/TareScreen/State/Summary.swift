public import TareModel

/// What is said of all workloads together; worked out once for each sample.
public struct Summary: Sendable {
  /// All workloads of one kind that run in no other.
  public struct Lane: Sendable {
    /// All of the kind, inner ones too.
    public var count = 0
    /// What the host pays for those where it is known, bytes.
    public var memory: Double = 0
    /// The same taken apart.
    public var box = BoxWeight()
    /// Percent of a core; nil while no rate is known.
    public var cpu: Double?
    /// How many have no memory, or no CPU figure.
    public var withoutMemory = 0
    public var withoutCpu = 0
    /// Until user space, and until the service answers.
    public var boots = BootTimes()
    public var answers = BootTimes(to: .ready)
    /// Rows that a CPU limit held back in at least one of two hundred periods.
    public var throttled: [Int] = []
    /// Percent of a core that virtual CPUs waited for; nil where nobody knows.
    public var waiting: Double?
  }

  /// What one outermost workload weighs, bytes.
  public struct Weighed: Sendable {
    public let row: Int
    public let gross: Double
    public let tare: Double
    /// There may be more of both.
    public let isAtLeast: Bool
    /// There may be less of both.
    public let isAtMost: Bool
  }

  public var containers = Lane()
  public var machines = Lane()
  /// What Unix users run outside of both.
  public var users = Lane()
  public var totals: HostTotals
  /// The host's memory with the caches that count as workloads' where ``Lane/memory`` does.
  public var gross: GrossTotals
  /// Those of which something is known.
  public var weighed: [Weighed] = []
  /// Machines of which nobody tells what is in them, and what they hold together, bytes.
  public var unopened: (rows: [Int], bytes: Double) = ([], 0)
  /// Bytes that the host pays for the most expensive of all workloads.
  public var heaviest: Double = 0
  /// Workloads whose memory is known.
  public var read = 0

  init(_ frame: Frame) {
    totals = frame.hostTotals
    gross = GrossTotals(memoryUsed: totals.memoryUsed, gross: 0, caches: 0)
    // A pod is its containers.
    for workload in frame.current.workloads where workload.kind != .pod {
      change(workload.kind) { lane in
        lane.count += 1
        guard workload.kind != .user else { return }
        lane.boots.add(workload.boot, now: frame.current.realtime)
        lane.answers.add(workload.boot, now: frame.current.realtime)
      }
    }
    weigh(frame)
    for row in frame.outermostRows {
      let cpu = frame.value(.cpuUsage, row: row).number
      change(frame.current.workloads[row].kind) { lane in
        if let cpu { lane.cpu = (lane.cpu ?? 0) + cpu } else { lane.withoutCpu += 1 }
      }
    }
    for (row, workload) in frame.current.workloads.enumerated() {
      let isHeld = (frame.value(.throttled, row: row).number ?? 0) >= 0.5
      let wait = workload.kind == .vm ? frame.value(.cpuWait, row: row).number : nil
      guard isHeld || wait != nil else { continue }
      change(workload.kind) { lane in
        if isHeld { lane.throttled.append(row) }
        if let wait { lane.waiting = (lane.waiting ?? 0) + wait }
      }
    }
    for kind in Workload.Kind.allCases {
      change(kind) { lane in
        lane.boots.sort()
        lane.answers.sort()
      }
    }
  }

  /// Each workload once: there may be thousands.
  private mutating func weigh(_ frame: Frame) {
    let outermost = Set(frame.outermostRows)
    var (caches, isAtLeast) = (0.0, frame.current.host.hidden != nil)
    for (row, workload) in frame.current.workloads.enumerated() {
      let weight = frame.pair(row).memoryWeight
      if let gross = weight.grossAtLeast {
        heaviest = max(heaviest, gross)
        read += 1
      }
      if weight.sum(.unopened) > 0 {
        unopened.rows.append(row)
        unopened.bytes += weight.sum(.unopened)
      }
      guard outermost.contains(row) else { continue }
      if weight.gross == nil, weight.absence != .ended { isAtLeast = true }
      change(workload.kind) { lane in
        lane.box.add(weight)
        lane.memory = lane.box.gross
        lane.withoutMemory = lane.box.unknown
      }
      guard let gross = weight.grossAtLeast else { continue }
      weighed.append(
        Weighed(
          row: row, gross: gross, tare: weight.sum(.tare), isAtLeast: weight.reason != nil,
          isAtMost: weight.bound(of: .tare) == .atMost))
      caches += frame.reclaimableCache(row: row)
    }
    gross = GrossTotals(
      memoryUsed: totals.memoryUsed, gross: weighed.reduce(0) { $0 + $1.gross }, caches: caches,
      isAtLeast: isAtLeast)
  }

  private mutating func change(_ kind: Workload.Kind, _ body: (inout Lane) -> Void) {
    switch kind {
    case .container, .pod: body(&containers)
    case .vm: body(&machines)
    case .user: body(&users)
    }
  }
}
