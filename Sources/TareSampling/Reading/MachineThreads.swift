internal import KernelStats
internal import TareModel

/// The threads of a VMM: which are virtual CPUs, how long each ran and waited.
final class MachineThreads {
  private struct Thread {
    let tid: Int32
    let times: HeldFile
    var isVcpu: Bool
    var last: SchedStat?
    /// What it had waited when it was known to be a vCPU.
    var waitedBefore: UInt64 = 0
  }

  struct Totals {
    /// Nanoseconds on a CPU, all threads, those that ended with their last value.
    var running: UInt64 = 0
    /// The same of threads that are no vCPU.
    var emulating: UInt64 = 0
    /// Nanoseconds in which vCPUs waited for a CPU.
    var waiting: UInt64 = 0
    /// Whether any thread is known to be a vCPU.
    var knowsVcpus = false
  }

  private let root: KernelRoot
  private let budget: DescriptorBudget
  private let pid: Int32
  /// Threads outside of the process that work for it: vhost of older kernels.
  private let outside: [Int32]
  private let accelerator: Workload.Accelerator?
  private var threads: [Thread] = []
  /// Of threads that ended.
  private var ended = Totals()
  /// A thread ended: as many may have begun.
  private var isStale = false

  init(
    _ pid: Int32, outside: [Int32], accelerator: Workload.Accelerator?, _ root: KernelRoot, _ budget: DescriptorBudget
  ) {
    self.pid = pid
    self.outside = outside
    self.accelerator = accelerator
    self.root = root
    self.budget = budget
  }

  /// - Parameter count: how many threads the process has now.
  func read(count: UInt64, refreshing: Bool, buffer: inout [UInt8]) throws(KernelError) -> Totals {
    if refreshing || isStale || UInt64(threads.count) != count + UInt64(outside.count) { try list(&buffer) }
    var totals = Totals()
    for index in threads.indices {
      // A thread that ends keeps its last value; the next listing buries it.
      if let times = try? threads[index].times.read(
        into: &buffer, { bytes throws(FormatError) in try SchedStat(bytes) })
      {
        threads[index].last = times
      } else {
        isStale = true
      }
      add(threads[index], to: &totals)
    }
    totals.running &+= ended.running
    totals.emulating &+= ended.emulating
    totals.waiting &+= ended.waiting
    return totals
  }

  private func add(_ thread: Thread, to totals: inout Totals) {
    if thread.isVcpu { totals.knowsVcpus = true }
    guard let times = thread.last else { return }
    totals.running &+= times.running
    if thread.isVcpu {
      totals.waiting &+= times.waiting &- thread.waitedBefore
    } else {
      totals.emulating &+= times.running
    }
  }

  private func list(_ buffer: inout [UInt8]) throws(KernelError) {
    isStale = false
    let tids = Set(try root.list("/proc/\(pid)/task").compactMap { Int32($0) })
    for thread in threads where !tids.contains(thread.tid) && !outside.contains(thread.tid) { add(thread, to: &ended) }
    threads.removeAll { !tids.contains($0.tid) && !outside.contains($0.tid) }
    for index in threads.indices where !threads[index].isVcpu && !outside.contains(threads[index].tid) {
      guard isVcpu(threads[index].tid, &buffer) else { continue }
      // What it did until now stays with the emulator, and its waiting begins now: neither counter jumps.
      threads[index].isVcpu = true
      guard let last = threads[index].last else { continue }
      threads[index].waitedBefore = last.waiting
      ended.emulating &+= last.running
    }
    for tid in tids.sorted() where !threads.contains(where: { $0.tid == tid }) {
      let file = HeldFile("/proc/\(pid)/task/\(tid)/schedstat", root, budget)
      threads.append(Thread(tid: tid, times: file, isVcpu: isVcpu(tid, &buffer), last: nil))
    }
    for tid in outside where !threads.contains(where: { $0.tid == tid }) {
      threads.append(
        Thread(tid: tid, times: HeldFile("/proc/\(tid)/schedstat", root, budget), isVcpu: false, last: nil))
    }
  }

  /// By its name (QEMU with debug-threads=on, Firecracker, Cloud Hypervisor); under KVM also by having run a guest.
  private func isVcpu(_ tid: Int32, _ buffer: inout [UInt8]) -> Bool {
    let path = "/proc/\(pid)/task/\(tid)/stat"
    guard let count = try? root.read(path, into: &buffer),
      let stat = try? ProcessStat(buffer.span.extracting(first: count))
    else { return false }
    return Self.isVcpu(name: stat.comm) || accelerator == .kvm && stat.guestTicks > 0
  }

  static func isVcpu(name: String) -> Bool {
    if name.hasSuffix("/KVM") || name.hasSuffix("/TCG") { return name.hasPrefix("CPU ") || name.hasPrefix("ALL CPUs") }
    if name.hasPrefix("fc_vcpu ") { return true }
    return name.hasPrefix("vcpu") && name.count > 4 && name.dropFirst(4).allSatisfy(\.isNumber)
  }
}
