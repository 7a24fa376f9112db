import ArgumentParser
import TareModel

/// How the starts of workloads are seen, for commands that go on for long.
struct StartOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What a VM says on its serial line, where that goes to a file, when its service answers: an extended regular expression. (default: a prompt for a login)",
      valueName: "regex"))
  var readyMarker: String?

  func check() throws { _ = try pattern() }

  func pattern() throws -> Pattern? {
    guard let readyMarker else { return nil }
    do {
      return try Pattern(readyMarker)
    } catch {
      throw ValidationError("--ready-marker: \(error)")
    }
  }
}
