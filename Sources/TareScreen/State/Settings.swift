/// What a user can choose, by flag, environment, file or key.
public struct Settings: Sendable, Hashable {
  public enum View: String, Sendable, Hashable, CaseIterable {
    case overview, table, boot, stack

    /// `overview, table or boot`
    public static var names: String {
      let all = allCases.map(\.rawValue)
      return "\(all.dropLast().joined(separator: ", ")) or \(all.last ?? "")"
    }
  }
  public enum Theme: String, Sendable, Hashable, CaseIterable { case auto, dark, light, hall, mono }
  public enum Units: String, Sendable, Hashable, CaseIterable { case iec, si }

  /// Nanoseconds between two samples, in ``intervals``.
  public var interval: UInt64 = 1_000_000_000
  public var view = View.overview
  /// Names of the table view's columns, in order.
  public var columns: [String] = Column.defaults
  /// Name of the column that rows are sorted by.
  public var sort = "memory"
  public var theme = Theme.auto
  /// Colours of the terminal: 0, 8, 16 or 256; nil finds out.
  public var colors: Int?
  public var units = Units.iec
  /// Draws with ASCII alone; nil finds out.
  public var ascii: Bool?
  public var mouse = true
  /// Whether Unix users stand beside containers and VMs.
  public var users = false

  /// 0.1 s to 60 s.
  public static let intervals: ClosedRange<UInt64> = 100_000_000...60_000_000_000

  public init() {}
}
