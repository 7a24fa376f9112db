internal import TareModel

/// What was last read of a workload, so that one that stands still need not be read all over again: its CPU time says
/// that nothing ran, and what only it could change is as it was.
struct IdleRowCache {
  /// Nanoseconds after which all is read at the latest, because others can change some of it: caches are reclaimed,
  /// packets come.
  private let idleMaxAge: UInt64
  private var readings: [Reading] = []
  private var earlier: [Reading] = []
  private var readAt: UInt64 = 0
  private var readBefore: UInt64 = 0
  private var due: UInt64 = 0
  private var refreshedAt: UInt64 = 0
  private let serial: UInt64

  init(serial: UInt64, idleMaxAge: UInt64) {
    self.serial = serial
    self.idleMaxAge = idleMaxAge
  }

  /// Whether it may be left at a look for whether it ran. Not before two full reads: the first rates need them.
  func isQuiet(at now: UInt64) -> Bool { readBefore > 0 && now < due }

  /// Whether what changes seldom, limits and OOM kills, may still wait while it stands still.
  func isFresh(at now: UInt64) -> Bool { now < refreshedAt &+ 3 * idleMaxAge }

  /// Fills a row with what was read last.
  func restore(_ sample: inout Sample, _ row: Int) {
    let base = row * Metric.count
    for index in 0..<Metric.count { sample.readings[base + index] = readings[index] }
    show(&sample, row)
  }

  /// Takes a row that was read as a whole.
  /// - Parameter refreshed: whether what changes seldom was read, too.
  mutating func keep(_ sample: inout Sample, _ row: Int, at now: UInt64, refreshed: Bool) {
    if refreshed { refreshedAt = now }
    let base = row * Metric.count
    if readings.isEmpty {
      readings = Array(repeating: .missing(.firstSample), count: Metric.count)
      earlier = Array(repeating: .missing(.firstSample), count: Metric.carried.count)
    }
    for (place, metric) in Metric.carried.enumerated() { earlier[place] = readings[metric.index] }
    for index in 0..<Metric.count { readings[index] = sample.readings[base + index] }
    // The first time is spread, so that rows that were found together are not all due at the same tick.
    due = now + (readBefore == 0 ? idleMaxAge / 8 * (serial % 8 + 1) : idleMaxAge)
    (readBefore, readAt) = (readAt, now)
    // What could not be understood is said at every sample.
    if readings.contains(.missing(.malformed)) { due = 0 }
    show(&sample, row)
  }

  private func show(_ sample: inout Sample, _ row: Int) {
    let base = row * Metric.carried.count
    for place in earlier.indices { sample.earlier[base + place] = earlier[place] }
    sample.carriedAt[row] = readAt
    sample.carriedBefore[row] = readBefore
  }
}
