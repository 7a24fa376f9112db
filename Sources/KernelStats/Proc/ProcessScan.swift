internal import Dispatch
internal import LinuxSystem
internal import Synchronization

/// Some of the processes, as one thread saw them.
struct ProcessScan: Sendable {
  /// Each with its `/proc/PID/cgroup` as it is, and its program where that is wanted and may be seen.
  private(set) var processes: [(process: Process, group: [UInt8], program: String?)] = []

  /// The kernel takes tens of microseconds for each process, so many are asked for on several cores.
  static func all(of pids: [Int32], _ root: KernelRoot) -> [ProcessScan] {
    let parts = min(4, max(1, pids.count / 64))
    guard parts > 1 else { return [ProcessScan(pids[...], root)] }
    let scans = Mutex<[ProcessScan]>([])
    let next = Mutex(0)
    let group = DispatchGroup()
    // Whoever is free takes the next part: where no thread may be started, that is the caller alone.
    let take: @Sendable () -> Void = {
      while let part = next.withLock({ next in
        defer { next += 1 }
        return next < parts ? next : nil
      }) {
        let scan = ProcessScan(pids[part * pids.count / parts..<(part + 1) * pids.count / parts], root)
        scans.withLock { $0.append(scan) }
      }
    }
    for _ in 1..<parts {
      group.enter()
      do throws(SystemThread.Failure) {
        try SystemThread.start("tare-processes") {
          take()
          group.leave()
        }
      } catch {
        group.leave()
        break
      }
    }
    take()
    group.wait()
    return scans.withLock { $0 }
  }

  private init(_ pids: ArraySlice<Int32>, _ root: KernelRoot) {
    var buffer = [UInt8](repeating: 0, count: 16384)
    for pid in pids { look(at: pid, root, &buffer) }
  }

  private mutating func look(at pid: Int32, _ root: KernelRoot, _ buffer: inout [UInt8]) {
    guard let count = try? root.read("/proc/\(pid)/stat", into: &buffer),
      let stat = try? ProcessStat(buffer.span.extracting(first: count))
    else { return }
    var group: [UInt8] = []
    var program: String?
    let living = stat.isWithoutLeader ? root.livingThread(of: pid) : nil
    let folder = living.map { "/proc/\(pid)/task/\($0)" } ?? "/proc/\(pid)"
    if !stat.isKernelThread {
      guard let count = try? root.read("\(folder)/cgroup", into: &buffer) else { return }
      group = Array(buffer[..<count])
      // What a capture gets of it is for whoever asks for it to say.
      if root.holdsDescriptors { program = try? root.link("\(folder)/exe") }
    }
    let process = Process(
      pid: pid, parent: stat.parent, start: stat.start, comm: stat.comm, threads: Int(clamping: stat.threads),
      isKernelThread: stat.isKernelThread, ranGuest: stat.guestTicks > 0, living: living, membership: 0, program: nil)
    processes.append((process, group, program))
  }
}
