internal import TareModel

/// A column of the table: what the ``RowKey`` of the same name shows of a workload, and in how many cells.
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
    "runtime", "cpu", "throttled", "memory", "tare", "limit", "boot", "tasks", "up", "note",
  ]

  /// One of the catalogue, or of any other ``RowKey``.
  public static func named(_ name: String) -> Column? { byName[name] ?? RowKey.named(name).map(Column.init) }

  private static let byName = Dictionary(catalogue.map { ($0.name, $0) }) { first, _ in first }

  func heading(_ settings: Settings) -> String {
    let text = title + (unit.map { FigureText.suffix($0, settings) } ?? "")
    // As in the cells: the last place is for a mark.
    return alignsAtEnd ? "\(text) " : text
  }

  /// A number that is too long loses no digits: it is rounded, or stands in thousands.
  func fitted(_ text: String, to width: Int) -> String {
    let text = text.squeezed(to: width)
    return alignsAtEnd ? text.shortenedNumber(to: width) : text
  }

  /// A text, from the left.
  init(_ key: RowKey, _ width: Int, text: @escaping @Sendable (Frame, Int) -> Text) {
    (name, title, self.width, help) = (key.name, key.title, width, key.help)
    (unit, alignsAtEnd) = (nil, false)
    cell = { frame, row, _ in text(frame, row) }
  }

  /// A number that ends at the right, with one cell after it for a mark.
  /// - Parameter suffix: what the heading says of the unit, where that does not depend on the settings.
  init(
    _ key: RowKey, _ width: Int, unit: Figure.Unit? = nil, suffix: String = "",
    number: @escaping @Sendable (Frame, Int, Settings) -> String
  ) {
    (name, title, self.width, help) = (key.name, key.title + suffix, width, key.help)
    (self.unit, alignsAtEnd) = (unit, true)
    cell = { Text(number($0, $1, $2)) }
  }
}
