public import TareModel

/// A way to write a frame. To add one, add a file to `Exporters/` and its line to ``allExporters``: the command line follows.
public protocol Exporter: Sendable {
  /// As the user asks for it: `--format json`.
  var name: String { get }

  /// Whether columns can be chosen; what has none is always whole.
  var hasColumns: Bool { get }

  /// The same with what the user wants of it.
  func with(_ choice: ExportChoice) -> any Exporter

  /// What comes once, before the first block; may be empty.
  var head: String { get }

  /// One block of text with its line ends.
  /// - Parameter order: the rows in the order to show them.
  func text(_ frame: Frame, order: [Int]) -> String
}

extension Exporter {
  public var hasColumns: Bool { false }
  public func with(_ choice: ExportChoice) -> any Exporter { self }
  public var head: String { "" }
}

/// What a user may want of a format.
public struct ExportChoice: Sendable {
  /// Columns in their order; nil is the format's own choice.
  public var columns: [RowKey]?
  /// All columns that are of use to people, however many cells that takes.
  public var isWide: Bool
  /// Cells in a line of the terminal that it is written to; nil where it goes to a file or another program.
  public var room: Int?

  public init(columns: [RowKey]? = nil, isWide: Bool = false, room: Int? = nil) {
    (self.columns, self.isWide, self.room) = (columns, isWide, room)
  }
}

public let allExporters: [any Exporter] = [TableExporter(), JSONExporter(), CSVExporter()]
