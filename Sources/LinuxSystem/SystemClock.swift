internal import Glibc

/// The kernel's clocks, as clock_gettime(2) has them.
public enum SystemClock: Sendable {
  /// Since 1970; somebody may set it.
  case realtime
  /// Stands still while the machine sleeps.
  case monotonic
  /// Since the machine's start, with the time that it slept.
  case boottime
  /// CPU time of this process.
  case process
  /// CPU time of the calling thread.
  case thread

  /// Nanoseconds.
  public var now: UInt64 {
    var time = timespec()
    unsafe clock_gettime(number, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }

  private var number: clockid_t {
    switch self {
    case .realtime: CLOCK_REALTIME
    case .monotonic: CLOCK_MONOTONIC
    case .boottime: CLOCK_BOOTTIME
    case .process: CLOCK_PROCESS_CPUTIME_ID
    case .thread: CLOCK_THREAD_CPUTIME_ID
    }
  }
}
