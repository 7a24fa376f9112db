public import TareModel

/// What is said of all workloads together; worked out once for each sample.
public struct Summary: Sendable {
  /// All workloads of one kind that run in no other.
  public struct Lane: Sendable {
    /// All of the kind, inner ones too.
    public var count = 0
    /// Bytes held by those where it is known.
    public var memory: Double = 0
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

  public var containers = Lane()
  public var machines = Lane()
  /// What Unix users run outside of both.
  public var users = Lane()
  public var totals: HostTotals
  /// Bytes that the greatest of all workloads holds.
  public var heaviest: Double = 0
  /// Workloads whose memory is known.
  public var read = 0

  init(_ frame: Frame) {
    totals = frame.hostTotals
    // A pod is its containers.
    for workload in frame.current.workloads where workload.kind != .pod {
      change(workload.kind) { lane in
        lane.count += 1
        guard workload.kind != .user else { return }
        lane.boots.add(workload.boot, now: frame.current.realtime)
        lane.answers.add(workload.boot, now: frame.current.realtime)
      }
    }
    for row in frame.outermostRows {
      let memory = frame.heldMemory(row: row).number
      let cpu = frame.value(.cpuUsage, row: row).number
      change(frame.current.workloads[row].kind) { lane in
        if let memory { lane.memory += memory } else { lane.withoutMemory += 1 }
        if let cpu { lane.cpu = (lane.cpu ?? 0) + cpu } else { lane.withoutCpu += 1 }
      }
    }
    for (row, workload) in frame.current.workloads.enumerated() {
      if let held = frame.heldMemory(row: row).number {
        heaviest = max(heaviest, held)
        read += 1
      }
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

  private mutating func change(_ kind: Workload.Kind, _ body: (inout Lane) -> Void) {
    switch kind {
    case .container, .pod: body(&containers)
    case .vm: body(&machines)
    case .user: body(&users)
    }
  }
}
