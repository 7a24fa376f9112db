public import TareScreen

/// Something that can be chosen: its name in the file, what it takes, and its place in ``Settings``. File, environment,
/// flags and `tare config` all go over ``all``; a new setting is one line there.
public struct SettingKey: Sendable {
  /// As in the file: `interval`.
  public let name: String
  /// What it decides, in a few words.
  public let help: String
  let kind: SettingKind

  init(_ name: String, _ help: String, _ kind: SettingKind) {
    self.name = name
    self.help = help
    self.kind = kind
  }

  /// As in the environment: `TARE_INTERVAL`.
  public var variable: String { "TARE_" + name.uppercased() }

  /// The value as TOML.
  public func toml(_ settings: Settings) -> String { kind.toml(settings) }

  /// What it takes, in words.
  public func expected(_ names: SettingNames) -> String { kind.expected(names) }

  public static let all: [SettingKey] = [
    SettingKey("interval", "time between two samples", .time(\.interval, in: Settings.intervals)),
    SettingKey("view", "the view to begin with", .choice(\.view)),
    SettingKey("columns", "the table's columns, in order", .names(\.columns) { $0.columns }),
    SettingKey("sort", "what rows are sorted by", .name(\.sort) { $0.orders }),
    SettingKey("theme", "colours for this background; auto asks the terminal", .choice(\.theme)),
    SettingKey("colors", "how many colours; auto asks the terminal", .count(\.colors, of: [0, 8, 16, 256])),
    SettingKey("units", "KiB, MiB, GiB or kB, MB, GB", .choice(\.units)),
    SettingKey("ascii", "draw with ASCII alone; auto asks the terminal", .truthOrAuto(\.ascii)),
    SettingKey("mouse", "take the mouse from the terminal", .truth(\.mouse)),
    SettingKey("users", "Unix users beside containers and VMs", .truth(\.users)),
  ]

  public static func named(_ name: String) -> SettingKey? { all.first { $0.name == name } }
}

/// Names that columns and orders may have: the screen knows them, the configuration does not.
public struct SettingNames: Sendable {
  public var columns: [String]
  public var orders: [String]

  public init(columns: [String], orders: [String]) {
    self.columns = columns
    self.orders = orders
  }
}
