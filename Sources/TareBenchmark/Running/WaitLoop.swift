internal import Glibc
internal import LinuxSystem

/// Waits for all that can happen while programs run.
final class WaitLoop {
  enum Ending { case done, timedOut, interrupted }

  private let context: BootContext
  private let family: ProcessTree
  private var seenSignals: Int
  private static let tick: UInt64 = 200_000_000

  init(_ context: BootContext, _ family: ProcessTree) {
    self.context = context
    self.family = family
    seenSignals = context.signals?.count ?? 0
  }

  /// Programs whose output and end are waited for.
  var started: [RunningProcess] = []
  /// Gets each line of these programs.
  var take: (RunningProcess, String, UInt64) -> Void = { _, _, _ in }
  /// Other descriptors that wake it.
  var signs: [Int32] = []
  /// Whether living members wake it as they end.
  var watchesMembers = false

  /// Waits until `isDone` says so, which is asked after everything that happens and is given the instant of it.
  ///
  /// - Parameters:
  ///   - deadline: monotonic nanoseconds.
  ///   - pause: how often `isDone` is asked where nothing tells of it; nil for only when something happens.
  func run(until deadline: UInt64, pause: UInt64? = nil, _ isDone: (UInt64) -> Bool) -> Ending {
    var now = SystemClock.monotonic.now
    while true {
      if isDone(now) { return .done }
      if let signals = context.signals, signals.count > seenSignals {
        seenSignals = signals.count
        return .interrupted
      }
      guard now < deadline else { return .timedOut }
      now = wait(min(deadline - now, pause ?? .max, context.tick == nil ? .max : Self.tick))
    }
  }

  /// - Returns: the instant at which it woke.
  private func wait(_ left: UInt64) -> UInt64 {
    var entries: [pollfd] = [entry(context.signals?.descriptor ?? -1)]
    for program in started {
      entries += [entry(program.end.number), entry(program.output.descriptor), entry(program.errors.descriptor)]
    }
    let members = watchesMembers ? Array(family.members.values) : []
    entries += members.map { entry($0.number) } + signs.map { entry($0) }
    let count = unsafe poll(&entries, nfds_t(entries.count), Int32(clamping: (left + 999_999) / 1_000_000))
    let now = SystemClock.monotonic.now
    if count == 0 { context.tick?() }
    guard count > 0 else { return now }
    var hasEnded = false
    for (index, program) in started.enumerated() {
      let own = entries[(1 + 3 * index)..<(4 + 3 * index)]
      let ends = own[own.startIndex].revents != 0
      if ends {
        program.look(at: now)
        hasEnded = true
      }
      // What it said before it ended is there by now.
      if ends || own[own.startIndex + 1].revents != 0 { program.output.read { take(program, $0, now) } }
      if ends || own[own.startIndex + 2].revents != 0 { program.errors.read { take(program, $0, now) } }
    }
    let first = 1 + 3 * started.count
    if hasEnded && watchesMembers || entries[first..<(first + members.count)].contains(where: { $0.revents != 0 }) {
      family.refresh()
    }
    return now
  }

  private func entry(_ descriptor: Int32) -> pollfd { pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0) }
}
