internal import CLinux
internal import Glibc

/// SIGINT, SIGTERM and SIGHUP. They end the process whatever it is doing, a read that hangs or a pipe that nobody reads
/// included; where there is something to finish, after a time of grace in which it is up to whoever waits.
final class Interrupts: Sendable {
  private let descriptor: Int32
  /// Seconds that were given at first.
  let grace: Int32

  /// - Parameter grace: seconds; 0 where a signal may end the process at any moment.
  init(grace: Int32 = 0) {
    signal(SIGPIPE, SIG_IGN)
    self.grace = grace
    tare_interrupts_grace(grace)
    descriptor = tare_interrupts_begin()
  }

  /// Whether a signal has asked to end. Stays so.
  var arePending: Bool { tare_interrupts_came() != 0 }

  /// From now on somebody looks: a signal ends the process only if that takes longer than this.
  func grant(seconds: Int32) { tare_interrupts_grace(seconds) }

  /// What was asked for stands there: to be interrupted is no failure any more.
  func hasShown() { tare_interrupts_code(0) }

  /// Waits until this monotonic instant, or until a signal asks to end.
  /// - Returns: false if one did.
  func wait(until deadline: UInt64, now: () -> UInt64) -> Bool {
    while true {
      if arePending { return false }
      let time = now()
      let left = deadline > time ? deadline - time : 0
      var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = unsafe poll(&entry, 1, Int32(clamping: (left + 999_999) / 1_000_000))
      if ready > 0 { return false }
      if ready == 0, now() >= deadline { return !arePending }
    }
  }
}
