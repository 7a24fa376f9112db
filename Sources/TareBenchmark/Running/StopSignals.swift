internal import CLinux
internal import Glibc

/// SIGINT, SIGTERM and SIGHUP as something to wait for. Made before any thread, so that all inherit the mask.
public final class StopSignals {
  let descriptor: Int32
  /// How many have come.
  private var taken = 0

  public init() {
    var wanted = sigset_t()
    unsafe sigemptyset(&wanted)
    for signal in [SIGINT, SIGTERM, SIGHUP] { unsafe sigaddset(&wanted, signal) }
    descriptor = unsafe tare_signalfd(&wanted)
    // Blocked and read by nobody, they would be lost.
    if descriptor >= 0 { unsafe pthread_sigmask(SIG_BLOCK, &wanted, nil) }
    signal(SIGPIPE, SIG_IGN)
    // Inherited as ignored, it would make the kernel take our children.
    signal(SIGCHLD, SIG_DFL)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// How many have come until now. The first asks to end, a second to end at once.
  public var count: Int {
    while descriptor >= 0, tare_next_signal(descriptor) > 0 { taken += 1 }
    return taken
  }
}
