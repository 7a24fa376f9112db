internal import CLinux
internal import Glibc
internal import LinuxSystem

/// A program with its arguments and environment, ready to be started.
struct Command {
  /// The path of the program, then its arguments.
  let arguments: [String]
  /// `NAME=VALUE` each.
  let environment: [String]

  enum Failure: Error, CustomStringConvertible {
    case failed(program: String, message: String)
    case timedOut(program: String, limit: Duration)

    var description: String {
      switch self {
      case .failed(let program, let message): "\(program) failed: \(message)"
      case .timedOut(let program, let limit): "\(program) did not end within \(limit)"
      }
    }
  }

  /// Runs the program to its end and returns what it wrote to standard output.
  ///
  /// Output goes to files in memory, not to pipes: nothing blocks, and a daemon that the program leaves behind cannot
  /// keep us waiting for the end of a pipe. With `output`, both outputs go to that descriptor instead. `look` is called when
  /// something changes in the folder that is watched.
  @discardableResult
  func run(
    output: Int32? = nil, limit: Duration, cancelled: () -> Bool = { false }, watching watch: FolderWatch? = nil,
    look: () -> Void = {}
  ) throws -> String {
    let text = try Descriptor(unsafe tare_memory_file("output"), "create", "a memory file")
    let errors = try Descriptor(unsafe tare_memory_file("errors"), "create", "a memory file")
    let pid = try start(output: output ?? text.number, errors: output ?? errors.number)
    var status: Int32 = 0
    do {
      let end = try Descriptor(tare_pidfd_open(pid), "open process", "\(pid)")
      let wait = ContinuousClock.now + limit
      var ended = false
      while true {
        look()
        ended = unsafe waitpid(pid, &status, WNOHANG) != 0
        if ended || ContinuousClock.now >= wait { break }
        if cancelled() { throw Cancelled() }
        if let watch {
          watch.wait(atMost: .milliseconds(10), end: end.number)
        } else {
          var entry = pollfd(fd: end.number, events: Int16(POLLIN), revents: 0)
          unsafe poll(&entry, 1, 10)
        }
      }
      guard ended else { throw Failure.timedOut(program: program, limit: limit) }
    } catch {
      // Our own child that nobody has waited for yet: its number cannot mean anything else.
      _ = Glibc.kill(-pid, SIGKILL)
      unsafe waitpid(pid, &status, 0)
      throw error
    }
    guard status == 0 else {
      let message = Excerpt.of(try Files.read(errors, "errors"))
      throw Failure.failed(program: program, message: message.isEmpty ? Self.meaning(of: status) : message)
    }
    return String(decoding: try Files.read(text, "output"), as: UTF8.self)
  }

  /// Starts the program.
  func start(output: Int32, errors: Int32) throws(SystemError) -> Int32 {
    try Spawn(arguments[0], arguments, environment: environment, output: output, errors: errors).start().pid
  }

  private var program: String { arguments[0].split(separator: "/").last.map(String.init) ?? arguments[0] }

  /// A status of waitpid(2) in words.
  static func meaning(of status: Int32) -> String {
    status & 0x7F == 0 ? "exit code \(status >> 8 & 0xFF)" : "ended by signal \(status & 0x7F)"
  }
}

/// The end of a program's output, fit for an error message.
enum Excerpt {
  /// At most the last 300 characters, on one line, without control characters.
  static func of(_ output: [UInt8]) -> String {
    let lines = String(decoding: output.suffix(4096), as: UTF8.self).split { $0.isNewline }
    let text = lines.joined(separator: " / ").unicodeScalars.filter {
      $0.properties.generalCategory != .control && $0.properties.generalCategory != .format
    }
    return String(String(String.UnicodeScalarView(text)).suffix(300))
  }
}
