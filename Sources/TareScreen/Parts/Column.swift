public import TareModel

/// A column of the table: what it shows of a workload and how rows are sorted by it. To add one, add it to ``catalogue``;
/// every figure has one without that.
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

  /// As in the configuration and in `--columns`: `cpu`, `memory.kernel_bytes`.
  public let name: String
  public let heading: String
  /// What it is, in a few words, for the choice of columns.
  public let help: String
  public let width: Int
  public let alignsAtEnd: Bool
  public let cell: @Sendable (Frame, Int, Settings) -> Text

  public static let defaults = [
    "kind", "name", "runtime", "cpu", "cpu.throttled_percent", "memory", "limit", "boot", "processes.count", "up",
  ]
}
