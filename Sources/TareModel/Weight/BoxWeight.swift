/// What the boxes of one kind weigh together: the outermost workloads only, because a parent's cgroup contains its children.
public struct BoxWeight: Sendable, Hashable {
  /// How many there are.
  public private(set) var count = 0
  /// Of how many nothing is known.
  public private(set) var unknown = 0
  /// Why nothing is known of the first of these.
  public private(set) var absence: Reason?
  /// Bytes, or percent of a core.
  public private(set) var gross = 0.0
  /// Where it is at least so much, without what may be less.
  public var tare: Double { isAtLeast ? least : most }
  /// A part is unopened or unknown: tare, and where it is unknown gross too, is at least this much.
  public private(set) var isAtLeast = false
  /// Resident memory stands for shares that may not be read: tare and gross are at most this much.
  public var isAtMost: Bool { !isAtLeast && hasDoubt }
  public private(set) var certainty = Certainty.measured
  private var least = 0.0
  private var most = 0.0
  private var hasDoubt = false

  public init() {}

  public mutating func add(_ weight: Weight) {
    count += 1
    if weight.reason != nil { isAtLeast = true }
    guard let gross = weight.grossAtLeast, let tare = weight.tareForSure else {
      unknown += 1
      absence = absence ?? weight.absence
      return
    }
    self.gross += gross
    least += tare
    most += weight.sum(.tare)
    if weight.bound(of: .gross) == .atMost { hasDoubt = true }
    certainty = certainty.joined(weight.certainty(of: .tare))
  }

  /// Whether anything is known.
  public var isKnown: Bool { count > unknown }

  /// The tare's share of gross, percent; nil of nothing.
  public var percent: Double? { gross > 0 ? tare * 100 / gross : nil }
}

extension Frame {
  /// Containers, with pods, and VMs. A user has no box.
  public var boxWeights: (containers: BoxWeight, machines: BoxWeight) {
    outermostRows.reduce(into: (BoxWeight(), BoxWeight())) { sum, row in
      guard current.workloads[row].kind != .user else { return }
      let weight = pair(row).memoryWeight
      if current.workloads[row].kind == .vm { sum.1.add(weight) } else { sum.0.add(weight) }
    }
  }
}
