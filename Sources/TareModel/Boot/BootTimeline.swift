/// When a workload came up, phase by phase. A phase that nothing tells of is there and says unknown.
public struct BootTimeline: Sendable, Hashable {
  public enum Phase: String, Sendable, Hashable, CaseIterable {
    /// The engine or launcher was asked.
    case requested
    /// The first process of its own: shim, conmon, runtime, VMM.
    case spawned
    /// Namespaces and cgroup, or the KVM VM, exist.
    case isolated
    /// `execve` of the payload, or the guest's first instruction.
    case executing
    /// PID 1 of the guest; for a container the same as executing.
    case userspace
    /// The service answers.
    case ready
  }

  /// What began. Only a boot has a boot's duration.
  public enum Kind: String, Sendable, Hashable {
    case boot
    /// What was made before, and had run before, runs once more.
    case restart
    /// It goes on from a checkpoint or snapshot.
    case restored
    /// It goes on here after it ran elsewhere, or was saved by whoever manages it.
    case migrated
    /// Nothing began: a user of the host is there as long as it runs anything.
    case absent = "none"
  }

  public enum Clock: String, Sendable, Hashable { case realtime, monotonic, boottime }

  /// How an instant is known.
  public typealias Label = Certainty

  /// The instant of one phase, in realtime nanoseconds since 1970.
  public struct Mark: Sendable, Hashable {
    public var at: UInt64
    /// The instant lies in `lo ... hi`; nil where a side is open.
    public var lo: UInt64?
    public var hi: UInt64?
    /// The clock that it was taken from, before it was converted.
    public var clock: Clock
    public var label: Label
    public var source: String
    /// It contradicts another phase's: one of the two is wrong, or belongs to another start.
    public var isDoubtful = false

    public init(at: UInt64, lo: UInt64?, hi: UInt64?, clock: Clock, label: Label, source: String) {
      self.at = at
      self.lo = lo
      self.hi = hi
      self.clock = clock
      self.label = label
      self.source = source
    }
  }

  public var kind = Kind.boot
  /// From when on it may have stood still, or did: started halted, paused, or with the machine asleep. Realtime nanoseconds
  /// since 1970; nil where nothing tells of that. What took longer than until then took at most so long.
  public var haltedFrom: UInt64?
  private var marks: [Phase: Mark] = [:]

  public init() {}

  /// What is known of a phase; nil is unknown.
  public subscript(phase: Phase) -> Mark? {
    get { marks[phase] }
    set { marks[phase] = newValue }
  }
}
