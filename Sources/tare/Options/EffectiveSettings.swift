import TareConfig
import TareModel
import TareScreen

/// What the person chose for the live screen, from all places.
enum EffectiveSettings {
  static let names = SettingNames(columns: Column.catalogue.map(\.name), orders: RowOrder.names)

  /// Ends with a line for each thing that is wrong: a screen that ignores half of a file would only puzzle.
  static func settings(_ flags: [Configuration.Flag] = []) throws -> Settings {
    try checked(Configuration(names: names, environment: allEnvironment(), flags: flags)).settings
  }

  static func checked(_ configuration: Configuration) throws -> Configuration {
    for complaint in configuration.complaints { Output.note(complaint) }
    guard configuration.complaints.isEmpty else { throw Exit.usage }
    return configuration
  }
}
