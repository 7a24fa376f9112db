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
  /// Tasks outside of the process that work for it: vhost of older kernels, the other processes of a user-mode Linux.
  private var outside: [Int32]
  private let accelerator: Workload.Accelerator?
  private var threads: [Thread] = []
  /// Of threads that ended.
  private var ended = Totals()
  /// Threads that run a virtual CPU, as the VMM told. Believed only where all of them are its own: in a namespace of
  /// processes that is another one they have other numbers.
  var told: [Int32] = [] { didSet { if told != oldValue { isStale = true } } }
  private var believed: Set<Int32> = []
  /// A thread ended: as many may have begun.
  private var isStale = false
  /// The highest that was seen of a machine whose processes come and go: what one of them ran is a tick late with the
  /// one that waited for it.
  private var mostRunning: UInt64 = 0

  init(
    _ pid: Int32, outside: [Int32], accelerator: Workload.Accelerator?, _ root: KernelRoot, _ budget: DescriptorBudget
  ) {
    self.pid = pid
    self.outside = outside
    self.accelerator = accelerator
    self.root = root
    self.budget = budget
  }

  /// - Parameters:
  ///   - count: how many threads the process has now.
  ///   - family: its other processes, where a machine is several.
  ///   - reaped: nanoseconds that those ran which are over.
  func read(
    count: UInt64, family: [Int32]? = nil, reaped: UInt64 = 0, refreshing: Bool, buffer: inout [UInt8]
  ) throws(KernelError) -> Totals {
    if let family, family != outside {
      outside = family
      isStale = true
    }
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
    totals.running.add(saturating: ended.running.saturating(plus: reaped))
    if accelerator == .uml {
      mostRunning = max(mostRunning, totals.running)
      totals.running = mostRunning
    }
    totals.emulating.add(saturating: ended.emulating)
    totals.waiting.add(saturating: ended.waiting)
    return totals
  }

  private func add(_ thread: Thread, to totals: inout Totals) {
    if thread.isVcpu { totals.knowsVcpus = true }
    guard let times = thread.last else { return }
    totals.running.add(saturating: times.running)
    if thread.isVcpu {
      totals.waiting.add(saturating: times.waiting &- thread.waitedBefore)
    } else {
      totals.emulating.add(saturating: times.running)
    }
  }

  private func list(_ buffer: inout [UInt8]) throws(KernelError) {
    isStale = false
    let tids = Set(try root.list("/proc/\(pid)/task").compactMap { Int32($0) })
    believed = told.allSatisfy(tids.contains) ? Set(told) : []
    for var thread in threads where !tids.contains(thread.tid) && !outside.contains(thread.tid) {
      // Whoever waited for a process counts what it ran.
      if accelerator == .uml { thread.last?.running = 0 }
      add(thread, to: &ended)
    }
    threads.removeAll { !tids.contains($0.tid) && !outside.contains($0.tid) }
    for index in threads.indices where !threads[index].isVcpu && !outside.contains(threads[index].tid) {
      guard isVcpu(threads[index].tid, &buffer) else { continue }
      // What it did until now stays with the emulator, and its waiting begins now: neither counter jumps.
      threads[index].isVcpu = true
      guard let last = threads[index].last else { continue }
      threads[index].waitedBefore = last.waiting
      ended.emulating.add(saturating: last.running)
    }
    for tid in tids.sorted() where !threads.contains(where: { $0.tid == tid }) {
      let file = HeldFile("/proc/\(pid)/task/\(tid)/schedstat", root, budget)
      threads.append(Thread(tid: tid, times: file, isVcpu: isVcpu(tid, &buffer), last: nil))
    }
    for tid in outside where !threads.contains(where: { $0.tid == tid }) {
      threads.append(
        Thread(
          tid: tid, times: HeldFile("/proc/\(tid)/schedstat", root, budget), isVcpu: accelerator == .uml, last: nil))
    }
  }

  /// By its name; under KVM also by having run a guest. All processes of a user-mode Linux run the guest.
  private func isVcpu(_ tid: Int32, _ buffer: inout [UInt8]) -> Bool {
    if accelerator == .uml { return true }
    if believed.contains(tid) { return true }
    let path = "/proc/\(pid)/task/\(tid)/stat"
    guard let count = try? root.read(path, into: &buffer),
      let stat = try? ProcessStat(buffer.span.extracting(first: count))
    else { return false }
    return HypervisorTraits.vcpu(thread: stat.comm) != nil || accelerator == .kvm && stat.guestTicks > 0
  }
}
