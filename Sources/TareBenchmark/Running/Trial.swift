internal import CLinux
internal import Glibc
internal import LinuxSystem
internal import TareModel

/// One run of a command: prepare, start, wait until ready, stop, clean up.
final class Trial {
  let subject: CommandSubject
  let context: BootContext
  let family: ProcessTree
  let pump: WaitLoop
  var copies: [Copy] = []
  var result = BootRun()
  var wasInterrupted = false

  /// A copy of the command.
  final class Copy {
    let program: RunningProcess
    let notify: NotifyProbe?
    var ready: UInt64?
    /// The first line of its standard output or standard error.
    var firstLine: String?

    init(_ program: RunningProcess, _ notify: NotifyProbe?) {
      self.program = program
      self.notify = notify
    }
  }

  init(_ subject: CommandSubject, _ context: BootContext) {
    self.subject = subject
    self.context = context
    family = ProcessTree(adopts: subject.limits.adoptsOrphans)
    pump = WaitLoop(context, family)
  }

  func run() throws(BootInterrupted) -> BootRun {
    if (context.signals?.count ?? 0) > 0 {
      family.dissolve()
      throw BootInterrupted()
    }
    if let prepare = subject.prepare { help(prepare, "prepare") { self.result.failure = $0 } }
    // What a preparation has started, such as a server, is none of the run's.
    family.begin()
    if result.failure == nil, !wasInterrupted { measure() }
    if let cleanup = subject.cleanup { help(cleanup, "cleanup") { self.result.notes.append($0) } }
    endWhatIsLeft()
    family.dissolve()
    account()
    if wasInterrupted { throw BootInterrupted() }
    return result
  }

  /// From the start to the end of all it made.
  private func measure() {
    if let obstacle = obstacle() {
      result.failure = obstacle
      return
    }
    let sign: FileProbe? = if case .file(let path) = subject.ready { FileProbe(path) } else { nil }
    _ = sign?.look()
    subject.observer?.begin()
    do throws(SystemError) {
      for number in 1...subject.limits.copies { try start(number) }
    } catch {
      result.failure = error.description
    }
    if result.failure == nil { waitUntilReady(sign) }
    note()
    end()
  }

  /// What would make the run say ready before it starts.
  private func obstacle() -> String? {
    switch subject.ready {
    case .port(let port) where tare_loopback_listens(port) == 1:
      "port \(port) is open before the start: end what listens there, or choose another"
    case .file(let path) where FileProbe.exists(path):
      "\(path) is there before the start: remove it, as with --prepare 'rm -rf \(path)'"
    default: nil
    }
  }

  private func start(_ number: Int) throws(SystemError) {
    var environment = subject.environment
    var notify: NotifyProbe?
    var (wantsLines, needsEnd) = (false, true)
    switch subject.ready {
    case .notify:
      let sign = try NotifyProbe(below: subject.limits.temporaryFolder)
      environment = environment.filter { !$0.hasPrefix("NOTIFY_SOCKET=") } + ["NOTIFY_SOCKET=\(sign.path)"]
      notify = sign
    case .stdout, .health: wantsLines = true
    case .exit: needsEnd = false
    case .port, .file: break
    }
    if subject.limits.copies > 1 { environment.append("TARE_BOOT_COPY=\(number)") }
    let launch = Launch(words: subject.words, environment: environment)
    let program = try RunningProcess(launch, wantsLines: wantsLines, needsEnd: needsEnd)
    family.add(program)
    copies.append(Copy(program, notify))
  }

  // MARK: Ready

  private func waitUntilReady(_ sign: FileProbe?) {
    let deadline = copies[0].program.requested &+ subject.limits.timeout
    pump.started = copies.map(\.program)
    pump.signs = copies.compactMap { $0.notify?.descriptor } + (sign.map { [$0.descriptor] } ?? [])
    pump.take = { [unowned self] program, line, now in take(program, line, now) }
    let pause: UInt64? = if case .port = subject.ready { 1_000_000 } else { nil }
    var ending = pump.run(until: deadline, pause: pause) { [unowned self] now in look(sign, now) }
    if case .health = subject.ready, ending == .done, result.failure == nil { ending = waitForHealth(deadline) }
    pump.signs = []
    switch ending {
    case .interrupted: wasInterrupted = true
    case .timedOut: result.failure = timeoutWords()
    case .done: break
    }
    if wasInterrupted { result.failure = "interrupted" }
  }

  private func take(_ program: RunningProcess, _ line: String, _ now: UInt64) {
    guard let copy = copies.first(where: { $0.program === program }) else { return }
    switch subject.ready {
    case .stdout(let pattern): if copy.ready == nil, pattern.matches(line) { copy.ready = now }
    case .health: copy.firstLine = copy.firstLine ?? line
    default: break
    }
  }

