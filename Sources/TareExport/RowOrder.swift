public import TareModel

/// What rows can be sorted by: a text, or any figure, whose greatest come first. What is missing comes last.
public struct RowOrder: Sendable {
  private enum Key {
    case name, kind, runtime, started
    case memory
    case figure(Figure)
  }

  private let key: Key

  private static let aliases: [(String, String)] = [
    ("cpu", "cpu.usage_percent"), ("tasks", "processes.count"), ("read", "io.read_bytes_per_second"),
    ("written", "io.written_bytes_per_second"), ("received", "network.received_bytes_per_second"),
    ("sent", "network.sent_bytes_per_second"),
  ]

  /// All names that may be given.
  public static let names =
    ["name", "kind", "runtime", "started", "memory"] + aliases.map(\.0) + Figure.catalogue.map(\.name)

  /// Nil for a name that is none of ``names``.
  public init?(named name: String) {
    switch name {
    case "name": key = .name
    case "kind": key = .kind
    case "runtime": key = .runtime
    case "started": key = .started
    case "memory": key = .memory
    default:
      let full = Self.aliases.first { $0.0 == name }?.1 ?? name
      guard let figure = Figure.named(full) else { return nil }
      key = .figure(figure)
    }
  }

  public func rows(_ frame: Frame) -> [Int] {
    let workloads = frame.current.workloads
    let byName = workloads.indices.sorted {
      (workloads[$0].name, workloads[$0].id) < (workloads[$1].name, workloads[$1].id)
    }
    switch key {
    case .name: return byName
    case .kind: return stable(byName) { workloads[$0].kind.rawValue < workloads[$1].kind.rawValue }
    case .runtime: return stable(byName) { workloads[$0].runtime.rawValue < workloads[$1].runtime.rawValue }
    case .started: return descending(byName) { workloads[$0].startedAt.map(Double.init) }
    case .memory: return descending(byName) { frame.heldMemory(row: $0).number }
    case .figure(let figure): return descending(byName) { frame.value(figure, row: $0).number }
    }
  }

  private func descending(_ rows: [Int], _ value: (Int) -> Double?) -> [Int] {
    let values = Dictionary(uniqueKeysWithValues: rows.map { ($0, value($0)) })
    return stable(rows) { first, second in
      switch (values[first] ?? nil, values[second] ?? nil) {
      case (let one?, let other?): one > other
      case (.some, nil): true
      default: false
      }
    }
  }

  /// Rows that compare equal keep their order.
  private func stable(_ rows: [Int], _ before: (Int, Int) -> Bool) -> [Int] {
    rows.enumerated().sorted { first, second in
      if before(first.element, second.element) { return true }
      if before(second.element, first.element) { return false }
      return first.offset < second.offset
    }.map(\.element)
  }
}
