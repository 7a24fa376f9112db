internal import CLinux
internal import Glibc

/// The one place where threads are started. Dispatch says nothing where the kernel gives it no thread: what was handed to a
/// queue never runs, and whoever waits for it waits for ever.
public enum SystemThread {
  /// Why there is no thread: `pids.max` of a cgroup, `RLIMIT_NPROC`, or no memory for a stack.
  public struct Failure: Error, Hashable, CustomStringConvertible {
    /// An error number, as of pthread_create(3).
    public let number: Int32

    /// A failure with this number.
    public init(number: Int32) { self.number = number }

    public var description: String {
      "no thread may be started: \(SystemError.text(number)); raise pids.max, ulimit -u or ulimit -v"
    }
  }

  /// Bytes of a stack. Reserved, not used: what is not touched costs nothing, but `ulimit -v` counts it.
  private static let stack = 1 << 20

  /// Starts a thread that runs `body` and is over with it. Signals to end, to stop and to go on stay with the threads that
  /// were there.
  /// - Parameter name: at most 15 bytes, as `top -H` and `ps -L` show it.
  public static func start(_ name: StaticString, _ body: @escaping @Sendable () -> Void) throws(Failure) {
    var (blocked, before) = (sigset_t(), sigset_t())
    unsafe sigfillset(&blocked)
    // A crash belongs to the thread that crashes: blocked, it would end the process without the terminal being given back.
    for crash in [SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT, SIGSYS, SIGQUIT] {
      unsafe sigdelset(&blocked, crash)
    }
    unsafe pthread_sigmask(SIG_SETMASK, &blocked, &before)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
    var attributes = pthread_attr_t()
    var number = unsafe pthread_attr_init(&attributes)
    guard number == 0 else { throw Failure(number: number) }
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setstacksize(&attributes, stack)
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let task = unsafe Unmanaged.passRetained(Task(name: name, body: body))
    var thread = pthread_t()
    number = unsafe pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe Unmanaged<Task>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, task.toOpaque())
    guard number == 0 else {
      unsafe task.release()
      throw Failure(number: number)
    }
  }

  private final class Task: Sendable {
    private let name: StaticString
    private let body: @Sendable () -> Void

    init(name: StaticString, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }

    func run() {
      name.withUTF8Buffer { bytes in
        unsafe bytes.withMemoryRebound(to: CChar.self) { unsafe tare_name_thread($0.baseAddress!) }
      }
      body()
    }
  }
}
