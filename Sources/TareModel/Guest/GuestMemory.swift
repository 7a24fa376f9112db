/// A guest's memory as its own kernel counts it: the statistics of virtio's balloon. Bytes; nil where the guest does not
/// tell it.
public struct GuestMemory: Sendable, Hashable {
  /// Realtime nanoseconds since 1970, by this host's clock, at which the guest told it; whole seconds.
  public var at: UInt64
  /// All that the guest's kernel manages: less than the machine was given.
  public var total: UInt64?
  /// Not used for anything.
  public var free: UInt64?
  /// What could be given to a new program without swapping, as `MemAvailable` in the guest.
  public var available: UInt64?
  /// Caches that could be given up.
  public var caches: UInt64?
  /// Read back from swap since the guest's start.
  public var swappedIn: UInt64?
  /// Written to swap since the guest's start.
  public var swappedOut: UInt64?
  /// Count of page faults that had to wait for a disk, since the guest's start.
  public var majorFaults: UInt64?
  /// Count of the others.
  public var minorFaults: UInt64?

  public init(at: UInt64) { self.at = at }

  /// Nanoseconds for which it holds: VMMs that ask their guests at all do so every few seconds.
  public static let maxAge: UInt64 = 60_000_000_000

  public func isStale(at now: UInt64) -> Bool { now > at &+ Self.maxAge }

  /// `total` − `available`.
  /// - Parameter now: realtime nanoseconds.
  public func used(at now: UInt64) -> Reading {
    if isStale(at: now) { return .missing(.stale) }
    guard let total, let available else { return .missing(.notReported) }
    return total >= available ? .value(total - available) : .missing(.malformed)
  }
}
