import ArgumentParser
import CLinux

@main
struct Tare: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tare",
    abstract: "Containers and virtual machines side by side: memory, CPU and what the box costs.",
    discussion: """
      Examples:
        tare                              what runs here and what it uses, live on a terminal
        tare snapshot --format json       the same for a script
        tare snapshot --count 0           again every second, until Ctrl-C
        sudo tare doctor                  what can be seen here, and what not
      """,
    version: "0.1.0",
    subcommands: [
      LiveCommand.self, SnapshotCommand.self, DemoCommand.self, DoctorCommand.self, CaptureCommand.self,
      ConfigCommand.self, BootCommand.self, InspectCommand.self, ExplainCommand.self,
    ],
    // Without a terminal there is nobody to press a key.
    defaultSubcommand: Screen.isThere ? LiveCommand.self : SnapshotCommand.self)

  /// As ArgumentParser's own, but a wrong use ends with 2 as with most programs, not with 64.
  static func main() {
    tare_share_memory()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
      let message = fullMessage(for: error)
      Output.note(message.hasPrefix("Error: ") ? String(message.dropFirst(7)) : message)
      exit(withError: Exit.usage)
    }
  }
}
