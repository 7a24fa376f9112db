/// Something that a container engine said it did with a container.
public struct EngineEvent: Sendable, Hashable {
  public enum Action: String, Sendable, Hashable, CaseIterable {
    /// Said when the container is made: 8 ms after it was asked for in Docker 20.10, 45 ms in Podman 4.3.
    case create
    /// Said when the payload runs; Docker 27 and later say it before.
    case start
    /// Docker says it after the start, Podman before the end.
    case restart
    /// The first process has ended, whoever ended it.
    case die
    /// The kernel killed a process of it for want of memory. Podman does not say so.
    case oom
    case stop, pause, unpause
    /// The container is removed. Podman calls it `remove`.
    case destroy
    case healthy, unhealthy
    case checkpoint
    /// It goes on from a checkpoint.
    case restore
  }

  public var action: Action
  /// By the engine's clock, which is this machine's: realtime nanoseconds since 1970.
  public var at: UInt64
  /// The latest instant that it can have been; later than ``at`` where the engine gave whole seconds.
  public var latest: UInt64
  /// Of ``Action/die``: as a shell would have it, 128 and more by a signal.
  public var exitCode: Int?

  public init(_ action: Action, at: UInt64, latest: UInt64? = nil) {
    self.action = action
    self.at = at
    self.latest = latest ?? at
  }
}
