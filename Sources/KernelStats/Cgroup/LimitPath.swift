internal import TareModel

/// The limits on the way from a workload's cgroup to the root: a pod's or slice's limit binds too, so the smallest counts.
struct LimitPath {
  /// The groups on the way that are seen, the workload's own first.
  private struct Way {
    var folders: [String] = []
    /// Why no limit can be read at all, or why there may be others above that are not seen.
    var reason: Reason?
  }

  private let layout: CgroupLayout
  private let cpu: Way
  private let memory: Way
  private let pids: Way
  private let cpuset: CpuSet

  init(_ layout: CgroupLayout, _ own: OwnCgroups) {
    self.layout = layout
    func way(_ controller: String) -> Way {
      guard let path = own.path(controller, layout) else { return Way(reason: .sharedCgroup) }
      if case .missing(let reason) = layout.place(path, controller) { return Way(reason: reason) }
      let (folders, unseen) = layout.way(up: path, controller)
      return Way(folders: folders, reason: unseen)
    }
    cpu = way("cpu")
    // cgroup v1 has the smallest on the path in memory.stat.
    memory = layout.isV1("memory") ? Way() : way("memory")
    pids = way("pids")
    cpuset = CpuSet(isV1: layout.isV1("cpuset"), way("cpuset").folders)
  }

  /// All that is looked at, the workload's own first.
  var files: [MetricFile] {
    let quotas = layout.isV1("cpu") ? ["cpu.cfs_quota_us", "cpu.cfs_period_us"] : ["cpu.max"]
    return cpu.folders.flatMap { folder in quotas.map { MetricFile(.cpuLimit, "\(folder)/\($0)") } }
      + cpuset.files.map { MetricFile(.cpuLimit, $0, "as many CPUs as it lists") }
      + memory.folders.map { MetricFile(.memoryLimit, "\($0)/memory.max") }
      + memory.folders.map { MetricFile(.memorySwapLimit, "\($0)/memory.swap.max") }
      + pids.folders.map { MetricFile(.processLimit, "\($0)/pids.max") }
  }

  func read(_ root: KernelRoot, buffer: inout [UInt8], into readings: inout [(Metric, Reading)]) {
    readings.removeAll(keepingCapacity: true)
    let quota = smallest(cpu) { folder, buffer throws(KernelError) in
      try layout.isV1("cpu") ? quotaV1(root, folder, &buffer) : quotaV2(root, folder, &buffer)
    }(&buffer)
    readings.append((.cpuLimit, cpuset.bound(quota, root, &buffer)))
    if !layout.isV1("memory") {
      let most = smallest(memory) { folder, buffer throws(KernelError) in
        try limit(root, "\(folder)/memory.max", &buffer)
      }(&buffer)
      var swap = smallest(memory) { folder, buffer throws(KernelError) in
        try limit(root, "\(folder)/memory.swap.max", &buffer)
      }(&buffer)
      // The controller is there: the kernel was built, or started, without the accounting of swap.
      if swap == .missing(.noController), most != swap { swap = .missing(.kernelTooOld) }
      readings += [(.memoryLimit, most), (.memorySwapLimit, swap)]
    }
    readings.append(
      (
        .processLimit,
        smallest(pids) { folder, buffer throws(KernelError) in
          try limit(root, "\(folder)/pids.max", &buffer)
        }(&buffer)
      ))
  }

  private func smallest(
    _ way: Way, _ one: @escaping (String, inout [UInt8]) throws(KernelError) -> UInt64?
  ) -> (inout [UInt8]) -> Reading {
    { buffer in
      if way.folders.isEmpty { return .missing(way.reason ?? .noController) }
      var least: UInt64?
      var isThere = false
      for folder in way.folders {
        do throws(KernelError) {
          let limit = try one(folder, &buffer)
          isThere = true
          if let limit { least = min(least ?? limit, limit) }
        } catch {
          // A group without the controller has no such file and sets no limit.
          if case .notFound = error { continue }
          return .missing(error.reason)
        }
      }
      if let least { return .value(least) }
      if let unseen = way.reason { return .missing(unseen) }
      return isThere ? .unlimited : .missing(.noController)
    }
  }

  private func limit(_ root: KernelRoot, _ path: String, _ buffer: inout [UInt8]) throws(KernelError) -> UInt64? {
    let count = try root.read(path, into: &buffer)
    var cursor = Cursor()
    do { return try cursor.limit(buffer.span.extracting(first: count)) } catch { throw .malformed(path: path, error) }
  }

  /// `cpu.max`: quota and period in microseconds, or `max`. In millionths of a core.
  private func quotaV2(_ root: KernelRoot, _ folder: String, _ buffer: inout [UInt8]) throws(KernelError) -> UInt64? {
    let path = "\(folder)/cpu.max"
    let count = try root.read(path, into: &buffer)
    let bytes = buffer.span.extracting(first: count)
    var cursor = Cursor()
    do throws(FormatError) {
      guard let quota = try cursor.limit(bytes) else { return nil }
      cursor.skipBlanks(bytes)
      let period = try cursor.number(bytes)
      return share(quota, period)
    } catch {
      throw .malformed(path: path, error)
    }
  }

  /// `cpu.cfs_quota_us`, -1 for none, and `cpu.cfs_period_us`.
  private func quotaV1(_ root: KernelRoot, _ folder: String, _ buffer: inout [UInt8]) throws(KernelError) -> UInt64? {
    let count = try root.read("\(folder)/cpu.cfs_quota_us", into: &buffer)
    if count > 0, buffer[0] == UInt8(ascii: "-") { return nil }
    let quota = try limit(root, "\(folder)/cpu.cfs_quota_us", &buffer)
    let period = try limit(root, "\(folder)/cpu.cfs_period_us", &buffer)
    guard let quota, let period else { return nil }
    return share(quota, period)
  }

  private func share(_ quota: UInt64, _ period: UInt64) -> UInt64? {
    guard period > 0 else { return nil }
    let (product, overflow) = quota.multipliedReportingOverflow(by: 1_000_000)
    return overflow ? nil : product / period
  }
}
