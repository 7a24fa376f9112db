internal import Glibc
public import TareModel

/// Reads one workload's cgroup files into a row of a sample, through descriptors that it holds where the budget allows.
public final class CgroupReader {
  private let root: KernelRoot
  private let plan: CgroupPlan
  private let budget: DescriptorBudget
  private let paths: [String?]
  /// Why it has no path, by file.
  private let pathless: [Reason]
  private var descriptors: [Int32]
  private let own: OwnCgroups
  /// Of its folder, where descriptors are held.
  private let inode: UInt64?
  private lazy var limits = LimitPath(plan.layout, own)
  /// The files of the CPU time used and of the memory charged, and others that move with the latter.
  private let usage: Int?
  private let charge: Int?
  private let withCharge: [Int]
  /// Readings of files that are read seldom, by metric.
  private var slow: [(Metric, Reading)] = []
  private var limitReadings: [(Metric, Reading)] = []

  public init(_ root: KernelRoot, _ plan: CgroupPlan, _ own: OwnCgroups, _ budget: DescriptorBudget) {
    self.root = root
    self.plan = plan
    self.budget = budget
    let places = plan.files.map { own.place($0.controller, plan.layout) }
    paths = zip(plan.files, places).map { file, place in place.folder.map { "\($0)/\(file.name)" } }
    pathless = places.map { place in if case .missing(let reason) = place { reason } else { .sharedCgroup } }
    self.own = own
    descriptors = Array(repeating: -1, count: paths.count)
    usage = plan.files.firstIndex { $0.metrics.contains(.cpuUsage) }
    let charge = plan.files.firstIndex { $0.metrics.contains(.memoryCurrent) }
    self.charge = charge
    withCharge = plan.files.indices.filter { index in
      let file = plan.files[index]
      return index != charge && file.controller == "memory" && !file.isSlow
    }
    inode = root.holdsDescriptors ? own.identityFolder(plan.layout).flatMap(root.inode) : nil
    guard root.holdsDescriptors else { return }
    for index in paths.indices where !plan.files[index].isSlow && paths[index] != nil {
      descriptors[index] = Self.unopened
    }
  }

  /// Stands for a descriptor that is opened at the first read.
  private static let unopened: Int32 = -2

  private func open(_ index: Int) -> Int32 {
    descriptors[index] = -1
    guard let path = paths[index], budget.take() else { return -1 }
    if let fd = try? root.open(path) { descriptors[index] = fd } else { budget.giveBack() }
    return descriptors[index]
  }

  /// Whether its folder is still the one that it was made for, and not that of a successor of the same name.
  private var isSameGroup: Bool { own.identityFolder(plan.layout).flatMap(root.inode) == inode && inode != nil }

  /// Lets go of a descriptor, to be opened again at the next read.
  private func release(_ index: Int) {
    guard descriptors[index] >= 0 else { return }
    close(descriptors[index])
    descriptors[index] = Self.unopened
    budget.giveBack()
  }

  deinit {
    for fd in descriptors where fd >= 0 {
      close(fd)
      budget.giveBack()
    }
  }

  /// Reads what tells whether anything ran since the last read: then all has to be read. Where nothing ran, what only the
  /// workload itself can change is as it was; memory can be taken from it by others, and is read too.
  /// - Parameter row: holds the readings of the last time.
  /// - Returns: whether the row is complete so.
  public func readQuiet(into sample: inout Sample, row: Int, buffer: inout [UInt8]) -> Bool {
    guard let usage, let charge, case .value(let used) = sample[row, .cpuUsage] else { return false }
    guard readFile(usage, into: &sample, row: row, buffer: &buffer), sample[row, .cpuUsage] == .value(used) else {
      return false
    }
    let charged = sample[row, .memoryCurrent]
    _ = readFile(charge, into: &sample, row: row, buffer: &buffer)
    guard sample[row, .memoryCurrent] != charged else { return true }
    for index in withCharge { _ = readFile(index, into: &sample, row: row, buffer: &buffer) }
    return true
  }

  /// Reads CPU time and memory alone.
  public func readSketch(into sample: inout Sample, row: Int, buffer: inout [UInt8]) {
    for index in [usage, charge].compactMap({ $0 }) + withCharge.prefix(1) {
      _ = readFile(index, into: &sample, row: row, buffer: &buffer)
    }
  }

  /// - Parameter refreshing: whether the files that change seldom are read too.
  /// - Returns: whether the cgroup is still there.
  public func read(into sample: inout Sample, row: Int, buffer: inout [UInt8], refreshing: Bool) -> Bool {
    for missing in plan.unplaced { sample[row, missing.metric] = .missing(missing.reason) }
    var alive = false
    for index in plan.files.indices where !plan.files[index].isSlow {
      if readFile(index, into: &sample, row: row, buffer: &buffer) { alive = true }
    }
    if !alive { markEnded(in: &sample, row: row) }
    if refreshing {
      for index in plan.files.indices where plan.files[index].isSlow {
        _ = readFile(index, into: &sample, row: row, buffer: &buffer)
      }
      slow.removeAll(keepingCapacity: true)
      for file in plan.files where file.isSlow {
        for metric in file.metrics { slow.append((metric, sample[row, metric])) }
      }
      limits.read(root, buffer: &buffer, into: &limitReadings)
    } else {
      for (metric, reading) in slow { sample[row, metric] = reading }
    }
    for (metric, reading) in limitReadings { sample[row, metric] = reading }
    tellOldKernel(&sample, row)
    return alive
  }

