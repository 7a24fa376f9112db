/// Something that can be started, and is gone afterwards.
public protocol BootSubject {
  var name: String { get }
  /// As it was given.
  var command: String { get }
  /// As ``Readiness/description``.
  var readiness: String { get }
  /// As ``Readiness/inWords``.
  var readyAt: String { get }

  /// Starts it, waits until it is ready, and ends it. What goes wrong is in the run; it never leaves anything.
  /// - Throws: ``BootInterrupted`` after it has cleaned up.
  func run(_ context: BootContext) throws(BootInterrupted) -> BootRun
}

/// A signal asked to end.
public struct BootInterrupted: Error {
  public init() {}
}

/// What a run has to look at while it waits.
public struct BootContext {
  public let signals: StopSignals?
  /// Called some times a second while a run waits, if somebody looks on.
  public let tick: (() -> Void)?

  public init(signals: StopSignals?, tick: (() -> Void)? = nil) {
    self.signals = signals
    self.tick = tick
  }
}

/// Somebody who knows more of a start than the one who ordered it, such as a listener to the kernel's events.
public protocol PhaseObserver: AnyObject {
  /// Before the first process of a run.
  func begin()
  /// Phases of the process that was started as `pid`; instants are monotonic nanoseconds. Called when it is ready.
  func phases(of pid: Int32) -> [PhaseInstant]
}
