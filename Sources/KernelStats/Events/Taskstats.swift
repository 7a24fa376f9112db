internal import CLinux
internal import Glibc
internal import LinuxSystem
internal import Synchronization

/// Start times by the microsecond, also of tasks that started long ago, from the kernel's accounting (taskstats.rst).
/// Needs CAP_NET_ADMIN in the first user namespace.
public final class Taskstats: Sendable {
  private struct Socket {
    let descriptor: Int32
    let family: Int32
  }

  private let socket: Mutex<Socket>

  /// Nil where the kernel does not answer this user.
  public init?() {
    var family: Int32 = 0
    let descriptor = unsafe tare_taskstats_open(&family)
    guard descriptor >= 0 else { return nil }
    var microseconds: UInt64 = 0
    guard unsafe tare_taskstats_elapsed(descriptor, family, getpid(), &microseconds) == 0 else {
      close(descriptor)
      return nil
    }
    socket = Mutex(Socket(descriptor: descriptor, family: family))
  }

  deinit { socket.withLock { _ = close($0.descriptor) } }

  /// Between which nanoseconds of the monotonic clock a task began; nil for one that is gone.
  /// - Parameter task: a process or a thread.
  public func start(of task: Int32) -> ClosedRange<UInt64>? {
    socket.withLock { socket in
      // The kernel says how long it has lived, so its start lies between the two instants less that. A look that took
      // long, because somebody else ran in between, is taken again.
      var best: ClosedRange<UInt64>?
      for _ in 0..<3 {
        var lived: UInt64 = 0
        let before = SystemClock.monotonic.now
        guard unsafe tare_taskstats_elapsed(socket.descriptor, socket.family, task, &lived) == 0 else { return best }
        let after = SystemClock.monotonic.now
        let (most, least) = ((lived + 1) * 1000, lived * 1000)
        guard before >= most, after >= least else { return best }
        let range = before - most...after - least
        if best.map({ range.upperBound - range.lowerBound < $0.upperBound - $0.lowerBound }) ?? true { best = range }
        if range.upperBound - range.lowerBound < 30_000 { break }
      }
      return best
    }
  }
}
