internal import TareModel
public import TareScreen

/// What was chosen, by whom, and what was wrong with it. Later choices beat earlier ones: apply the file, then the
/// environment, then flags. Every wrong value is a line of ``complaints``; the others still hold.
public struct Configuration: Sendable {
  /// A flag that sets a key: `--theme dark`.
  public struct Flag: Sendable, Hashable {
    public var key: String
    public var value: String
    /// As it was typed: `--color`.
    public var name: String

    public init(key: String, value: String, name: String) {
      self.key = key
      self.value = value
      self.name = name
    }
  }

  public private(set) var settings = Settings()
  /// One line each, with file and line, variable or flag in front.
  public internal(set) var complaints: [String] = []
  private let names: SettingNames
  private var origins: [String: Origin] = [:]

  public init(names: SettingNames) { self.names = names }

  /// The file that the environment points to, then the environment, then flags.
  public init(names: SettingNames, environment: [String: String], flags: [Flag] = []) {
    self.init(names: names)
    if let path = ConfigurationFile.path(environment) { apply(file: path) }
    apply(environment: environment)
    apply(flags: flags)
  }

  public func origin(_ key: SettingKey) -> Origin { origins[key.name] ?? .standard }

  /// `NO_COLOR`, whatever it says, and a variable for each key. An empty one counts as not set.
  public mutating func apply(environment: [String: String]) {
    if let value = environment["NO_COLOR"], !value.isEmpty, let key = SettingKey.named("colors") {
      set(key, .word("0"), .environment("NO_COLOR"))
    }
    for key in SettingKey.all {
      guard let value = environment[key.variable], !value.isEmpty else { continue }
      set(key, .word(value), .environment(key.variable))
    }
  }

  public mutating func apply(flags: [Flag]) {
    for flag in flags {
      guard let key = SettingKey.named(flag.key) else { continue }
      set(key, .word(flag.value), .flag(flag.name))
    }
  }

  mutating func set(_ key: SettingKey, _ value: GivenValue, _ origin: Origin) {
    do throws(WrongValue) {
      try key.kind.read(value, names, &settings)
      origins[key.name] = origin
    } catch {
      let what =
        switch error {
        case .unexpected: "expected \(key.kind.expected(names)); found \(value.found)"
        case .because(let reason): reason
        }
      switch origin {
      case .file(let path, let line): complaints.append("\(path.harmless):\(line): \(key.name): \(what)")
      case .environment(let name), .flag(let name): complaints.append("\(name): \(what)")
      case .standard: complaints.append("\(key.name): \(what)")
      }
    }
  }

  /// All values as TOML, each with its origin as a comment.
  public func toml(home: String?) -> String {
    let lines = SettingKey.all.map { ("\($0.name) = \($0.toml(settings))", origin($0).text(home: home).harmless) }
    // A long list does not push all comments to the right.
    let width = lines.map(\.0.displayWidth).filter { $0 <= 32 }.max() ?? 0
    return lines.map { "\($0.fitted(to: max(width, $0.displayWidth)))  # \($1)\n" }.joined()
  }
}
