import ArgumentParser
import TareScreen
import TareTerminal

struct LiveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "live",
    abstract: "Watch containers and VMs on a screen of its own, until q.",
    discussion: """
      The same as tare alone on a terminal. ? shows the keys.

      Examples:
        tare live --interval 5s
        tare live --view table --sort cpu
        tare live --theme light --color 16
        tare live --root capture                 a host that tare capture copied

      Exit codes: 0 ended by q, 1 failure, 2 usage, 3 nothing could be read, 128 and the number of the signal that ended it.
      """)

  @Option(help: ArgumentHelp("Time between two samples: 1s, 200ms; from 0.1 s to 60 s.", valueName: "time"))
  var interval: Interval?

  @Option(help: ArgumentHelp("overview or table.", valueName: "view"))
  var view: String?

  @Option(help: ArgumentHelp("Column to sort by, such as memory, cpu or any figure of the JSON.", valueName: "column"))
  var sort: String?

  @Option(help: ArgumentHelp("auto, dark, light, hall (for projectors) or mono.", valueName: "theme"))
  var theme: String?

  @Option(help: ArgumentHelp("auto, always, never, or how many: 8, 16, 256.", valueName: "colors"))
  var color: String?

  @Flag(help: "Draw with ASCII characters alone.")
  var ascii = false

  @Flag(help: "Leave the mouse to the terminal.")
  var noMouse = false

  @Option(help: ArgumentHelp("A captured host instead of this machine.", valueName: "dir"))
  var root: String?

  mutating func validate() throws {
    _ = try settings()
  }

  func run() throws {
    guard Screen.isThere else {
      Output.note(
        "live: standard input and output are no terminal: expected one; tare snapshot prints to a pipe or file")
      throw Exit.usage
    }
    try Screen(settings(), root: root).run()
  }

  /// What the flags say, over what was chosen elsewhere.
  func settings(over chosen: Settings = Screen.standard()) throws -> Settings {
    var settings = chosen
    if let interval {
      guard Settings.intervals.contains(interval.nanoseconds) else {
        throw ValidationError("--interval: expected 0.1 s to 60 s")
      }
      settings.interval = interval.nanoseconds
    }
    if let view { settings.view = try choice("view", view) }
    if let theme { settings.theme = try choice("theme", theme) }
    if let sort { settings.sort = sort }
    switch color {
    case nil: break
    case "auto": settings.colors = Screen.standard().colors
    case "always": settings.colors = nil
    case "never": settings.colors = 0
    case "8", "16", "256": settings.colors = color.flatMap { Int($0) }
    default: throw ValidationError("--color \(color ?? ""): expected auto, always, never, 8, 16 or 256")
    }
    if ascii { settings.ascii = true }
    if noMouse { settings.mouse = false }
    return settings
  }

  private func choice<Value: RawRepresentable<String> & CaseIterable>(_ flag: String, _ word: String) throws -> Value {
    if let value = Value(rawValue: word) { return value }
    let words = Value.allCases.map(\.rawValue)
    throw ValidationError(
      "--\(flag) \(word): expected \(words.dropLast().joined(separator: ", ")) or \(words.last ?? "")")
  }
}
