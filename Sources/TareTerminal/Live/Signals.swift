internal import CLinux
internal import Glibc

/// The signals of a program on a terminal as something to wait for. Made before any other thread, so that all of them
/// inherit the mask.
public final class TerminalSignals: Sendable {
  let descriptor: Int32

  public init() {
    var wanted = sigset_t()
    unsafe sigemptyset(&wanted)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP, SIGCONT] { unsafe sigaddset(&wanted, signal) }
    unsafe pthread_sigmask(SIG_BLOCK, &wanted, nil)
    signal(SIGPIPE, SIG_IGN)
    descriptor = unsafe tare_signalfd(&wanted)
  }

  /// The next one that has come; nil when there is none.
  func next() -> Int32? {
    let number = tare_next_signal(descriptor)
    return number > 0 ? number : nil
  }
}
