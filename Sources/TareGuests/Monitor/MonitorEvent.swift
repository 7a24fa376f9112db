/// What QEMU tells of a machine that tare started (docs/interop/qmp-ref, "Events").
public struct MonitorEvent: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    /// The machine runs, for the first time or again.
    case resume
    case stop
    /// The guest was started anew: what came up before is gone.
    case reset
    case shutdown
    case guestPanicked
    /// A program in the guest opened or closed a port of a serial device with this id, such as an agent.
    case port(id: String, isOpen: Bool)
  }

  public let kind: Kind
  /// Realtime nanoseconds, by QEMU; to the microsecond.
  public let at: UInt64

  /// Nil for events that are of no use here.
  init?(_ event: Message.Event) {
    at = event.at
    switch event.name {
    case "RESUME": kind = .resume
    case "STOP": kind = .stop
    case "RESET": kind = .reset
    case "SHUTDOWN": kind = .shutdown
    case "GUEST_PANICKED": kind = .guestPanicked
    case "VSERPORT_CHANGE":
      guard let device = event.device, let isOpen = event.isOpen else { return nil }
      kind = .port(id: device, isOpen: isOpen)
    default: return nil
    }
  }
}
