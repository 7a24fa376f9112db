public import TareModel

/// When a phase was reached.
public struct PhaseInstant: Sendable, Hashable {
  public let phase: BootTimeline.Phase
  /// Monotonic nanoseconds.
  public let at: UInt64

  public init(_ phase: BootTimeline.Phase, at: UInt64) {
    self.phase = phase
    self.at = at
  }
}
