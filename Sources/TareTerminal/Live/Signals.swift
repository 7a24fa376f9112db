internal import CLinux
internal import Glibc
public import LinuxSystem

/// The signals of a program on a terminal as something to wait for. Other threads have all of
/// them blocked from their beginning.
public final class TerminalSignals: Sendable {
  let descriptor: Int32

  /// - Throws: where there is no descriptor for them; they are not blocked then.
  public init() throws(NoDescriptor) {
    var wanted = sigset_t()
    unsafe sigemptyset(&wanted)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP, SIGCONT] { unsafe sigaddset(&wanted, signal) }
    descriptor = unsafe tare_signalfd(&wanted)
    guard descriptor >= 0 else { throw NoDescriptor() }
    unsafe pthread_sigmask(SIG_BLOCK, &wanted, nil)
    signal(SIGPIPE, SIG_IGN)
  }

  /// The next one that has come; nil when there is none.
  func next() -> Int32? {
    let number = tare_next_signal(descriptor)
    return number > 0 ? number : nil
  }
}
