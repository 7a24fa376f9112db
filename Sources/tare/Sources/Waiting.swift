import Glibc
import TareModel
import TareSampling

/// How long a command that prints waits for what does not answer, and what it says meanwhile. The picture has to be whole:
/// nobody looks at it a second time.
enum Waiting {
  /// For all sources together, and for all engines.
  static let timeout = Duration.seconds(20)

  /// For the sampler of such a command.
  static let sources = SourceTimeouts(first: timeout, later: .seconds(2)) { say($0) }

  /// Tells a person at a terminal what is waited for.
  static func say(_ names: [String]) {
    guard isatty(STDERR_FILENO) != 0, !names.isEmpty else { return }
    Output.note("waiting for \(names.joined(separator: ", ")), at most 20 s".harmless)
  }
}
