extension KernelRoot {
  /// Where the kernel tells of a process: `/proc/PID`. Where its first thread has ended and others run, that folder has no
  /// program, no memory, no namespaces and on cgroup v1 no cgroups; then that of a thread which lives, `/proc/PID/task/TID`.
  public func folder(of pid: Int32) -> String {
    livingThread(of: pid).map { "/proc/\(pid)/task/\($0)" } ?? "/proc/\(pid)"
  }

  /// A thread that stands for a process whose first one has ended; nil where that lives, or none does.
  public func livingThread(of pid: Int32) -> Int32? {
    guard processStat("/proc/\(pid)/stat")?.isWithoutLeader ?? false else { return nil }
    let threads = ((try? list("/proc/\(pid)/task")) ?? []).compactMap { Int32($0) }.sorted()
    return threads.first { $0 != pid && processStat("/proc/\(pid)/task/\($0)/stat")?.hasEnded == false }
  }

  private func processStat(_ path: String) -> ProcessStat? {
    var buffer = [UInt8](repeating: 0, count: 1024)
    guard let count = try? read(path, into: &buffer) else { return nil }
    return try? ProcessStat(buffer.span.extracting(first: count))
  }

  /// The cgroups of a process as they are now, as they are called from the top of what is mounted.
  public func membership(of pid: Int32, _ layout: CgroupLayout, _ buffer: inout [UInt8]) -> CgroupMembership? {
    guard let count = try? read("\(folder(of: pid))/cgroup", into: &buffer),
      let membership = try? CgroupMembership(buffer.span.extracting(first: count))
    else { return nil }
    return layout.absolute(membership)
  }
}
