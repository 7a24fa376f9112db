internal import KernelStats
internal import TareModel

/// CPU time of processes that serve a workload. Of one that ended what it had run stays in the sum.
final class HelperCPUReader {
  private struct Helper {
    let pid: Int32
    let file: HeldFile
    /// Whether the workload's own CPU time contains it.
    let isInside: Bool
    var start: UInt64?
    var ticks: UInt64 = 0
    /// What it had run when it was known to be one, where it came later than the others: the sum does not jump.
    var before: UInt64 = 0
    var isLate = false
    var isGone = false
  }

  private let root: KernelRoot
  private let budget: DescriptorBudget
  private var helpers: [Helper] = []

  init(_ root: KernelRoot, _ budget: DescriptorBudget) { (self.root, self.budget) = (root, budget) }

  /// Takes on those of these that are not known yet.
  /// - Parameters:
  ///   - isLate: whether there was a sum before.
  ///   - isInside: whether the workload's own CPU time contains that of this process.
  func add(_ pids: [Int32], isLate: Bool, isInside: (Int32) -> Bool) {
    for pid in pids where !helpers.contains(where: { $0.pid == pid }) {
      let file = HeldFile("/proc/\(pid)/stat", root, budget)
      helpers.append(Helper(pid: pid, file: file, isInside: isInside(pid), isLate: isLate))
    }
  }

  /// Nanoseconds so far, in clock ticks.
  func read(_ buffer: inout [UInt8]) -> (outside: UInt64, inside: UInt64) {
    var sum: (UInt64, UInt64) = (0, 0)
    for index in helpers.indices {
      if !helpers[index].isGone { read(index, &buffer) }
      let time = (helpers[index].ticks &- helpers[index].before).saturating(times: root.facts.tick)
      if helpers[index].isInside { sum.1.add(saturating: time) } else { sum.0.add(saturating: time) }
    }
    return sum
  }

  private func read(_ index: Int, _ buffer: inout [UInt8]) {
    guard
      let stat = try? helpers[index].file.read(
        into: &buffer, { bytes throws(FormatError) in try ProcessStat(bytes) }),
      helpers[index].start == nil || helpers[index].start == stat.start
    else {
      helpers[index].isGone = true
      return
    }
    let ticks = stat.userTicks.saturating(plus: stat.systemTicks)
    if helpers[index].start == nil, helpers[index].isLate { helpers[index].before = ticks }
    helpers[index].start = stat.start
    helpers[index].ticks = max(helpers[index].ticks, ticks)
  }
}
