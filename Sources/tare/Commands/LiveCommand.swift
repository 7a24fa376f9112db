import ArgumentParser
import TareConfig
import TareScreen

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
  var interval: String?

  @Option(help: ArgumentHelp("\(Settings.View.names).", valueName: "view"))
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

  @Flag(help: "Unix users too, with what they run in no container and no VM; key u.")
  var users = false

  @Option(help: ArgumentHelp("A captured host instead of this machine.", valueName: "dir"))
  var root: String?

  @OptionGroup var wanted: FilterOption
  @OptionGroup var starts: StartOptions
  @OptionGroup var guests: GuestOption

  mutating func validate() throws {
    try wanted.check()
    try starts.check()
    try guests.check(root: root)
    let complaints = Configuration(names: EffectiveSettings.names, environment: [:], flags: flags).complaints
    guard complaints.isEmpty else { throw ValidationError(complaints.joined(separator: "\n")) }
    guard color.map({ Self.colors[$0] != nil }) ?? true else {
      throw ValidationError("--color: expected auto, always, never, 8, 16 or 256; found \"\(color ?? "")\"")
    }
  }

  func run() throws {
    guard Screen.isThere else {
      Output.note(
        "live: standard input and output are no terminal: expected one; tare snapshot prints to a pipe or file")
      throw Exit.usage
    }
    try Screen(
      EffectiveSettings.settings(flags), root: root, filter: wanted.parsed(), readyMarker: starts.pattern(),
      guests: guests.asked(samples: 0)
    ).run()
  }

  private static let colors = [
    "auto": "auto", "always": "auto", "never": "0", "8": "8", "16": "16", "256": "256",
  ]

  /// What the flags say, as the configuration takes it.
  private var flags: [Configuration.Flag] {
    // Other than always, auto leaves NO_COLOR its say.
    let colors = color == "auto" && environment("NO_COLOR") != nil ? "0" : color.flatMap { Self.colors[$0] }
    let given: [(String, String?, String)] = [
      ("interval", interval, "--interval"), ("view", view, "--view"), ("sort", sort, "--sort"),
      ("theme", theme, "--theme"), ("colors", colors, "--color"), ("ascii", ascii ? "true" : nil, "--ascii"),
      ("mouse", noMouse ? "false" : nil, "--no-mouse"), ("users", users ? "true" : nil, "--users"),
    ]
    return given.compactMap { key, value, name in value.map { Configuration.Flag(key: key, value: $0, name: name) } }
  }
}
