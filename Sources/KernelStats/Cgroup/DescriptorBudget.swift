internal import CLinux
internal import Glibc
internal import Synchronization

/// How many files may be held open. Beyond it a file is opened, read and closed each time, which costs about three times as much.
public final class DescriptorBudget: Sendable {
  private let left: Mutex<Int>

  public init(_ count: Int) {
    left = Mutex(count)
  }

  /// Raises this process's soft limit to its hard one and leaves `reserve` descriptors for everything else. To be called
  /// while there is one thread only.
  public static func fromLimits(reserve: Int = 64) -> DescriptorBudget {
    var limit = rlimit()
    guard unsafe tare_nofile_limit(&limit) == 0 else { return DescriptorBudget(0) }
    if limit.rlim_cur < limit.rlim_max {
      var raised = limit
      raised.rlim_cur = limit.rlim_max
      if unsafe tare_set_nofile_limit(&raised) == 0 { limit = raised }
    }
    makeRoom(min(Int(clamping: limit.rlim_cur), 8192))
    return DescriptorBudget(max(0, Int(clamping: limit.rlim_cur) - reserve))
  }

  /// Lets the kernel make its table of this process's descriptors as large at once. Where threads share the table, each
  /// doubling waits until no processor looks at the old one: 10 to 20 ms, three times in a first sample.
  private static func makeRoom(_ count: Int) {
    let one = unsafe Glibc.open("/", O_RDONLY | O_CLOEXEC)
    guard one >= 0 else { return }
    let last = tare_copy_descriptor(one, Int32(count - 1))
    if last >= 0 { close(last) }
    close(one)
  }

  public func take() -> Bool {
    left.withLock { left in
      guard left > 0 else { return false }
      left -= 1
      return true
    }
  }

  public func giveBack() {
    left.withLock { $0 += 1 }
  }
}
