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

  /// As ArgumentParser's own, but a wrong use ends with 2 as with most programs, not with 64, and what cannot be written is
  /// a failure for help and version too.
  static func main() {
    Output.prepare()
    tare_share_memory()
    // An allocation that fails later would end a Swift program without a word.
    guard tare_has_room(12 << 20) != 0 else {
      Output.note("no memory: less than 12 MiB may be had; raise ulimit -v or ulimit -d")
      exit(withError: Exit.failure)
    }
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      end(error)
    }
  }

  private static func end(_ error: any Error) -> Never {
    let code = exitCode(for: error)
    let message = fullMessage(for: error)
    if code.isSuccess {
      // Help, the version, a script for a shell.
      if !message.isEmpty { Output.writeOrEnd(message + "\n") }
    } else if !message.isEmpty {
      Output.note(message.hasPrefix("Error: ") ? String(message.dropFirst(7)) : message)
    }
    exit(withError: code == .validationFailure ? Exit.usage : code)
  }
}
