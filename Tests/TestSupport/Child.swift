import CLinux
import Foundation
import Glibc

/// A program that a test starts, in a process group of its own. Its output goes to files in memory: nobody has to read it in
/// time, and it can be looked at while the program runs.
public final class Child: @unchecked Sendable {
  public let pid: Int32
  private let output: Int32
  private let errors: Int32
  private var status: Int32?

  public struct Failure: Error, CustomStringConvertible {
    public let description: String

    public init(description: String) { self.description = description }
  }

  /// - Parameters:
  ///   - arguments: the program, looked for in PATH, and its arguments.
  ///   - input: a descriptor that becomes its standard input; `/dev/null` when it is nil.
  public init(_ arguments: [String], _ environment: [String: String], input: Int32? = nil) throws {
    output = unsafe tare_memory_file("output")
    errors = unsafe tare_memory_file("errors")
    var files = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&files)
    defer { unsafe posix_spawn_file_actions_destroy(&files) }
    if let input {
      unsafe posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO)
    } else {
      unsafe posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    }
    unsafe posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO)
    unsafe posix_spawn_file_actions_adddup2(&files, errors, STDERR_FILENO)
    unsafe tare_spawn_close_from(&files, STDERR_FILENO + 1)

    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe posix_spawnattr_setsigmask(&attributes, &signals)
    unsafe sigfillset(&signals)
    unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
    unsafe posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

    var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
    var variables = unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
    defer { while let word = unsafe words.popLast() ?? variables.popLast() { unsafe free(word) } }
    var pid: Int32 = 0
    let error = unsafe posix_spawnp(&pid, arguments[0], &files, &attributes, &words, &variables)
    guard error == 0 else { throw Failure(description: "cannot start \(arguments[0]): error \(error)") }
    self.pid = pid
  }

  deinit {
    if status == nil {
      kill(-pid, SIGKILL)
      waitpid(pid, nil, 0)
    }
    close(output)
    close(errors)
  }

  /// What it has written until now.
  public var text: String { Self.read(output) }
  public var complaints: String { Self.read(errors) }
  public var lines: [Substring] { text.split(separator: "\n") }

  /// Whether it has ended; then its exit code, or 128 and the number of the signal.
  public var exitCode: Int32? {
    if status == nil {
      var now: Int32 = 0
      if unsafe waitpid(pid, &now, WNOHANG) == pid { status = now }
    }
    return status.map { $0 & 0x7F == 0 ? $0 >> 8 & 0xFF : 128 + $0 & 0x7F }
  }

  /// Waits for its end, and kills it and its process group when that does not come.
  public func end(within limit: Duration) throws -> Int32 {
    guard let code = until(within: limit, { self.exitCode }) else {
      kill(-pid, SIGKILL)
      _ = until(within: .seconds(5)) { self.exitCode }
      throw Failure(description: "did not end within \(limit); output: \(text.suffix(500)) \(complaints.suffix(500))")
    }
    return code
  }

  public func signal(_ number: Int32) { if exitCode == nil { kill(pid, number) } }

  private static func read(_ file: Int32) -> String {
    var content: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = unsafe part.withUnsafeMutableBytes { unsafe pread(file, $0.baseAddress, $0.count, content.count) }
      guard count > 0 else { return String(decoding: content, as: UTF8.self) }
      content += part.prefix(count)
    }
  }
}

/// Asks again and again until there is an answer; nil when the time is up.
public func until<Answer>(
  within limit: Duration, every microseconds: UInt32 = 10_000, _ ask: () throws -> Answer?
) rethrows -> Answer? {
  let end = ContinuousClock.now + limit
  while true {
    if let answer = try ask() { return answer }
    guard ContinuousClock.now < end else { return nil }
    usleep(microseconds)
  }
}

/// Nanoseconds since 1970 by this machine's clock.
public func realtime() -> Int64 {
  var time = timespec()
  unsafe clock_gettime(CLOCK_REALTIME, &time)
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
