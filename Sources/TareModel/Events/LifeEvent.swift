/// Something that happened to a workload while it was watched.
public struct LifeEvent: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Its payload was executed, or, where nobody saw that, its first process began.
    case started
    /// As ``started``; it had run before, went on from a checkpoint, or came from elsewhere.
    case restarted, restored, migrated
    /// It had begun before anybody watched, and was found only then.
    case found
    case ended
    /// The kernel killed processes of it for want of memory.
    case oomKilled = "oom-killed"
    /// A CPU limit begins to hold it back.
    case throttled
    /// All of its processes, or virtual CPUs, were stopped where they are, or go on.
    case paused, resumed
    /// Its engine's check of it fails, or succeeds after that.
    case unhealthy, healthy
  }

  /// What more is known, by the kind.
  public enum Detail: Sendable, Hashable {
    case none
    /// No process of it was seen, only its cgroup.
    case unseen
    /// Nanoseconds from its first process to its end, and what it ended with, where its engine says it.
    case ran(UInt64, exitCode: Int?)
    /// How many processes were killed.
    case kills(UInt64)
    /// Percent of the periods between the two samples.
    case heldBack(Double)
  }

  public internal(set) var kind: Kind
  /// As it was last seen.
  public internal(set) var workload: Workload
  /// Tells it from others of the same id; see ``Sample/serials``.
  public let serial: UInt64
  /// It happened not before and not after these. Realtime nanoseconds since 1970.
  public internal(set) var lo: UInt64
  public internal(set) var hi: UInt64
  public let detail: Detail

  public init(
    _ kind: Kind, of workload: Workload, serial: UInt64, lo: UInt64, hi: UInt64, detail: Detail = .none
  ) {
    (self.kind, self.workload, self.serial) = (kind, workload, serial)
    (self.lo, self.hi, self.detail) = (min(lo, hi), hi, detail)
  }
}

/// What engines said of workloads a moment ago; some of it may come more than once.
public struct EngineNews: Sendable, Hashable {
  /// Of the ends of those that are rows no more, by serial.
  public var ends: [UInt64: LifeEnd] = [:]
  /// Of those that are rows, by serial.
  public var events: [UInt64: [EngineEvent]] = [:]

  public init() {}
}

/// What an engine said of an end. Realtime nanoseconds since 1970.
public struct LifeEnd: Sendable, Hashable {
  public var at: UInt64
  /// As a shell would have it, 128 and more by a signal.
  public var exitCode: Int?
  /// When the kernel killed a process of it for want of memory; nil where the engine says nothing of that.
  public var outOfMemoryAt: UInt64?

  public init(at: UInt64, exitCode: Int? = nil, outOfMemoryAt: UInt64? = nil) {
    (self.at, self.exitCode, self.outOfMemoryAt) = (at, exitCode, outOfMemoryAt)
  }
}
