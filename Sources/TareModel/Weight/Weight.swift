/// What one workload costs its host, taken apart: gross is what the host pays, tare what the box adds, net the rest. What can
/// be neither, because nobody can look into it, is a share of its own: then net and tare are bounds.
public struct Weight: Sendable, Hashable {
  public enum Side: String, Sendable, Hashable, CaseIterable {
    /// What the application would cost without a box.
    case net
    case tare
    /// A guest of which nobody tells what is in it.
    case unopened
  }

  /// What a share is. To add one, add it here and where it is weighed: ``Frame/Pair/memoryWeight``, ``Frame/Pair/cpuWeight``.
  public enum Part: String, Sendable, Hashable, CaseIterable {
    case anonymous
    case fileCache = "file-cache"
    case kernel
    case other
    case hugePages = "huge-pages"
    case program
    case guest
    case guestUsed = "guest-used"
    case guestKernel = "guest-kernel"
    case guestFree = "guest-free"
    case vmm
    case tables = "second-level-tables"
    case hostCache = "host-cache"
    case helpers
    case emulator
    case exits

    /// A part of a container's charge by the kernel's own classes.
    var isClassOfCharge: Bool { [.anonymous, .fileCache, .kernel, .other].contains(self) }

    /// At most 14 cells.
    public var title: String {
      switch self {
      case .anonymous: "anonymous"
      case .fileCache: "file cache"
      case .kernel: "kernel"
      case .other: "other"
      case .hugePages: "huge pages"
      case .program: "program"
      case .guest: "guest"
      case .guestUsed: "guest in use"
      case .guestKernel: "guest kernel"
      case .guestFree: "held, free"
      case .vmm: "VMM"
      case .tables: "guest's tables"
      case .hostCache: "host's for it"
      case .helpers: "helpers"
      case .emulator: "emulator"
      case .exits: "VMM, KVM"
      }
    }

    /// What it is, in words.
    public var help: String {
      switch self {
      case .anonymous: "heaps and stacks"
      case .fileCache: "page cache and shared memory"
      case .kernel: "kernel memory held for it; a plain process costs the same"
      case .hugePages: "pages of hugetlbfs, which no charge contains"
      case .other: "charged, but in none of the kernel's classes"
      case .program: "what runs in the box"
      case .guest: "the guest as a whole"
      case .guestUsed: "what the guest uses, its page cache too"
      case .guestKernel: "what the guest's kernel keeps for itself from the start"
      case .guestFree: "free in the guest, but held from the host"
      case .vmm: "the VMM's own memory"
      case .tables: "page tables that map the guest's memory to the host's"
      case .hostCache: "page cache and kernel memory of the host, charged to its cgroup"
      case .helpers: "processes that serve it: shim, conmon, sandbox, virtiofsd, swtpm"
      case .emulator: "the VMM's threads that are no vCPU, vhost too"
      case .exits: "vCPU threads outside of the guest: in the VMM and in KVM"
      }
    }
  }

  public struct Share: Sendable, Hashable {
    public let part: Part
    public let side: Side
    /// Bytes, or percent of a core.
    public let amount: Double
    public let certainty: Certainty
    /// Whether there may be more of it, or less.
    public let bound: Bound
  }

  /// In the order in which they are shown. Their amounts add up to gross.
  public private(set) var shares: [Share] = []
  /// Nothing is known, or not enough to add up, and why.
  public private(set) var absence: Reason?
  /// Why net and tare cannot be told apart, where there is something unopened.
  public private(set) var obstacle: Reason?
  /// Why there is more than what is known: helpers that nobody may look into. Net is not touched by that; gross and tare are
  /// bounds.
  public private(set) var shortage: Reason?

  /// Why shares are bounds, where some are.
  public private(set) var doubt: Reason?

  init() {}
  init(missing reason: Reason) { absence = reason }

  mutating func add(
    _ part: Part, _ side: Side, _ amount: Double, _ certainty: Certainty = .measured, _ bound: Bound = .exact
  ) {
    guard amount > 0 else { return }
    // One allocation: there may be thousands of workloads.
    if shares.isEmpty { shares.reserveCapacity(6) }
    shares.append(Share(part: part, side: side, amount: amount, certainty: certainty, bound: bound))
  }

  /// Adds what there is of this much; what had to be cut was concluded, not counted.
  mutating func take(
    _ part: Part, _ side: Side, _ amount: Double, of portion: inout Portion, _ bound: Bound = .exact
  ) {
    let isCut = amount > portion.left
    add(part, side, portion.take(amount), isCut ? .inferred : .measured, bound)
  }

  mutating func close(_ reason: Reason) { obstacle = reason }
  mutating func lack(_ reason: Reason) { shortage = reason }
  mutating func doubt(_ reason: Reason) { doubt = doubt ?? reason }

  /// What is known of one side.
  public func sum(_ side: Side) -> Double { shares.reduce(0) { $0 + ($1.side == side ? $1.amount : 0) } }

  /// All shares; nil where not all of them are known: it is at least ``grossAtLeast``.
  public var gross: Double? { shortage == nil ? grossAtLeast : nil }
  /// Nil where a part is unopened: it is at most ``netAtMost``.
  public var net: Double? { obstacle == nil ? netAtMost : nil }
  /// Nil where a part is unopened or unknown: it is at least ``tareAtLeast``.
  public var tare: Double? { obstacle == nil && shortage == nil ? tareAtLeast : nil }
  /// All that is known; there is more where there is a shortage.
  public var grossAtLeast: Double? { absence == nil ? shares.reduce(0) { $0 + $1.amount } : nil }
  /// Nil where not all of it was read.
  public var netAtMost: Double? {
    absence == nil && bound(of: .net) != .atLeast ? sum(.net) + sum(.unopened) : nil
  }
  public var tareAtLeast: Double? { absence == nil ? sum(.tare) : nil }
  /// The same without shares that may be less than what stands for them.
  public var tareForSure: Double? {
    absence == nil ? shares.reduce(0) { $0 + ($1.side == .tare && $1.bound != .atMost ? $1.amount : 0) } : nil
  }

  /// Why there is no ``tare``, or no ``gross``; nil where there are both.
  public var reason: Reason? { absence ?? obstacle ?? shortage }

  /// That of its weakest share; unknown where one is not known.
  public var certainty: Certainty { reason == nil ? certainty(of: nil) : .unknown }

  /// That of the weakest share of one side, or of all. How a container's charge is shared out among its classes can be concluded
  /// while their sum was counted.
  public func certainty(of side: Side?) -> Certainty {
    shares.reduce(.measured) { sum, share in
      let counts = !share.part.isClassOfCharge && (side == nil || share.side == side)
      return counts ? sum.joined(share.certainty) : sum
    }
  }
}

/// Hands out what there is, share by share, and never more: counters that were read at different instants do not add up by
/// themselves.
struct Portion {
  private(set) var left: Double

  mutating func take(_ amount: Double) -> Double {
    let taken = min(max(0, amount), left)
    left -= taken
    return taken
  }

  mutating func takeRest() -> Double { take(left) }
}
