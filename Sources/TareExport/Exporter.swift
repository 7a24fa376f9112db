public import TareModel

/// A way to write a frame. To add one, add a file to `Exporters/` and its line to ``allExporters``.
public protocol Exporter: Sendable {
  /// As the user asks for it: `--format json`.
  var name: String { get }

  /// One block of text with its line ends.
  /// - Parameter order: the rows in the order to show them.
  func text(_ frame: Frame, order: [Int]) -> String
}

public let allExporters: [any Exporter] = [TableExporter(), JSONExporter()]
