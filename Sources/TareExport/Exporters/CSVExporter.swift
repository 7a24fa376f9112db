public import TareModel

/// RFC 4180: a line of headings once, then one line for each workload of each sample. What is missing is an empty field; the
/// reason is in the JSON. Headings have the JSON's names and their units.
public struct CSVExporter: Exporter {
  public let name = "csv"
  public let hasColumns = true
  private let keys: [RowKey]

  public init() { keys = Self.whole }

  public func with(_ choice: ExportChoice) -> any Exporter {
    choice.columns.map { CSVExporter(columns: $0) } ?? self
  }

  /// A bound never stands without the word that says so.
  init(columns: [RowKey]) {
    keys = columns.reduce(into: []) { keys, key in
      for next in [key] + key.companions.compactMap(RowKey.named)
      where !keys.contains(where: { $0.field == next.field }) {
        keys.append(next)
      }
    }
  }

  public var head: String { Self.line(["time"] + keys.map { CSVText.field($0.field) }) }

  public func text(_ frame: Frame, order: [Int]) -> String {
    let time = Timestamp.text(frame.current.realtime)
    return order.map { row in Self.line([time] + keys.map { Self.field($0, frame, row) }) }.joined()
  }

  private static func line(_ fields: [String]) -> String { fields.joined(separator: ",") + "\r\n" }

  private static func field(_ key: RowKey, _ frame: Frame, _ row: Int) -> String {
    if let figure = key.figure {
      switch frame.value(figure, row: row) {
      case .integer(let number): return String(number)
      case .number(let number): return CSVText.number(number)
      case .unlimited, .missing: return ""
      }
    }
    switch key.value {
    case .text(let value): return value(frame, row).map(CSVText.field) ?? ""
    case .instant(let value): return value(frame, row).map(Timestamp.text) ?? ""
    case .number(let unit, let value): return value(frame, row).map { CSVText.number($0, unit) } ?? ""
    }
  }

  /// All that the JSON says of a workload in single values.
  private static let whole = CSVExporter(
    columns: [
      "id", "name", "kind", "runtime", "image", "pod", "namespace", "parent", "pid", "cgroup", "started", "state",
      "accelerator",
    ].compactMap(RowKey.named) + Figure.catalogue.compactMap { RowKey.named($0.name) }
      + ["bounds", "boot", "ready", "boot.kind"].compactMap(RowKey.named)
  ).keys
}
