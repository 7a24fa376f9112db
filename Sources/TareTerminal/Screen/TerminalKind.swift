/// What is known of a terminal by its name and its description in terminfo.
public struct TerminalKind: Sendable, Hashable {
  /// As in TERM.
  public let name: String
  /// As terminfo says: 0, 8, 16, 88, 256 or more.
  public let colors: Int

  public init(name: String, colors: Int) {
    self.name = name
    self.colors = colors
  }

  /// Has no screen that one could write to in places.
  public static func isDumb(_ name: String?) -> Bool {
    guard let name else { return true }
    return ["", "dumb", "unknown"].contains(name)
  }

  /// What a terminal without a description is taken for, the best first: new terminals are xterms at heart, and their
  /// descriptions are missing on most machines that one logs in to.
  public static func substitutes(for name: String) -> [String] {
    let isXterm = name.contains("xterm") || name.hasSuffix("-256color") || name.hasSuffix("-direct")
    return isXterm ? ["xterm-256color", "xterm", "vt100"] : ["vt100"]
  }

  /// Whether it may be asked something and told to report the mouse: others would show that as text.
  public var mayAnswer: Bool {
    let silent = ["linux", "vt", "cons", "sun", "hurd", "ansi", "cygwin", "mach", "pcansi", "wsvt", "Eterm", "dumb"]
    return colors >= 8 && !silent.contains { name.hasPrefix($0) }
  }
  /// The Linux console's fonts have neither eighths of a block nor Braille.
  public var hasFewGlyphs: Bool { name.hasPrefix("linux") }
}
