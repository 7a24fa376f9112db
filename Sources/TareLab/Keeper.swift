internal import Glibc
internal import Synchronization

/// Starts a program that must not outlive this process, and waits for its end.
///
/// `setpriv --pdeathsig` asks the kernel to kill the program when its parent dies, even by SIGKILL. For the kernel the
/// parent is the *thread* that started it. So the program gets a thread of its own that does nothing but wait for it:
/// the thread lives as long as the program, or ends with the whole process.
final class Keeper: Sendable {
  enum Progress: Sendable {
    case starting
    case running(pid: Int32)
    case failed(SystemCallFailure)
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

    // Signals are for the caller's threads. A new thread inherits the mask of the one that makes it.
    var all = sigset_t()
    var before = sigset_t()
    unsafe sigfillset(&all)
    unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
    var thread = pthread_t()
    let own = unsafe Unmanaged.passRetained(self)
    let error = unsafe pthread_create(
      &thread, nil, { unsafe Keeper.main($0) }, own.toOpaque())
    guard error == 0 else {
      unsafe own.release()
      throw SystemCallFailure("start", "a thread", number: error)
    }
    pthread_detach(thread)
    _ = try Patience.wait(atMost: .seconds(10), every: .milliseconds(1)) {
      if case .starting = progress { false } else { true }
    }
  }

  var progress: Progress { state.withLock { $0 } }

  private static func main(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument = unsafe argument { unsafe Unmanaged<Keeper>.fromOpaque(argument).takeRetainedValue().keep() }
    return nil
  }

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
