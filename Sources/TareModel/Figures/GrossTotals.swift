/// The host's memory where workloads stand with all that the host pays for them: page cache that could be given back counts as
/// theirs there, while `available`, and with it the memory used, counts it as free. With the caches the parts add up again.
public struct GrossTotals: Sendable {
  /// Memory used with the caches of outermost workloads, bytes; not less than what these weigh. Missing as the memory used is.
  public let used: FigureValue
  /// That less all outermost workloads, bytes, not below 0. Inferred: a page shared with the host counts in one place only.
  public let rest: FigureValue
  /// Exact where all of them are known, else ``rest`` is that much at most.
  public let restBound: Weight.Bound
  /// The caches are more than a hundredth of it: who compares it with another program's figure has to be told.
  public let hasCaches: Bool

  /// - Parameters:
  ///   - memoryUsed: total less available, bytes.
  ///   - gross: what outermost workloads weigh, bytes.
  ///   - caches: what of their charge could be given back, bytes.
  ///   - isAtLeast: one of them holds more than is known.
  public init(memoryUsed: FigureValue, gross: Double, caches: Double, isAtLeast: Bool = false) {
    restBound = isAtLeast ? .atMost : .exact
    used = memoryUsed.map { max($0 + caches, gross) }
    rest = memoryUsed.map { max(0, $0 + caches - gross) }
    hasCaches = caches > 0 && caches * 100 > memoryUsed.number ?? 0
  }
}

extension Frame {
  /// What of a workload's charge the host counts as free, bytes: current - working set. 0 where that is not known, and of a VM,
  /// whose own cache is anonymous memory to the host.
  public func reclaimableCache(row: Int) -> Double {
    guard let charged = value(.memoryCurrent, row: row).number, let held = value(.workingSet, row: row).number else {
      return 0
    }
    return max(0, charged - held)
  }
}
