internal import Glibc
internal import KernelStats

/// Whether mounts have changed, which the kernel tells by poll(2) of mountinfo (proc_pid_mountinfo(5)).
final class MountWatch {
  private let budget: DescriptorBudget
  private var descriptor: Int32 = -1

  init(_ root: KernelRoot, _ budget: DescriptorBudget) {
    self.budget = budget
    guard root.holdsDescriptors, budget.take() else { return }
    if let fd = try? root.open("/proc/self/mountinfo") { descriptor = fd } else { budget.giveBack() }
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    budget.giveBack()
  }

  /// Since the last call, or the start; also true where that cannot be known.
  var mayHaveChanged: Bool {
    guard descriptor >= 0 else { return true }
    var entry = pollfd(fd: descriptor, events: Int16(POLLPRI), revents: 0)
    return unsafe poll(&entry, 1, 0) != 0
  }
}
