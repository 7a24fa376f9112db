import ArgumentParser
import TareConfig
import TareModel

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config",
    abstract: "Print what the live screen would use, and where each value comes from.",
    discussion: """
      Flags beat the environment, which beats the file, which beats the default. What is printed is a file that gives the \
      same settings.

      Examples:
        tare config                             every key, its value, and who chose it
        tare config --path                      the file that is read
        TARE_THEME=hall tare config             a key for one run; NO_COLOR works too
        tare config > new.toml                  to change it, and to move it to where --path says

      Keys:
      \(keys)

      Exit codes: 0 done, 1 failure, 2 a wrong file, environment or use: a line for each thing that is wrong.
      """)

  @Flag(help: "Print only the path of the file, whether it exists or not.")
  var path = false

  func run() throws {
    let environment = allEnvironment()
    if path {
      guard let path = ConfigurationFile.path(environment) else {
        Output.note("config: no file is looked for: expected an absolute path in XDG_CONFIG_HOME or HOME")
        throw Exit.failure
      }
      return try print(path + "\n")
    }
    let configuration = try EffectiveSettings.checked(
      Configuration(names: EffectiveSettings.names, environment: environment))
    try print(configuration.toml(home: environment["HOME"]))
  }

  private func print(_ text: String) throws {
    do {
      _ = try Output.write(text)
    } catch {
      Output.note("\(error)")
      throw Exit.failure
    }
  }

  private static let keys = SettingKey.all.map {
    "  \($0.name.fitted(to: 10))\($0.help)"
  }.joined(separator: "\n")
}
