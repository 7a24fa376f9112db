internal import CLinux
internal import Glibc

/// SIGINT, SIGTERM and SIGHUP as something to wait for. Made before any thread, so that all inherit the mask.
final class Interrupts: Sendable {
  private let descriptor: Int32

  init() {
    var wanted = sigset_t()
    unsafe sigemptyset(&wanted)
    for signal in [SIGINT, SIGTERM, SIGHUP] { unsafe sigaddset(&wanted, signal) }
    unsafe pthread_sigmask(SIG_BLOCK, &wanted, nil)
    signal(SIGPIPE, SIG_IGN)
    descriptor = unsafe tare_signalfd(&wanted)
  }

  /// Whether a signal has asked to end. Stays so: nobody takes it away.
  var arePending: Bool {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&entry, 1, 0) > 0
  }

  /// Waits until this monotonic instant, or until a signal asks to end.
  /// - Returns: false if one did.
  func wait(until deadline: UInt64, now: () -> UInt64) -> Bool {
    while true {
      let time = now()
      let left = deadline > time ? deadline - time : 0
      var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = unsafe poll(&entry, 1, Int32(clamping: (left + 999_999) / 1_000_000))
      if ready > 0 { return false }
      if ready == 0, now() >= deadline { return true }
    }
  }
}
