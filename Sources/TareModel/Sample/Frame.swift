/// Two samples side by side. Every rate and ratio that tare shows anywhere is computed here and nowhere else, without
/// a clock and without reading anything.
public struct Frame: Sendable {
  public let previous: Sample?
  public let current: Sample
  /// What the machine can do at most between the two.
  public let bounds: MachineBounds
  /// The row in `previous` of each row in `current`.
  private let earlierRows: [Int?]

  public init(previous: Sample?, current: Sample) {
    self.previous = previous?.isSketch == true ? nil : previous
    self.current = current
    bounds = MachineBounds(previous: self.previous, current: current)
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

    /// The reading, as far as this machine can have such a number; see ``MachineBounds``.
    public func now(_ metric: Metric) -> Reading {
      let reading = read(metric)
      guard case .value(let number) = reading else { return reading }
      let kind = metric.boundKind
      guard frame.bounds.admit(number, as: kind) else { return .missing(.inconsistent) }
      guard metric.declaration.kind == .counter, case .value(let growth) = reading.growth(since: before(metric)),
        let window = window(metric)
      else { return reading }
      return frame.bounds.admit(growth: growth, as: kind, within: window) ? reading : .missing(.inconsistent)
    }

    /// The reading as it was read.
    public func read(_ metric: Metric) -> Reading { frame.current[row, metric] }

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

    /// The longest time that can lie between the two reads of one metric: a read can end as late as its sample.
    private func window(_ metric: Metric) -> UInt64? {
      guard let elapsed = elapsed(metric), let earlierRow, let previous = frame.previous else { return nil }
      let begun = carriedIndex(metric) == nil ? previous.readAt[earlierRow] : frame.current.carriedBefore[row]
      let ended = frame.current.monotonic
      return max(elapsed, ended > begun ? ended - begun : 0)
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

extension MachineBounds {
  /// CPUs and memory come and go: the larger of the two samples counts.
  init(previous: Sample?, current: Sample) {
    let cpus = max(previous?.host.cpusOnline ?? 0, current.host.cpusOnline)
    let memory = [current, previous].compactMap { $0?.hostReadings.memoryTotal.number }
      .filter { $0 > 0 && $0 <= Self.mostMemory }.max()
    self.init(cpus: cpus > 0 ? UInt64(cpus) : nil, memory: memory)
  }
}
