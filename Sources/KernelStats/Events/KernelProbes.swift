internal import CLinux
internal import Glibc
internal import LinuxSystem

/// Whether facilities of the kernel that are spoken to over netlink answer this user. Each probe ends within 300 ms.
public enum KernelProbes {
  public enum Outcome: Sendable, Hashable {
    case works
    /// In the kernel's words.
    case refused(String)
    /// It took the request and stayed silent.
    case silent
  }

  /// Per-task accounting with start times in microseconds.
  public static func taskstats() -> Outcome {
    let code = tare_probe_taskstats(getpid())
    return code == 0 ? .works : code == -EAGAIN ? .silent : .refused(systemMessage(-code))
  }

  /// Forks a child and waits to be told of it: in another pid or user namespace the connector may take a listener and
  /// tell it nothing.
  public static func procConnector() -> Outcome {
    let fd = tare_proc_connector()
    guard fd >= 0 else { return .refused(systemMessage(-fd)) }
    defer { close(fd) }
    let child = tare_fork_child()
    guard child > 0 else { return .refused(systemMessage(errno)) }
    defer { waitpid(child, nil, 0) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let end = SystemClock.monotonic.now + 300_000_000
    while SystemClock.monotonic.now < end {
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(fd, $0.baseAddress, $0.count, 0) }
      guard count > 0 else { return .silent }
      if tellsOfFork(buffer[..<count], child: child) { return .works }
    }
    return .silent
  }

  /// A netlink header of 16 bytes, a connector header of 20, then `what`, cpu, time (8), and for a fork the parent's two
  /// numbers and the child's. From linux/cn_proc.h.
  static func tellsOfFork(_ message: ArraySlice<UInt8>, child: Int32) -> Bool {
    let event = message.dropFirst(36)
    guard event.count >= 32 else { return false }
    func word(_ offset: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(event[event.startIndex + offset + $1]) << (8 * UInt32($1)) }
    }
    return word(0) == 1 && word(24) == UInt32(bitPattern: child)
  }
}
