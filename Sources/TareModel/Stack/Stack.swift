/// The layers of this machine: who stands on whom, and what each costs now. Memory in bytes, CPU in percent of a core.
public struct Stack: Sendable {
  /// What a layer costs. Nil where it is not known.
  public struct Cost: Sendable {
    public var memory: Double?
    public var cpu: Double?
    /// At least so much.
    public var isAtLeast = false
    public var certainty = Certainty.measured
  }

  /// A virtual machine: a kernel of its own.
  public struct Guest: Sendable {
    public let row: Int
    public let virtualizer: Virtualizer
    public let memory: Weight
    public let cpu: Weight
  }

  /// Containers of one kind of runtime.
  public struct Engine: Sendable {
    public let name: String
    public let count: Int
  }

  public let host: Host
  /// What runs in no workload, and the programs of users where those are shown: used less all others, so that the sum is right.
  public private(set) var processes = Cost()
  public private(set) var processCount: UInt64?
  /// The host's kernel without what is charged to containers and VMs.
  public private(set) var kernel = Cost()
  /// All outermost containers and pods, their helpers in it.
  public private(set) var containers = Cost()
  public private(set) var helpers = Cost()
  /// Kernel memory charged to containers: a share of theirs.
  public private(set) var containersKernel = 0.0
  /// Containers, inner ones too, pods left out: rows in the order of the sample.
  public private(set) var containerRows: [Int] = []
  public private(set) var engines: [Engine] = []
  /// Inner ones too, the heaviest first.
  public private(set) var guests: [Guest] = []
  /// Containers whose kernel is a program of the host: gVisor's sentries.
  public private(set) var userSpaceKernels = 0
  /// All together: the host's memory used, with the caches of workloads, and its CPU.
  public private(set) var sum = Cost()
  /// Memory and CPU of outermost VMs alone.
  public private(set) var machines = Cost()

  public var virtualizers: [Virtualizer] {
    Virtualizer.allCases.filter { virtualizer in guests.contains { $0.virtualizer == virtualizer } }
  }

  /// The host's and one for each guest. Containers add none.
  public var kernelCount: Int { 1 + guests.count }

  public init(_ frame: Frame) {
    host = frame.current.host
    let outermost = Set(frame.outermostRows)
    var names: [String: Int] = [:]
    var (caches, known) = (0.0, Cost(memory: 0, cpu: 0))
    for (row, workload) in frame.current.workloads.enumerated() {
      let pair = frame.pair(row)
      let isOutermost = outermost.contains(row)
      switch workload.kind {
      case .user: continue
      case .vm:
        let guest = Guest(
          row: row, virtualizer: Virtualizer(workload.machine?.accelerator), memory: pair.memoryWeight,
          cpu: pair.cpuWeight)
        guests.append(guest)
        if isOutermost { machines.add(guest.memory, guest.cpu) }
      case .container, .pod:
        if workload.kind == .container {
          containerRows.append(row)
          names[workload.runtime.rawValue, default: 0] += 1
          if workload.runtime == .gvisor { userSpaceKernels += 1 }
        }
        guard isOutermost else { continue }
        let (memory, cpu) = (pair.memoryWeight, pair.cpuWeight)
        containers.add(memory, cpu)
        helpers.add(memory.shares.filter { $0.part == .helpers }, cpu.shares.filter { $0.part == .helpers })
        containersKernel += memory.shares.reduce(0) { $0 + ($1.part == .kernel ? $1.amount : 0) }
        caches += frame.reclaimableCache(row: row)
      }
    }
    engines = names.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { Engine(name: $0.key, count: $0.value) }
    guests.sort { ($0.memory.grossAtLeast ?? 0, $1.row) > ($1.memory.grossAtLeast ?? 0, $0.row) }
    known.memory = (containers.memory ?? 0) + (machines.memory ?? 0)
    known.cpu = (containers.cpu ?? 0) + (machines.cpu ?? 0)
    weigh(frame, known, caches: caches)
  }

