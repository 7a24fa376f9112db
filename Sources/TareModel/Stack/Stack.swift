/// The layers of this machine: who stands on whom, and what each costs now. Memory in bytes, CPU in percent of a core.
public struct Stack: Sendable {
  /// What a layer costs. Nil where it is not known, or where there is none.
  public struct Cost: Sendable {
    public var memory: Double?
    public var cpu: Double?
    /// Outermost workloads in it.
    public var count = 0
    /// At least so much.
    public var isAtLeast = false
    /// At most so much: something else on the host is known in part only.
    public var isAtMost = false
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
  /// Kernel memory charged to containers: a share of theirs. Without a CPU figure of its own.
  public private(set) var containersKernel = Cost(memory: 0)
  /// Containers, inner ones too, pods left out: rows in the order of the sample.
  public private(set) var containerRows: [Int] = []
  public private(set) var engines: [Engine] = []
  /// Inner ones too, the heaviest first.
  public private(set) var guests: [Guest] = []
  /// Kernels that are programs of the host and not counted among kernels: gVisor's sentries.
  public private(set) var userSpaceKernels = 0
  /// VMs around containers: Kata's.
  public private(set) var sandboxes = 0
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
    var (caches, tables) = (0.0, 0.0)
    for (row, workload) in frame.current.workloads.enumerated() {
      switch workload.kind {
      case .user: continue
      case .vm:
        let guest = add(guest: row, frame, isOutermost: outermost.contains(row))
        if outermost.contains(row) { tables += guest.amount(.tables)?.amount ?? 0 }
      case .container, .pod:
        if workload.kind == .container { containerRows.append(row) }
        guard outermost.contains(row) else { continue }
        add(outermost: frame.pair(row))
        caches += frame.reclaimableCache(row: row)
      }
    }
    group(frame.current.workloads)
    guests.sort { ($0.memory.grossAtLeast ?? 0, $1.row) > ($1.memory.grossAtLeast ?? 0, $0.row) }
    weigh(frame, caches: caches, tables: tables)
  }

  private mutating func add(guest row: Int, _ frame: Frame, isOutermost: Bool) -> Guest {
    let pair = frame.pair(row)
    let guest = Guest(
      row: row, virtualizer: Virtualizer(pair.workload.machine?.accelerator), memory: pair.memoryWeight,
      cpu: pair.cpuWeight)
    guests.append(guest)
    if pair.workload.boundaries.contains(where: \.isContainer) { sandboxes += 1 }
    if isOutermost { machines.add(guest.memory, guest.cpu) }
    return guest
  }

  private mutating func add(outermost pair: Frame.Pair) {
    let (memory, cpu) = (pair.memoryWeight, pair.cpuWeight)
    containers.add(memory, cpu)
    helpers.add(memory.shares.filter { $0.part == .helpers }, cpu.shares.filter { $0.part == .helpers })
    containersKernel.add(kernelOf: pair, memory)
  }

  /// By runtime, the most frequent first. A pod's containers share one sentry.
  private mutating func group(_ workloads: [Workload]) {
    var names: [String: Int] = [:]
    var sentries: Set<String> = []
    let pods = Set(workloads.filter { $0.kind == .pod }.map(\.id))
    for row in containerRows {
      let workload = workloads[row]
      names[workload.runtime.rawValue, default: 0] += 1
      guard workload.runtime == .gvisor else { continue }
      sentries.insert(workload.parent.flatMap { pods.contains($0) ? $0 : nil } ?? workload.id)
    }
    engines = names.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { Engine(name: $0.key, count: $0.value) }
    userSpaceKernels = sentries.count
  }

  /// What is left for the kernel and for plain processes.
  /// - Parameters:
  ///   - caches: what of containers' memory the host counts as free, bytes.
  ///   - tables: page tables that are charged to outermost VMs, bytes. Those of a VM in a container are in its kernel memory.
  private mutating func weigh(_ frame: Frame, caches: Double, tables: Double) {
    let readings = frame.current.hostReadings
    processCount = readings.processes.number
    (kernel.certainty, processes.certainty) = (.inferred, .inferred)
    let charged = (containersKernel.memory ?? 0) + tables
    kernel.memory = frame.hostMemoryKernel.number.map { max(0, Double($0) - charged) }
    kernel.cpu = frame.interruptShare.number
    let memory = (containers.memory ?? 0) + (machines.memory ?? 0)
    let cpu = (containers.cpu ?? 0) + (machines.cpu ?? 0)
    let totals = frame.hostTotals
    processes.isAtMost = containers.isAtLeast || machines.isAtLeast
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
    count += 1
    if let bytes = memory.grossAtLeast { self.memory = (self.memory ?? 0) + bytes }
    if let share = cpu.grossAtLeast { self.cpu = (self.cpu ?? 0) + share }
    if memory.gross == nil { isAtLeast = true }
  }

  /// Not more than what is charged: counters of different instants do not add up by themselves.
  fileprivate mutating func add(kernelOf pair: Frame.Pair, _ weight: Weight) {
    count += 1
    if pair.now(.memoryKernel).number == nil { isAtLeast = true }
    memory = weight.shares.reduce(memory ?? 0) { $0 + ($1.part == .kernel ? $1.amount : 0) }
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
  public var interruptShare: FigureValue { hostRate(\.cpuInterrupts, .cpuTime) }
}
