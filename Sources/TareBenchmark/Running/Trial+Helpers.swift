internal import Glibc
internal import LinuxSystem

/// Programs that help a run: what prepares it, cleans up behind it, or is asked about it.
extension Trial {
  /// Runs a program to its end. What goes wrong is told in words.
  func help(_ words: [String], _ what: String, _ complain: (String) -> Void) {
    switch answer(words, until: SystemClock.monotonic.now &+ subject.limits.timeout) {
    case .success: break
    case .failure(let failure):
      complain("\(what) failed: \(failure.description)")
      if result.output.isEmpty { result.output = failure.output }
    }
  }

  struct HelperFailure: Error {
    let description: String
    var output: [String] = []
  }

  /// Runs a program to its end and returns its first line, empty where it said nothing.
  func answer(_ words: [String], until deadline: UInt64) -> Result<String, HelperFailure> {
    let program: RunningProcess
    do throws(SystemError) {
      program = try RunningProcess(Launch(words: words, environment: subject.environment), wantsLines: true)
    } catch {
      return .failure(HelperFailure(description: error.description))
    }
    family.helpers.insert(program.pid)
    let (before, take, watched) = (pump.started, pump.take, pump.watchesMembers)
    pump.started.append(program)
    pump.watchesMembers = subject.limits.adoptsOrphans
    var first: String?
    pump.take = { from, line, now in if from === program { first = first ?? line } else { take(from, line, now) } }
    defer {
      (pump.started, pump.take, pump.watchesMembers) = (before, take, watched)
      program.take()
      family.helpers.remove(program.pid)
    }
    let ending = pump.run(until: deadline) { _ in program.ending != nil }
    if ending != .done {
      if ending == .interrupted { wasInterrupted = true }
      program.signalGroup(SIGKILL)
      _ = pump.run(until: SystemClock.monotonic.now &+ 5_000_000_000) { _ in program.ending != nil }
      let why = ending == .interrupted ? "interrupted" : "did not end in time"
      return .failure(HelperFailure(description: "\(words[0]) \(why)", output: program.tail.lines))
    }
    let status = program.ending?.status ?? 0
    guard Ending.code(status) == 0 else {
      let said = program.tail.lines.last.map { ": \($0)" } ?? ""
      return .failure(
        HelperFailure(description: "\(words[0]) \(Ending.words(status))\(said)", output: program.tail.lines))
    }
    return .success(first ?? "")
  }
}
