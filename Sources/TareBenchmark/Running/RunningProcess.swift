internal import CLinux
internal import Glibc
internal import LinuxSystem

/// What a program is started with, prepared so that nothing but the start lies between the clock and the kernel.
struct Launch {
  let words: [String]
  /// `NAME=VALUE` each.
  let environment: [String]

  /// The program, looked for in PATH as execvp(3) does.
  static func program(_ word: String, _ environment: [String]) throws(SystemError) -> String {
    if word.contains("/") { return word }
    let path = environment.first { $0.hasPrefix("PATH=") }.map { $0.dropFirst(5) } ?? "/usr/bin:/bin"
    for folder in path.split(separator: ":", omittingEmptySubsequences: false) {
      let candidate = folder.isEmpty ? "./\(word)" : "\(folder)/\(word)"
      var status = stat()
      let isFile = unsafe stat(candidate, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
      if unsafe isFile && access(candidate, X_OK) == 0 { return candidate }
    }
    throw SystemError("start", word, number: ENOENT)
  }

  /// Starts it in a process group of its own, without input, with no open files but its outputs.
  func start(output: Int32, errors: Int32) throws(SystemError) -> (pid: Int32, requested: UInt64, spawned: UInt64) {
    let program = try Self.program(words[0], environment)
    return try Spawn(program, words, environment: environment, output: output, errors: errors).start()
  }
}

/// A program that was started, until it is taken by ``take()``.
final class RunningProcess {
  let pid: Int32
  let requested: UInt64
  let spawned: UInt64
  let output: OutputReader
  let errors: OutputReader
  let tail = OutputTail()
  /// Readable when it has ended.
  let end: Descriptor
  /// Its status as from wait4(2), and when that was seen.
  private(set) var ending: (status: Int32, at: UInt64)?
  private(set) var usage: rusage?
  /// Our own copies of the writing ends.
  private var keptOpen: [Descriptor] = []

  /// - Parameters:
  ///   - wantsLines: whether its output is looked at line by line.
  ///   - needsEnd: whether the end of its output matters. Where it does not, nobody is woken by it: a program closes its
  ///     outputs a moment before it has ended, and who wakes then takes the processor away from it.
  init(_ launch: Launch, wantsLines: Bool, needsEnd: Bool = true) throws(SystemError) {
    var ends: [Int32] = [-1, -1, -1, -1]
    func pipe(_ at: Int) throws(SystemError) {
      var (reading, writing): (Int32, Int32) = (-1, -1)
      guard unsafe tare_pipe(&reading, &writing) == 0 else { throw SystemError("make", "a pipe") }
      (ends[at], ends[at + 1]) = (reading, writing)
    }
    defer { if needsEnd { for end in [ends[1], ends[3]] where end >= 0 { close(end) } } }
    do throws(SystemError) {
      try pipe(0)
      try pipe(2)
      (pid, requested, spawned) = try launch.start(output: ends[1], errors: ends[3])
      end = Descriptor(tare_pidfd_open(pid))
      if end.number < 0 {
        // Nobody would hear of its end.
        let failure = SystemError("watch", launch.words[0])
        kill(-pid, SIGKILL)
        waitpid(pid, nil, 0)
        throw failure
      }
    } catch {
      for end in needsEnd ? [ends[0], ends[2]] : ends where end >= 0 { close(end) }
      throw error
    }
    if !needsEnd { keptOpen = [Descriptor(ends[1]), Descriptor(ends[3])] }
    output = OutputReader(ends[0], tail, wantsLines: wantsLines)
    errors = OutputReader(ends[2], tail, wantsLines: wantsLines)
  }

  /// Looks whether it has ended; it stays a zombie, so that neither its number nor its group's can mean another.
  func look(at now: UInt64) {
    var status: Int32 = 0
    guard ending == nil else { return }
    let answer = unsafe tare_has_ended(pid, &status)
    guard answer != 0 else { return }
    // Somebody else has taken it: how it ended nobody knows.
    if answer < 0 { status = 255 << 8 }
    ending = (status, now)
    end.shut()
  }

  /// Lets it go. What it used is known then.
  func take() {
    var status: Int32 = 0
    var usage = rusage()
    if unsafe tare_wait_usage(pid, &status, &usage) == pid { self.usage = usage }
  }

  /// Signals its process group. Only before ``take()``.
  func signalGroup(_ number: Int32) { kill(-pid, number) }
}
