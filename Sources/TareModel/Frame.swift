/// Two samples side by side. Every rate and ratio that tare shows anywhere is computed here and nowhere else, without
/// a clock and without reading anything.
public struct Frame: Sendable {
  public let previous: Sample?
  public let current: Sample
  /// The row in `previous` of each row in `current`.
  private let earlierRows: [Int?]

  public init(previous: Sample?, current: Sample) {
    self.previous = previous?.isSketch == true ? nil : previous
    self.current = current
    guard let previous = self.previous else {
      earlierRows = Array(repeating: nil, count: current.workloads.count)
      return
    }
    if previous.serials == current.serials {
      earlierRows = Array(0..<current.workloads.count)
      return
    }
    let rows = Dictionary(previous.serials.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    earlierRows = current.serials.map { rows[$0] }
  }

  /// One workload in both samples.
  public func pair(_ row: Int) -> Pair {
    Pair(frame: self, row: row, earlierRow: earlierRows[row])
  }

  /// The value of a figure for one row.
  public func value(_ figure: Figure, row: Int) -> FigureValue {
    figure.evaluate(pair(row))
  }

  /// Nanoseconds between the ends of the two samples.
  public var elapsed: UInt64? {
    guard let previous, current.monotonic > previous.monotonic else { return nil }
    return current.monotonic - previous.monotonic
  }

  /// One row of both samples: what a figure's formula may look at.
  public struct Pair: Sendable {
    let frame: Frame
    public let row: Int
    let earlierRow: Int?

    public var workload: Workload { frame.current.workloads[row] }

    public func now(_ metric: Metric) -> Reading { frame.current[row, metric] }

    /// The reading that ``growth(_:)`` counts from: that of the sample before, or of the read before the last one where it is
    /// read less often.
    public func before(_ metric: Metric) -> Reading {
      guard let earlierRow, let previous = frame.previous else { return .missing(.firstSample) }
      if let index = carriedIndex(metric) { return frame.current.earlier[row * Metric.carried.count + index] }
      return previous[earlierRow, metric]
    }

    /// What a counter grew by between the samples.
    public func growth(_ metric: Metric) -> Reading { now(metric).growth(since: before(metric)) }

    /// Nanoseconds between the two reads of this very workload.
    public var elapsed: UInt64? {
      guard let earlierRow, let previous = frame.previous else { return nil }
      let (now, then) = (frame.current.readAt[row], previous.readAt[earlierRow])
      return now > then ? now - then : nil
    }

    /// The same for one metric, which may be read less often than the others.
    public func elapsed(_ metric: Metric) -> UInt64? {
      guard carriedIndex(metric) != nil else { return elapsed }
      let (now, then) = (frame.current.carriedAt[row], frame.current.carriedBefore[row])
      return then > 0 && now > then ? now - then : nil
    }

    private func carriedIndex(_ metric: Metric) -> Int? {
      frame.current.carriedAt[row] == 0 ? nil : metric.carriedIndex
    }

    /// Growth a second, in the metric's unit.
    public func perSecond(_ metric: Metric) -> FigureValue {
      switch growth(metric) {
      case .value(let growth):
        guard let elapsed = elapsed(metric) else { return .missing(.firstSample) }
        return .number(Double(growth) * 1e9 / Double(elapsed))
      case .unlimited: return .unlimited
      case .missing(let reason): return .missing(reason)
      }
    }
  }
}
