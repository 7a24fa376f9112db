/// Why there is no screen.
public enum TerminalError: Error, CustomStringConvertible, Sendable, Hashable {
  /// TERM is missing or names a terminal without places on it.
  case dumb(String?)
  /// Nothing is known of any terminal on this machine.
  case noDescriptions
  case cannotOpen

  public var description: String {
    switch self {
    case .dumb(let name?): "TERM=\(name) has no screen"
    case .dumb(nil): "TERM is not set: no screen"
    case .noDescriptions: "no terminal is described on this machine (terminfo): no screen"
    case .cannotOpen: "the terminal cannot be opened as a screen"
    }
  }
}
