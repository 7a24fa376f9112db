internal import Dispatch
internal import LinuxSystem
internal import Synchronization
public import TareModel

/// The monitors of machines that run, each asked again and again, on a thread of its own: a machine that hangs costs nobody
/// anything. One whose monitor another client is connected to is asked ever more seldom.
public final class GuestMonitors: GuestFigures {
  private struct Entry {
    var name = ""
    var isAsked = false
    var report: GuestReport?
    var failure: WireFailure?
    /// In a row.
    var failures = 0
    var memory = MonitorReport.Memory()
    var next: ContinuousClock.Instant?
    var nextDisks: ContinuousClock.Instant?
    /// Why it is not to be asked at all.
    var obstacle: String?
  }

  private let waits: Bool
  private let pause: Duration
  private let state = Mutex<[GuestMachine.Identity: Entry]>([:])
  private static let timeout = DispatchTimeInterval.milliseconds(300)
  private static let diskPause = Duration.seconds(60)

  /// - Parameter waits: whether asking waits for the answers, because there is no second look.
  public convenience init(waits: Bool) { self.init(waits: waits, pause: .seconds(10)) }

  init(waits: Bool, pause: Duration) {
    self.waits = waits
    self.pause = pause
  }

  public func refresh(_ machines: [GuestMachine]) {
    let now = ContinuousClock.now
    let tasks = state.withLock { entries in
      entries.keep(machines)
      return machines.compactMap { self.due($0, at: now, in: &entries) }
    }
    TareGuests.ask(tasks, within: waits ? Self.timeout : nil) { self.ask($0) }
  }

  private struct Due: Sendable {
    var machine: GuestMachine.Identity
    var socket: MachineSocket
    var memory: MonitorReport.Memory
    var asksDisks: Bool
  }

  private func due(
    _ machine: GuestMachine, at now: ContinuousClock.Instant, in entries: inout [GuestMachine.Identity: Entry]
  ) -> Due? {
    var entry = entries[machine.identity] ?? Entry()
    defer { entries[machine.identity] = entry }
    entry.name = machine.name
    guard case .socket(let path, let owner) = machine.monitor else {
      if case .closed(let why) = machine.monitor { entry.obstacle = why }
      return nil
    }
    entry.obstacle = nil
    guard !entry.isAsked, entry.next.map({ now >= $0 }) ?? true, entries.values.count(where: \.isAsked) < mostAsked
    else { return nil }
    entry.isAsked = true
    return Due(
      machine: machine.identity, socket: MachineSocket(path: path, pid: machine.identity.pid, owner: owner),
      memory: entry.memory, asksDisks: entry.nextDisks.map { now >= $0 } ?? true)
  }

  private func ask(_ due: Due) {
    var memory = due.memory
    let answer = Result { () throws(WireFailure) -> GuestReport in
      try MonitorReport.ask(due.socket, &memory, disks: due.asksDisks)
    }
    state.withLock { entries in
      guard var entry = entries[due.machine] else { return }
      entry.isAsked = false
      switch answer {
      case .success(let report):
        entry.memory = memory
        entry.report = report
        (entry.failure, entry.failures) = (nil, 0)
        if due.asksDisks { entry.nextDisks = .now + Self.diskPause }
      case .failure(let failure):
        entry.failure = failure
        entry.failures += 1
      }
      entry.next = .now + pause * Self.pauses(after: entry.failures)
      entries[due.machine] = entry
    }
  }

  /// How many pauses long the next one is after so many failures in a row: at most five minutes.
  static func pauses(after failures: Int) -> Int { 1 << min(failures, 5) }

  public func answer(of machine: GuestMachine.Identity) -> GuestAnswer {
    state.withLock { entries in
      guard let entry = entries[machine] else { return .missing(.noGuestAgent) }
      if let obstacle = entry.obstacle { return .missing(.noGuestAgent, why: "not asked: \(obstacle)") }
      // One that is busy for a moment keeps what it said.
      if let report = entry.report, entry.failure == nil || report.at &+ GuestMemory.maxAge > SystemClock.realtime.now {
        return .told(report)
      }
      return entry.failure.map { .missing(.notReported, why: Self.words($0)) } ?? .missing(.noGuestAgent)
    }
  }

  /// Only the first failure in a row is one: another client may stay connected for as long as it likes.
  public var problems: [Problem] {
    state.withLock { entries in
      entries.values.compactMap { entry in
        guard let failure = entry.failure, entry.failures == 1, failure != .absent else { return nil }
        return Problem(source: "qemu", message: "\(entry.name): \(Self.words(failure))")
      }.sorted { $0.message < $1.message }
    }
  }

  private static func words(_ failure: WireFailure) -> String {
    if case .late = failure { return "its monitor does not answer within 100 ms: another client may be connected" }
    return "its monitor: \(failure)"
  }
}
