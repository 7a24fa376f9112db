/// What a source of samples is, and what can be asked of it. Nobody concludes it from a figure that is missing.
public struct SourceTraits: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    /// This machine, now.
    case live
    /// A host that `tare capture` copied: some samples, one after the other.
    case capture
    /// Samples that were kept as they came.
    case recording
    /// Another machine, now.
    case remote
  }

  public var kind: Kind
  /// The hosts that its samples are of; ``Sample/origin`` is a place in it. Names may be empty where they are not known yet.
  public var hosts: [String]
  /// From its first sample to its last, realtime nanoseconds; nil where it goes on with the clock.
  public var range: ClosedRange<UInt64>?
  /// Whether ``FrameSource/seek(to:)`` leads anywhere.
  public var canSeek: Bool
  /// Whether ``FrameSource/inspect(_:)`` looks at a workload; else what was kept of it is all.
  public var canInspect: Bool
  /// Whether Unix users can be rows.
  public var canShowUsers: Bool

  public init(
    _ kind: Kind, hosts: [String] = [""], range: ClosedRange<UInt64>? = nil, canSeek: Bool = false,
    canInspect: Bool = true, canShowUsers: Bool = true
  ) {
    self.kind = kind
    self.hosts = hosts
    self.range = range
    self.canSeek = canSeek
    self.canInspect = canInspect
    self.canShowUsers = canShowUsers
  }

  /// Its samples lie in the past: nothing is gained by waiting between them.
  public var isStored: Bool { kind == .capture || kind == .recording }
}
