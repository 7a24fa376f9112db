import ArgumentParser

/// What a script can rely on. Usage errors are ``usage``, as everywhere.
enum Exit {
  static let failure = ExitCode(1)
  static let usage = ExitCode(2)
  /// Nothing could be read: no /proc, a capture that is none.
  static let nothingRead = ExitCode(3)
  /// Something did not answer in time: what is shown is right, but it is not all.
  static let incomplete = ExitCode(4)
  /// Ctrl-C before the first block.
  static let interrupted = ExitCode(130)
}
