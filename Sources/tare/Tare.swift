import ArgumentParser

@main
struct Tare: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "tare", version: "0.1.0")
}