  /// What is left for the kernel and for plain processes.
  private mutating func weigh(_ frame: Frame, _ known: Cost, caches: Double) {
    let readings = frame.current.hostReadings
    processCount = readings.processes.number
    let tables = guests.reduce(0.0) { sum, guest in
      guest.memory.shares.reduce(sum) { $0 + ($1.part == .tables ? $1.amount : 0) }
    }
    (kernel.certainty, processes.certainty) = (.inferred, .inferred)
    kernel.memory = readings.memoryKernel.number.map { max(0, Double($0) - containersKernel - tables) }
    kernel.cpu = frame.interruptShare.number
    let (memory, cpu) = (known.memory ?? 0, known.cpu ?? 0)
    let totals = frame.hostTotals
    if let used = totals.memoryUsed.number {
      sum.memory = max(used + caches, memory + (kernel.memory ?? 0))
      processes.memory = max(0, used + caches - memory - (kernel.memory ?? 0))
    }
    if let busy = totals.cpu.number {
      // The kernel counts the host at ticks, workloads by the nanosecond.
      sum.cpu = max(busy, cpu + (kernel.cpu ?? 0))
      processes.cpu = max(0, busy - cpu - (kernel.cpu ?? 0))
    }
  }
}

extension Stack.Cost {
  fileprivate mutating func add(_ memory: Weight, _ cpu: Weight) {
    if let bytes = memory.grossAtLeast { self.memory = (self.memory ?? 0) + bytes }
    if let share = cpu.grossAtLeast { self.cpu = (self.cpu ?? 0) + share }
    if memory.gross == nil { isAtLeast = true }
  }

  fileprivate mutating func add(_ memory: [Weight.Share], _ cpu: [Weight.Share]) {
    for share in memory {
      self.memory = (self.memory ?? 0) + share.amount
      certainty = certainty.joined(share.certainty)
    }
    for share in cpu { self.cpu = (self.cpu ?? 0) + share.amount }
  }
}

extension Stack.Guest {
  /// What its kernel keeps for itself, or holds free: bytes; nil where it does not tell.
  public var held: Double? {
    guard memory.obstacle == nil else { return nil }
    return memory.shares.reduce(0) { $0 + ($1.part == .guestKernel || $1.part == .guestFree ? $1.amount : 0) }
  }

  public func amount(_ part: Weight.Part) -> Weight.Share? { memory.shares.first { $0.part == part } }

  /// The VMM's own: its memory and what the host holds for it, its threads that run no guest.
  public var vmm: Stack.Cost {
    var cost = Stack.Cost()
    let parts: [Weight.Part] = [.vmm, .tables, .hostCache, .helpers]
    cost.memory = memory.absence == nil ? sum(memory, parts) : nil
    // Where nothing parts them, there is no figure of its own.
    if memory.shares.allSatisfy({ $0.part != .vmm }) { cost.memory = nil }
    cost.cpu = cpu.absence == nil ? sum(cpu, [.emulator, .exits, .helpers]) : nil
    return cost
  }

  private func sum(_ weight: Weight, _ parts: [Weight.Part]) -> Double {
    weight.shares.reduce(0) { $0 + (parts.contains($1.part) ? $1.amount : 0) }
  }
}

extension Frame {
  /// CPU time in interrupts, percent of a core: no process is charged with it.
  public var interruptShare: FigureValue {
    guard let previous else { return .missing(.firstSample) }
    guard current.hostReadAt > previous.hostReadAt else { return .missing(.firstSample) }
    let growth = current.hostReadings.cpuInterrupts.growth(since: previous.hostReadings.cpuInterrupts)
    let elapsed = Double(current.hostReadAt - previous.hostReadAt)
    switch growth {
    case .value(let nanoseconds): return .number(Double(nanoseconds) * 100 / elapsed)
    case .missing(let reason): return .missing(reason)
    case .unlimited: return .missing(.notApplicable)
    }
  }
}
