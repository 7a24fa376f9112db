internal import TareModel

/// What figures were at the samples before: rings of ``depth`` points, one point a sample, all turned together.
public struct History: Sendable {
  /// The last so many samples are kept.
  public static let depth = 128
  /// Up to so many workloads every figure is kept; of more only CPU and memory, and every figure of those that
  /// somebody looks at.
  static let mostWatched = 64

  /// A ring; missing points are NaN.
  struct Series: Sendable {
    var points = [Float](repeating: .nan, count: History.depth)
  }

  /// One for each kind, and the host's.
  struct Lane: Sendable {
    var memory = Series()
    var cpu = Series()
  }

  private struct Row: Sendable {
    var memory = Series()
    var cpu = Series()
    /// By place in the catalogue of figures; empty while nobody looks.
    var figures: [Series] = []
    var seen: UInt64 = 0
  }

  private var times = [UInt64](repeating: 0, count: History.depth)
  /// How many samples there were in all; the last is at `(total - 1) % depth`.
  private var total: UInt64 = 0
  private var rows: [UInt64: Row] = [:]
  private(set) var containers = Lane()
  private(set) var machines = Lane()
  private(set) var users = Lane()
  private(set) var host = Lane()

  public init() {}

  /// How many points there are.
  var count: Int { Int(min(total, UInt64(Self.depth))) }

  /// The point so many samples ago; 0 is the last. NaN where there is none.
  func point(_ series: Series, ago: Int) -> Float {
    guard ago < count else { return .nan }
    return series.points[Int((total - 1 - UInt64(ago)) % UInt64(Self.depth))]
  }

  /// Nanoseconds from the point so many samples ago, or the oldest, until the last.
  func span(ago: Int) -> UInt64 {
    guard count > 1 else { return 0 }
    let oldest = min(ago, count - 1)
    let last = times[Int((total - 1) % UInt64(Self.depth))]
    return last &- times[Int((total - 1 - UInt64(oldest)) % UInt64(Self.depth))]
  }

  func cpu(serial: UInt64) -> Series? { rows[serial]?.cpu }
  func memory(serial: UInt64) -> Series? { rows[serial]?.memory }

  /// The points of one figure of a workload; nil where nobody looked.
  func figure(_ place: Int, serial: UInt64) -> Series? {
    guard let figures = rows[serial]?.figures, place < figures.count else { return nil }
    return figures[place]
  }

  /// - Parameter watched: ids of workloads that somebody looks at.
  mutating func append(_ frame: Frame, _ summary: Summary, watched: Set<String>) {
    let place = Int(total % UInt64(Self.depth))
    times[place] = frame.current.monotonic
    total += 1
    containers.append(summary.containers, place)
    machines.append(summary.machines, place)
    users.append(summary.users, place)
    host.memory.points[place] = summary.totals.memoryUsed.number.map { Float($0) } ?? .nan
    host.cpu.points[place] = summary.totals.cpu.number.map { Float($0) } ?? .nan
    let keepsAll = frame.current.workloads.count <= Self.mostWatched
    for row in frame.current.serials.indices {
      let isWatched = keepsAll || !watched.isEmpty && watched.contains(frame.current.workloads[row].id)
      append(frame, row, place, isWatched: isWatched)
    }
    if rows.count > frame.current.serials.count { rows = rows.filter { $0.value.seen == total } }
  }

  private mutating func append(_ frame: Frame, _ row: Int, _ place: Int, isWatched: Bool) {
    let total = total
    let pair = frame.pair(row)
    let cpu = Figure.cpuUsage.evaluate(pair).number
    let memory = frame.heldMemory(row: row).number
    func write(_ entry: inout Row) {
      entry.seen = total
      entry.cpu.points[place] = cpu.map { Float($0) } ?? .nan
      entry.memory.points[place] = memory.map { Float($0) } ?? .nan
      guard isWatched else {
        entry.figures = []
        return
      }
      if entry.figures.isEmpty { entry.figures = Array(repeating: Series(), count: Figure.catalogue.count) }
      for (index, figure) in Figure.catalogue.enumerated() {
        entry.figures[index].points[place] = figure.evaluate(pair).number.map { Float($0) } ?? .nan
      }
    }
    write(&rows[frame.current.serials[row], default: Row()])
  }
}

extension History.Lane {
  fileprivate mutating func append(_ now: Summary.Lane, _ place: Int) {
    memory.points[place] = now.count == 0 ? .nan : Float(now.memory)
    cpu.points[place] = now.cpu.map { Float($0) } ?? .nan
  }
}
