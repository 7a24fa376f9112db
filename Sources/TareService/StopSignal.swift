internal import Glibc

/// SIGTERM and SIGINT, taken by waiting for them instead of by a handler.
///
/// The first process of a container or a machine gets no signal that it has no handler for: the kernel drops it,
/// unless it is blocked. A blocked signal waits, so blocking and `sigtimedwait` serve here both as the handler
/// and as the sleep between two periods.
struct StopSignal {
  private let signals: sigset_t

  init() {
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    unsafe sigaddset(&signals, SIGTERM)
    unsafe sigaddset(&signals, SIGINT)
    unsafe sigprocmask(SIG_BLOCK, &signals, nil)
    self.signals = signals
  }

  /// Sleeps for `time` and says whether one of the signals came meanwhile.
  func arrives(within time: Duration) -> Bool {
    let (seconds, attoseconds) = max(time, .zero).components
    var limit = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    var signals = signals
    return unsafe sigtimedwait(&signals, nil, &limit) > 0
  }
}
