internal import Glibc
internal import LinuxSystem
internal import Synchronization

/// Starts a program that must not outlive this process, and waits for its end.
///
/// `setpriv --pdeathsig` asks the kernel to kill the program when its parent dies, even by SIGKILL. For the kernel the
/// parent is the *thread* that started it. So the program gets a thread of its own that does nothing but wait for it:
/// the thread lives as long as the program, or ends with the whole process.
final class ChildSupervisor: Sendable {
  enum Progress: Sendable {
    case starting
    case running(pid: Int32)
    case failed(SystemError)
    /// Status as from waitpid(2).
    case ended(status: Int32)
  }

  private let command: Command
  private let log: Descriptor
  private let state = Mutex(Progress.starting)

  /// Starts `arguments` with both outputs in the file `log`.
  init(arguments: [String], log: String, setpriv: Tool) throws {
    command = Command(
      arguments: [setpriv.path, "--pdeathsig", "KILL", "--"] + arguments,
      environment: setpriv.surroundings.variables)
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    self.log = try Descriptor(unsafe open(log, flags, 0o600), "create", log)

    try SystemThread.start("tare-keeper") { [self] in keep() }
    _ = try Polling.wait(atMost: .seconds(10), every: .milliseconds(1)) {
      if case .starting = progress { false } else { true }
    }
  }

  var progress: Progress { state.withLock { $0 } }

  private func keep() {
    do {
      let pid = try command.start(output: log.number, errors: log.number)
      state.withLock { $0 = .running(pid: pid) }
      var status: Int32 = 0
      while unsafe waitpid(pid, &status, 0) < 0 && errno == EINTR {}
      state.withLock { $0 = .ended(status: status) }
    } catch {
      state.withLock { $0 = .failed(error) }
    }
  }
}
