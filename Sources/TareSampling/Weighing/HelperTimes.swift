internal import KernelStats

/// CPU time of processes that serve a workload. Of one that ended what it had run stays in the sum.
final class HelperTimes {
  private struct Helper {
    let file: HeldFile
    /// Whether the workload's own CPU time contains it.
    let isInside: Bool
    var start: UInt64?
    var ticks: UInt64 = 0
    var isGone = false
  }

  private let root: KernelRoot
  private var helpers: [Helper]

  /// - Parameter isInside: whether the workload's own CPU time contains that of this process.
  init(_ pids: [Int32], _ root: KernelRoot, _ budget: DescriptorBudget, isInside: (Int32) -> Bool) {
    self.root = root
    helpers = pids.map { Helper(file: HeldFile("/proc/\($0)/stat", root, budget), isInside: isInside($0)) }
  }

  var isEmpty: Bool { helpers.isEmpty }

  /// Nanoseconds so far, in clock ticks.
  func read(_ buffer: inout [UInt8]) -> (outside: UInt64, inside: UInt64) {
    var sum: (UInt64, UInt64) = (0, 0)
    for index in helpers.indices {
      if !helpers[index].isGone { read(index, &buffer) }
      let time = helpers[index].ticks &* root.facts.tick
      if helpers[index].isInside { sum.1 &+= time } else { sum.0 &+= time }
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
    helpers[index].start = stat.start
    helpers[index].ticks = max(helpers[index].ticks, stat.userTicks &+ stat.systemTicks)
  }
}
