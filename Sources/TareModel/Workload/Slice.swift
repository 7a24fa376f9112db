/// What was read of a cgroup that workloads are in, and that is none itself: a slice of systemd, an engine's folder.
public struct SliceReadings: Sendable, Hashable {
  /// Below the cgroup root, as ``Workload/cgroup``.
  public var path: String
  /// Monotonic nanoseconds.
  public var readAt: UInt64
  /// Nanoseconds.
  public var cpuUsage: Reading
  /// Bytes.
  public var memoryCurrent: Reading
  public var memoryInactiveFile: Reading

  public init(
    path: String, readAt: UInt64, cpuUsage: Reading, memoryCurrent: Reading, memoryInactiveFile: Reading
  ) {
    (self.path, self.readAt, self.cpuUsage) = (path, readAt, cpuUsage)
    (self.memoryCurrent, self.memoryInactiveFile) = (memoryCurrent, memoryInactiveFile)
  }
}

/// The figures of such a cgroup, all that runs in it counted, workloads or not.
public struct SliceFigures: Sendable, Hashable {
  /// Percent of a core.
  public let cpu: FigureValue
  /// Bytes, page cache too.
  public let charged: FigureValue
  /// Charged less inactive_file, bytes.
  public let workingSet: FigureValue
}

extension Frame {
  /// Nil where nobody reads it.
  public func slice(_ path: String) -> SliceFigures? {
    guard let now = current.slices.first(where: { $0.path == path }) else { return nil }
    let before = previous?.slices.first { $0.path == path }
    let growth = now.cpuUsage.growth(since: before?.cpuUsage ?? .missing(.firstSample))
    let elapsed = before.map { now.readAt > $0.readAt ? Double(now.readAt - $0.readAt) : 0 } ?? 0
    let cpu = elapsed > 0 ? FigureValue(growth).map { $0 * 100 / elapsed } : .missing(.firstSample)
    let set: FigureValue =
      switch (now.memoryCurrent, now.memoryInactiveFile) {
      case (.value(let charged), .value(let inactive)): .integer(charged > inactive ? charged - inactive : 0)
      case (.missing(let reason), _), (_, .missing(let reason)): .missing(reason)
      case (.unlimited, _), (_, .unlimited): .missing(.malformed)
      }
    return SliceFigures(cpu: cpu, charged: FigureValue(now.memoryCurrent), workingSet: set)
  }
}