  /// Whether there is nothing left to wait for: all are ready, or one has failed.
  private func look(_ sign: FileProbe?, _ now: UInt64) -> Bool {
    // What somebody says who is ready already must not wake us for ever.
    for copy in copies where copy.ready != nil { _ = copy.notify?.look() }
    for copy in copies where copy.ready == nil {
      if let ending = copy.program.ending {
        if Ending.code(ending.status) != 0 {
          let isExit = if case .exit = subject.ready { true } else { false }
          result.failure = Ending.words(ending.status) + (isExit ? "" : " before it was ready")
          return true
        }
        if hasNothingToSay(copy) {
          result.failure = "ended with exit code 0 and had not said \(subject.ready.inWords)"
          return true
        }
      }
      if isReady(copy, sign) { copy.ready = SystemClock.monotonic.now }
    }
    if case .health = subject.ready { return copies.allSatisfy { $0.program.ending != nil } }
    return copies.allSatisfy { $0.ready != nil }
  }

  private func hasNothingToSay(_ copy: Copy) -> Bool {
    guard case .stdout = subject.ready else { return false }
    return copy.program.output.descriptor < 0 && copy.program.errors.descriptor < 0
  }

  private func isReady(_ copy: Copy, _ sign: FileProbe?) -> Bool {
    switch subject.ready {
    case .exit:
      if let ending = copy.program.ending { copy.ready = ending.at }
      return false
    case .port(let port): return tare_loopback_listens(port) == 1
    case .file: return sign?.look() ?? false
    case .notify: return copy.notify?.look() ?? false
    case .stdout, .health: return false
    }
  }

  private func timeoutWords() -> String {
    let limit = DurationText.text(Double(subject.limits.timeout) / 1e9)
    if case .exit = subject.ready { return "did not end within \(limit)" }
    let ended = copies.contains { $0.program.ending != nil } ? "; the command itself had ended with exit code 0" : ""
    return "not ready after \(limit): no \(subject.ready.inWords)\(ended)"
  }

  // MARK: Afterwards

  /// Writes down when what was reached.
  private func note() {
    guard let first = copies.first, result.failure == nil else { return }
    let began = first.program.requested
    let instants = copies.compactMap { copy in copy.ready.map { (copy, $0) } }.sorted { $0.1 < $1.1 }
    guard instants.count == copies.count, let (last, ready) = instants.last else { return }
    result.copies = instants.map { seconds(from: began, to: $0.1) }
    var phases = [
      PhaseInstant(.requested, at: last.program.requested), PhaseInstant(.spawned, at: last.program.spawned),
    ]
    for instant in subject.observer?.phases(of: last.program.pid) ?? [] {
      phases.removeAll { $0.phase == instant.phase }
      phases.append(instant)
    }
    phases.append(PhaseInstant(.ready, at: ready))
    result.phases = phases.sorted { $0.at < $1.at }.map {
      BootRun.Phase($0.phase, at: seconds(from: began, to: $0.at))
    }
  }

  /// Stops what runs, cleans up, and sees that nothing is left.
  private func end() {
    pump.take = { _, _, _ in }
    let begin = SystemClock.monotonic.now
    family.refresh()
    let isOver = if case .exit = subject.ready, result.failure == nil { true } else { false }
    if !isOver {
      let hadSomething = stopContainers() || !family.isGone
      let isGone = sweep()
      if hadSomething, isGone { result.stop = seconds(from: begin, to: SystemClock.monotonic.now) }
    }
    if result.failure != nil { result.output = copies.last?.program.tail.lines ?? result.output }
  }

  /// What a command leaves that ends by itself is its cleanup's to end; then ours.
  private func endWhatIsLeft() {
    family.refresh()
    guard !family.isGone else { return }
    let count = family.members.count
    let words = count == 1 ? "1 process, which was" : "\(count) processes, which were"
    if result.failure == nil { result.notes.append("it had left \(words) ended") }
    _ = sweep()
  }

  /// SIGTERM, and SIGKILL after the grace, until nobody is left.
  private func sweep() -> Bool {
    pump.watchesMembers = true
    defer { pump.watchesMembers = false }
    for (signal, time) in [(SIGTERM, subject.limits.grace), (SIGKILL, 5_000_000_000)] {
      family.refresh()
      if family.isGone { return true }
      if signal == SIGKILL { result.wasKilled = true }
      family.signalGroups(signal)
      var told: Set<Int32> = []
      let deadline = SystemClock.monotonic.now &+ time
      var ending = WaitLoop.Ending.interrupted
      while ending == .interrupted {
        ending = pump.run(until: deadline) { [family] _ in
          // Those who were hidden behind others get the signal as they appear.
          if signal == SIGKILL, !family.isGone { family.signalGroups(SIGKILL) }
          family.signalStrays(signal, told: &told)
          return family.isGone
        }
        // The second Ctrl-C ends the grace.
        if ending == .interrupted, wasInterrupted { break }
        if ending == .interrupted { wasInterrupted = true }
      }
      if ending == .done { return true }
    }
    let left = family.members.keys.sorted().map { "\($0)" }.joined(separator: " ")
    result.failure = result.failure ?? "could not be ended: process \(left.isEmpty ? "\(copies[0].program.pid)" : left)"
    return false
  }

  private func account() {
    let used = copies.compactMap(\.program.usage)
    guard !used.isEmpty else { return }
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    result.user = used.reduce(0) { $0 + seconds($1.ru_utime) }
    result.system = used.reduce(0) { $0 + seconds($1.ru_stime) }
    result.memory = used.map { UInt64($0.ru_maxrss) * 1024 }.max()
    if let ending = copies.last?.program.ending { result.exitCode = Ending.code(ending.status) }
  }
}
