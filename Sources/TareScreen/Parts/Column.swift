internal import TareModel

/// A column of the table: what it shows of a workload. Rows are sorted by the ``RowKey`` of the same name. To add one, add
/// it to ``catalogue``; every figure has one without that.
public struct Column: Sendable {
  /// What a cell shows.
  public struct Text: Sendable {
    public var text: String
    public var style: Style

    public init(_ text: String, _ style: Style = .text) {
      self.text = text
      self.style = style
    }
  }

  /// As in the configuration: `cpu`, `memory.kernel_bytes`.
  public let name: String
  /// What it is, in a few words, for the choice of columns.
  public let help: String
  public let width: Int
  public let alignsAtEnd: Bool
  private let title: String
  /// What the heading says of the unit, where it depends on the settings.
  private let unit: Figure.Unit?
  let cell: @Sendable (Frame, Int, Settings) -> Text

  public static let defaults = [
    "runtime", "cpu", "throttled", "memory", "limit", "boot", "tasks", "up", "note",
  ]

  public static func named(_ name: String) -> Column? { byName[name] }

  private static let byName = Dictionary(catalogue.map { ($0.name, $0) }) { first, _ in first }

  func heading(_ settings: Settings) -> String {
    let text = title + (unit.map { FigureText.suffix($0, settings) } ?? "")
    // As in the cells: the last place is for a mark.
    return alignsAtEnd ? "\(text) " : text
  }

  /// A text, from the left.
  init(
    _ name: String, _ title: String, _ width: Int, _ help: String,
    text: @escaping @Sendable (Frame, Int) -> Text
  ) {
    (self.name, self.title, self.width, self.help) = (name, title, width, help)
    (unit, alignsAtEnd) = (nil, false)
    cell = { frame, row, _ in text(frame, row) }
  }

  /// A number that ends at the right, with one cell after it for a mark.
  init(
    _ name: String, _ title: String, _ width: Int, _ help: String, unit: Figure.Unit? = nil,
    number: @escaping @Sendable (Frame, Int, Settings) -> String
  ) {
    (self.name, self.title, self.width, self.help) = (name, title, width, help)
    (self.unit, alignsAtEnd) = (unit, true)
    cell = { Text(number($0, $1, $2)) }
  }
}