  /// A controller that is enabled for a group has all its files there: one without is older than the file.
  private func tellOldKernel(_ sample: inout Sample, _ row: Int) {
    for index in plan.files.indices where sample[row, plan.files[index].metrics[0]] == .missing(.noController) {
      let file = plan.files[index]
      let isEnabled = plan.files.contains { other in
        guard other.controller == file.controller, case .missing = sample[row, other.metrics[0]] else {
          return other.controller == file.controller
        }
        return false
      }
      guard isEnabled, file.metrics.allSatisfy({ sample[row, $0] == .missing(.noController) }) else { continue }
      for metric in file.metrics { sample[row, metric] = .missing(.kernelTooOld) }
    }
  }

  /// A group that has not one of its files is gone; without permission they are still there. One that has no files but
  /// those of pressure loses them all when they are switched off.
  private func markEnded(in sample: inout Sample, row: Int) {
    let own = plan.files.indices.filter { paths[$0] != nil && !plan.files[$0].isSlow }
    let isGone = own.allSatisfy { index in
      let file = plan.files[index]
      let reading = sample[row, file.metrics[0]]
      return reading == .missing(file.absence) || reading == .missing(.ended)
    }
    guard isGone, inode == nil || !isSameGroup else { return }
    for index in own { for metric in plan.files[index].metrics { sample[row, metric] = .missing(.ended) } }
  }

  private func readFile(_ index: Int, into sample: inout Sample, row: Int, buffer: inout [UInt8]) -> Bool {
    let file = plan.files[index]
    do throws(KernelError) {
      guard let count = try load(index, &buffer) else {
        for metric in file.metrics { sample[row, metric] = .missing(pathless[index]) }
        return false
      }
      do throws(FormatError) {
        try parse(file, buffer.span.extracting(first: count), into: &sample, row: row)
      } catch {
        throw .malformed(path: paths[index] ?? file.name, error)
      }
      return true
    } catch {
      let reason: Reason = if case .notFound = error { file.absence } else { error.reason }
      for metric in file.metrics { sample[row, metric] = .missing(reason) }
      if case .malformed = error { sample.problems.append(Problem(source: "cgroup", message: "\(error)")) }
      return false
    }
  }

  /// A held file is read without a look at its path: over a thousand cgroups the paths would push everything else out
  /// of the processor's cache.
  /// - Returns: how many bytes of the buffer are the file; nil where the workload has no such file of its own.
  private func load(_ index: Int, _ buffer: inout [UInt8]) throws(KernelError) -> Int? {
    var fd = descriptors[index]
    if fd == Self.unopened { fd = open(index) }
    guard let path = paths[index] else { return nil }
    if fd >= 0 {
      do throws(KernelError) {
        return try readHeld(fd, into: &buffer, path: path)
      } catch {
        // The file can have gone while the group lives on, and come again: pressure files that were switched off and on, a
        // controller that was. What its path says now is true.
        guard case .gone = error, isSameGroup else { throw error }
        release(index)
      }
    }
    let count = try root.read(path, into: &buffer)
    // It was not there when it was to be opened.
    if root.holdsDescriptors, !plan.files[index].isSlow { descriptors[index] = Self.unopened }
    return count
  }

  private func parse(_ file: CgroupPlan.File, _ bytes: Span<UInt8>, into sample: inout Sample, row: Int)
    throws(FormatError)
  {
    switch file.content {
    case .single(let metric, let scale):
      var cursor = Cursor()
      sample[row, metric] = try cursor.limit(bytes).map { .value($0.saturating(times: scale)) } ?? .unlimited
    case .keyed(let table):
      let base = row * Metric.count
      let absence: Reason = file.controller == "memory" ? .kernelTooOld : file.absence
      for metric in file.metrics { sample.readings[base + metric.index] = .missing(absence) }
      try table.read(bytes) { slot, value in sample.readings[base + slot] = .value(value) }
      if file.metrics.contains(.memoryLimit) { nameLimits(&sample, base) }
    case .pressure(let some, let full):
      let pressure = try Pressure(bytes)
      if let some { sample[row, some] = pressure.some.map { .value($0) } ?? .missing(.kernelTooOld) }
      if let full { sample[row, full] = pressure.full.map { .value($0) } ?? .missing(.kernelTooOld) }
    case .ioStat(let read, let written, let reads, let writes):
      let traffic = try DeviceTraffic(ioStat: bytes, plan.devices)
      if let read { sample[row, read] = .value(traffic.read) }
      if let written { sample[row, written] = .value(traffic.written) }
      if let reads { sample[row, reads] = .value(traffic.reads) }
      if let writes { sample[row, writes] = .value(traffic.writes) }
    case .blkio(let read, let written):
      let traffic = try DeviceTraffic(blkio: bytes, plan.devices)
      if let read { sample[row, read] = .value(traffic.read) }
      if let written { sample[row, written] = .value(traffic.written) }
    }
  }

  /// cgroup v1 limits memory, and memory with swap: what may be in swap is the difference.
  private func nameLimits(_ sample: inout Sample, _ base: Int) {
    let (memory, swap) = (base + Metric.memoryLimit.index, base + Metric.memorySwapLimit.index)
    if case .value(let both) = sample.readings[swap] {
      guard both < unlimitedV1, case .value(let limit) = sample.readings[memory] else {
        sample.readings[swap] = .unlimited
        return name(memory, &sample)
      }
      sample.readings[swap] = limit >= unlimitedV1 ? .value(both) : .value(both - min(limit, both))
    }
    name(memory, &sample)
  }

  private func name(_ limit: Int, _ sample: inout Sample) {
    if case .value(let bytes) = sample.readings[limit], bytes >= unlimitedV1 { sample.readings[limit] = .unlimited }
  }
}

/// What cgroup v1 writes for "no limit": the largest number of whole pages below 2^63, whatever the page size.
private let unlimitedV1: UInt64 = (1 << 63) - 65536
