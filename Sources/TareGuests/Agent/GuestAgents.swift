internal import Dispatch
internal import Synchronization
public import TareModel

/// The agents of guests that run, each asked once, on a thread of its own: a machine that hangs costs nobody anything. A
/// guest whose agent was not there is asked again half a minute later.
public final class GuestAgents: GuestClocks {
  private struct Entry {
    var outcome: GuestAgent.Outcome?
    var kernelRelease: String?
    var isAsked = false
    var attempts = 0
    var name = ""
    /// When it may be asked again; nil where it was not asked.
    var next: ContinuousClock.Instant?
  }

  private struct State {
    var entries: [GuestMachine.Identity: Entry] = [:]
    var revision = 0
  }

  private let waits: Bool
  private let pause: Duration
  private let state = Mutex(State())
  private static let attempts = 3
  private static let timeout = DispatchTimeInterval.milliseconds(700)

  /// - Parameter waits: whether asking waits for the answers, because there is no second look.
  public convenience init(waits: Bool) { self.init(waits: waits, pause: .seconds(30)) }

  init(waits: Bool, pause: Duration) {
    self.waits = waits
    self.pause = pause
  }

  public func refresh(_ machines: [GuestMachine]) {
    let now = ContinuousClock.now
    let due = state.withLock { state in
      state.entries.keep(machines)
      return machines.compactMap { machine -> (GuestMachine.Identity, MachineSocket)? in
        guard case .socket(let path, let owner) = machine.agent else { return nil }
        var entry = state.entries[machine.identity] ?? Entry()
        entry.name = machine.name
        defer { state.entries[machine.identity] = entry }
        let isOver =
          switch entry.outcome {
          case nil, .silent: false
          // What it had opened by then may be open still: not for ever.
          case .slow: entry.attempts >= Self.attempts
          case .told, .failed: true
          }
        guard !entry.isAsked, !isOver, entry.next.map({ now >= $0 }) ?? true,
          state.entries.values.count(where: \.isAsked) < mostAsked
        else { return nil }
        entry.isAsked = true
        entry.attempts = entry.outcome == .slow ? entry.attempts + 1 : 1
        return (machine.identity, MachineSocket(path: path, pid: machine.identity.pid, owner: owner))
      }
    }
    ask(due, within: waits ? Self.timeout : nil) { identity, socket in
      let answer = GuestAgent.ask(socket)
      self.state.withLock { state in
        state.entries[identity]?.isAsked = false
        state.entries[identity]?.outcome = answer.outcome
        if let release = answer.kernelRelease { state.entries[identity]?.kernelRelease = release }
        state.entries[identity]?.next = .now + self.pause
        state.revision += 1
      }
    }
  }

  public func signals(of machine: GuestMachine.Identity) -> [BootSignal] {
    state.withLock { state in
      guard case .told(let mark) = state.entries[machine]?.outcome else { return [] }
      return [BootSignal(.userspace, .guestAgent, mark)]
    }
  }

  public func kernelRelease(of machine: GuestMachine.Identity) -> String? {
    state.withLock { $0.entries[machine]?.kernelRelease }
  }

  public var revision: Int { state.withLock(\.revision) }

  public var problems: [Problem] {
    state.withLock { state in
      state.entries.values.compactMap { entry in
        let why: String
        switch entry.outcome {
        case .failed(let reason): why = reason
        case .slow: why = "its guest agent answers too slowly: expected within 100 ms"
        case nil, .silent, .told: return nil
        }
        return Problem(source: "qemu", message: "\(entry.name): \(why)")
      }.sorted { $0.message < $1.message }
    }
  }
}
