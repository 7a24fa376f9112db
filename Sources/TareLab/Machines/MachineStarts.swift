internal import Glibc
internal import Synchronization
internal import TareGuests
public import TareModel

/// What is known of the starts of a laboratory's containers and machines: when each was asked for, when its service said
/// that it is ready, and what QEMU told over its monitor. The monitors are listened to until the machines end.
public final class MachineStarts: GuestClocks {
  fileprivate struct Start {
    var name: String
    var signals: [BootSignal]
    var problems: [String] = []
    /// It was started anew by its guest: what comes now belongs to another start.
    var isOver = false
    var monitor: Monitor?
    var vsock: GuestVsock?
    var events: [MonitorEvent] = []
    /// The file that gets what its serial line says.
    var serial: String?
  }

  private struct State {
    var starts: [GuestMachine.Identity: Start] = [:]
    var revision = 0
  }

  private let state = Mutex(State())

  /// The device of the guest agent's port, where a machine has one.
  static let agentPort = "agent0"

  /// More than a start has: a guest that opens and closes a port for ever fills nothing.
  private static let mostEvents = 4096

  /// - Parameter serial: the file that gets what its serial line says.
  func begin(
    _ process: ProcessIdentity, name: String, requested: UInt64, serial: String, _ monitor: Monitor?,
    _ vsock: GuestVsock?
  ) {
    let mark = BootTimeline.Mark(
      at: requested, lo: requested, hi: requested, clock: .realtime, label: .measured, source: "tare asked for it")
    let start = Start(
      name: name, signals: [BootSignal(.requested, .engineEvent, mark)], monitor: monitor, vsock: vsock, serial: serial)
    state.withLock {
      $0.starts[process.machine] = start
      $0.revision += 1
    }
    // Where no thread may be started, its serial line tells alone.
    do { try monitor?.listen { [weak self] in self?.hear($0, of: process.machine) } } catch { monitor?.hangUp() }
  }

  /// The service in it said on the serial line, or in its log, that it has come so far; realtime nanoseconds.
  func hear(_ phase: BootTimeline.Phase, between instants: ClosedRange<UInt64>, of process: ProcessIdentity) {
    let mark = BootTimeline.Mark(
      at: instants.upperBound, lo: instants.lowerBound, hi: instants.upperBound, clock: .realtime, label: .reported,
      source: "its service said so")
    state.withLock {
      $0.starts[process.machine]?.signals.append(BootSignal(phase, .serialMarker, mark))
      $0.revision += 1
    }
  }

  /// Seconds from the request to each phase that somebody told of, by the name of what was started.
  public func phases(of name: String) -> [(phase: BootTimeline.Phase, seconds: Double)] {
    let signals = state.withLock { $0.starts.values.first { $0.name == name }?.signals } ?? []
    let boot = BootTimeline(signals)
    guard let requested = boot[.requested]?.at else { return [] }
    return BootTimeline.Phase.allCases.compactMap { phase in
      boot[phase].flatMap { $0.at >= requested ? (phase, Double($0.at - requested) / 1e9) : nil }
    }
  }

  /// A container is there that was asked for and said that it is ready at these instants; realtime nanoseconds.
  func begin(container process: ProcessIdentity, name: String, requested: UInt64, ready: ClosedRange<UInt64>) {
    let asked = BootTimeline.Mark(
      at: requested, lo: requested, hi: requested, clock: .realtime, label: .measured, source: "tare asked for it")
    state.withLock {
      $0.starts[process.machine] = Start(name: name, signals: [BootSignal(.requested, .engineEvent, asked)])
    }
    hear(.ready, between: ready, of: process)
  }

  func end(_ process: ProcessIdentity) {
    state.withLock { state in
      state.starts[process.machine]?.vsock?.listener.end()
      state.starts[process.machine] = nil
    }
  }

  /// Everything that QEMU told of a machine, in its order.
  func events(of process: ProcessIdentity) -> [MonitorEvent] {
    state.withLock { $0.starts[process.machine]?.events ?? [] }
  }

  private func hear(_ event: MonitorEvent, of machine: GuestMachine.Identity) {
    state.withLock { state in
      guard var start = state.starts[machine], start.events.count < Self.mostEvents else { return }
      start.events.append(event)
      let hasRun = start.signals.contains { $0.phase == .executing }
      switch event.kind {
      case .resume where !hasRun: start.add(.executing, .engineStart, event, "QEMU's event RESUME")
      // A firmware resets the machine before it has run anything of the guest's.
      case .reset where hasRun: start.isOver = true
      case .port(Self.agentPort, isOpen: true) where !start.isOver:
        start.add(.ready, .guestAgent, event, "QEMU's event VSERPORT_CHANGE")
      case .guestPanicked: start.problems.append("\(start.name): QEMU says that the guest panicked")
      case .resume, .stop, .reset, .shutdown, .port: break
      }
      state.starts[machine] = start
      state.revision += 1
    }
  }

  /// Nil of a machine that this laboratory did not start.
  func serial(of machine: GuestMachine.Identity) -> String? { state.withLock { $0.starts[machine]?.serial } }

  // MARK: Telling

  public func refresh(_ machines: [GuestMachine]) {}

  public func signals(of machine: GuestMachine.Identity) -> [BootSignal] {
    state.withLock { state in
      guard let start = state.starts[machine] else { return [] }
      return start.signals + (start.vsock?.listener.signals ?? [])
    }
  }

  public var revision: Int {
    state.withLock { state in
      state.revision + state.starts.values.reduce(0) { $0 + ($1.vsock?.listener.signals.count ?? 0) }
    }
  }

  public var problems: [Problem] {
    state.withLock { state in
      state.starts.values.flatMap(\.problems).sorted().map { Problem(source: "qemu", message: $0) }
    }
  }
}

extension MachineStarts.Start {
  fileprivate mutating func add(
    _ phase: BootTimeline.Phase, _ kind: BootSignal.Kind, _ event: MonitorEvent, _ source: String
  ) {
    guard !signals.contains(where: { $0.phase == phase && $0.kind == kind }) else { return }
    // QEMU cuts its clock off at the microsecond.
    let mark = BootTimeline.Mark(
      at: event.at, lo: event.at, hi: event.at + 1000, clock: .realtime, label: .reported, source: source)
    signals.append(BootSignal(phase, kind, mark))
  }
}

extension ProcessIdentity {
  var machine: GuestMachine.Identity { .init(pid: pid, start: startTime) }
}
