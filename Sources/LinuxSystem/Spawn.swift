internal import CLinux
internal import Glibc

/// A program to be started (posix_spawn(3)): in a process group of its own, so that Ctrl-C on the terminal does not reach it, without
/// input, with no open files but its two outputs, no blocked signals, and default handlers.
public struct Spawn: Sendable {
  /// Its path.
  public let program: String
  /// What it is called, then its arguments.
  public let arguments: [String]
  /// `NAME=VALUE` each.
  public let environment: [String]
  public let output: Int32
  public let errors: Int32
  /// Signals that get their default handlers: those that we, or a shell that put us in the background, may ignore. Each costs a
  /// system call, which a benchmark of starts does not want in between.
  private static let defaults = [SIGPIPE, SIGINT, SIGQUIT, SIGTERM, SIGHUP]
  /// A program that was just written may be open for writing a moment longer: in a child that another thread has made and that
  /// has not executed yet.
  private static let retries = 20

  public init(_ program: String, _ arguments: [String], environment: [String], output: Int32, errors: Int32) {
    (self.program, self.arguments, self.environment) = (program, arguments, environment)
    (self.output, self.errors) = (output, errors)
  }

  /// Starts it.
  /// - Returns: its number, and between which monotonic instants it was started.
  public func start() throws(SystemError) -> (pid: Int32, requested: UInt64, spawned: UInt64) {
    var files = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&files)
    defer { unsafe posix_spawn_file_actions_destroy(&files) }
    unsafe posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    unsafe posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO)
    unsafe posix_spawn_file_actions_adddup2(&files, errors, STDERR_FILENO)
    unsafe tare_spawn_close_from(&files, STDERR_FILENO + 1)

    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe posix_spawnattr_setsigmask(&attributes, &signals)
    for signal in Self.defaults { unsafe sigaddset(&signals, signal) }
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    unsafe posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

    var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
    var variables = unsafe environment.map { unsafe strdup($0) } + [nil]
    defer { while let word = unsafe words.popLast() ?? variables.popLast() { unsafe free(word) } }
    var pid: Int32 = 0
    for attempt in 0... {
      let requested = SystemClock.monotonic.now
      let error = unsafe posix_spawn(&pid, program, &files, &attributes, &words, &variables)
      let spawned = SystemClock.monotonic.now
      if error == 0 { return (pid, requested, spawned) }
      guard error == ETXTBSY, attempt < Self.retries else { throw SystemError("start", program, number: error) }
      usleep(5000)
    }
    throw SystemError("start", program, number: EAGAIN)
  }
}
