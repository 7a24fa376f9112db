/// What a machine told, or why it did not.
public enum GuestAnswer: Sendable, Hashable {
  case told(GuestReport)
  /// With words for a person, where the reason alone does not say it.
  case missing(Reason, why: String? = nil)

  public var report: GuestReport? {
    if case .told(let report) = self { report } else { nil }
  }

  /// What the guest told of its memory, while it holds; else why it is not there.
  /// - Parameter now: realtime nanoseconds.
  public func memory(at now: UInt64, _ field: KeyPath<GuestMemory, UInt64?>) -> Reading {
    switch self {
    case .missing(let reason, _): return .missing(reason)
    case .told(let report):
      guard let memory = report.memory else { return .missing(report.hasBalloon ? .stale : .notReported) }
      if memory.isStale(at: now) { return .missing(.stale) }
      return memory[keyPath: field].map { .value($0) } ?? .missing(.notReported)
    }
  }

  /// Bytes that the balloon leaves to the guest.
  public var balloon: Reading {
    switch self {
    case .missing(let reason, _): .missing(reason)
    case .told(let report): report.balloon.map { .value($0) } ?? .missing(.notReported)
    }
  }

  /// Bytes that the guest has in use.
  /// - Parameter now: realtime nanoseconds.
  public func memoryUsed(at now: UInt64) -> Reading {
    switch self {
    case .missing(let reason, _): .missing(reason)
    case .told(let report): report.memory?.used(at: now) ?? .missing(report.hasBalloon ? .stale : .notReported)
    }
  }
}

/// What a VMM told of its machine when it was last asked, and of what the guest told it. All of it is reported: none of it
/// is counted by this host.
public struct GuestReport: Sendable, Hashable {
  /// A virtual disk.
  public struct Disk: Sendable, Hashable {
    /// As the VMM calls it. Foreign text, as are file and format.
    public var device: String
    /// The image, or what else its content comes from.
    public var file: String?
    public var format: String?
    /// Bytes that the guest sees.
    public var virtualSize: UInt64?
    /// Bytes that the image takes on this host.
    public var actualSize: UInt64?

    public init(
      device: String, file: String? = nil, format: String? = nil, virtualSize: UInt64? = nil,
      actualSize: UInt64? = nil
    ) {
      self.device = device
      self.file = file
      self.format = format
      self.virtualSize = virtualSize
      self.actualSize = actualSize
    }
  }

  /// Realtime nanoseconds since 1970 at which the VMM answered.
  public var at: UInt64
  /// Of the VMM: `7.2.22`.
  public var version: String?
  /// Of the guest's kernel, in its own words. Foreign text.
  public var kernelRelease: String?
  /// In the VMM's own word: `running`, `paused`, `inmigrate`; lower case letters and hyphens only.
  public var status: String?
  /// Bytes that the balloon leaves to the guest; nil without a balloon.
  public var balloon: UInt64?
  /// Whether there is a balloon that could tell of the guest's memory.
  public var hasBalloon = false
  /// What the guest told through its balloon; nil where it never did.
  public var memory: GuestMemory?
  /// Threads of the VMM that run a virtual CPU.
  public var vcpus: [Int32] = []
  public var disks: [Disk] = []

  public init(at: UInt64) { self.at = at }

  /// Whether the guest runs; one that is paused, waits for a migration or has stopped at an error does not.
  public var isRunning: Bool { status.map { $0 == "running" } ?? true }
}
