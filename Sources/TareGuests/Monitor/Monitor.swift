internal import LinuxSystem
internal import Synchronization

/// A connection to the monitor of a machine that tare itself started: QEMU's machine protocol. Others' monitors are only
/// asked, by ``MonitorLink``.
public final class Monitor: @unchecked Sendable {
  /// All that is ever sent.
  public enum Command: String, Sendable {
    case negotiate = "qmp_capabilities"
    /// Lets a machine run that was started with `-S`.
    case proceed = "cont"
  }

  // Used by one thread at a time: the caller's until `listen`, then the queue's; `hangUp` is safe at any time.
  private let wire: Wire
  private var lastID: UInt64 = 0
  private var early: [MonitorEvent] = []

  /// Connects and negotiates.
  /// - Parameter limit: for all of it; the machine may be about to make its socket.
  public init(_ socket: MachineSocket, within limit: Duration) throws(WireFailure) {
    let deadline = Deadline(in: limit)
    wire = try Wire(socket, until: deadline)
    guard try wire.message(until: deadline).isGreeting else { throw .malformed("QEMU's greeting") }
    try execute(.negotiate, until: deadline)
  }

  deinit { wire.hangUp() }

  /// Sends a command and waits for its answer. Events that come meanwhile are kept for ``listen(_:)``.
  public func execute(_ command: Command, within limit: Duration) throws(WireFailure) {
    try execute(command, until: Deadline(in: limit))
  }

  private func execute(_ command: Command, until deadline: Deadline) throws(WireFailure) {
    lastID += 1
    try wire.send(Array("{\"execute\":\"\(command.rawValue)\",\"id\":\(lastID)}\n".utf8), until: deadline)
    while true {
      let message = try wire.message(until: deadline)
      if let event = message.event.flatMap(MonitorEvent.init) {
        // Enough for any start; a machine that tells more is not believed.
        if early.count < 1024 { early.append(event) }
      }
      guard message.id == lastID else { continue }
      guard message.errorClass == nil else { throw .refused(command.rawValue) }
      return
    }
  }

  /// Takes every event from now on, those that came before first, on a thread of its own until the machine ends or
  /// ``hangUp()``. To be called once.
  /// - Throws: where no thread may be started.
  public func listen(_ heard: @escaping @Sendable (MonitorEvent) -> Void) throws {
    let wire = wire
    for event in early { heard(event) }
    early = []
    try SystemThread.start("tare-monitor") {
      while true {
        do throws(WireFailure) {
          // An event seldom comes; the end of the connection ends the wait.
          let message = try wire.message(until: Deadline(in: .seconds(3600)))
          if let event = message.event.flatMap(MonitorEvent.init) { heard(event) }
        } catch {
          if case .late = error { continue }
          return
        }
      }
    }
  }

  /// Ends the listening. The machine is not asked anything.
  public func hangUp() { wire.hangUp() }
}
