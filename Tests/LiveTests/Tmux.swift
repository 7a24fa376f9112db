import Foundation
import Glibc
import TestSupport

/// A real terminal: a pane of a tmux of its own, with a shell in it that a person could type into.
final class Tmux: @unchecked Sendable {
  /// A slow machine that others use too may take its time; a test that fails takes all of it.
  static let timeout = Duration.seconds(20)
  static let isHere = unsafe access("/usr/bin/tmux", X_OK) == 0 || access("/usr/local/bin/tmux", X_OK) == 0

  let folder: TemporaryFolder
  private static let environment = [
    "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/nonexistent",
    "PS1": "$ ", "HISTFILE": "",
  ]

  init(_ width: Int = 80, _ height: Int = 24) throws {
    folder = try TemporaryFolder()
    // The shell ends by itself should the test be killed before it can end it.
    _ = try tmux(
      "-f", "/dev/null", "new-session", "-d", "-x", "\(width)", "-y", "\(height)",
      "exec timeout --foreground 300 bash --norc --noprofile -i")
    try wait("the shell's prompt") { try text().contains { "#$".contains($0) } }
  }

  deinit { _ = try? tmux("kill-server") }

  @discardableResult
  func tmux(_ words: String...) throws -> String {
    let child = try Child(["tmux", "-S", folder.absolute("socket")] + words, Self.environment)
    guard try child.end(within: Self.timeout) == 0 else { throw Child.Failure(description: child.complaints) }
    return child.text
  }

  // MARK: Typing

  /// Keys by tmux's names, such as `q`, `C-z`, `PageDown`.
  func press(_ keys: String...) throws { for key in keys { try tmux("send-keys", key) } }

  /// Bytes as a terminal would send them.
  func send(_ text: String) throws { for byte in text.utf8 { try tmux("send-keys", "-H", String(byte, radix: 16)) } }

  func type(_ line: String) throws {
    try tmux("send-keys", "-l", line)
    try press("Enter")
  }

  // MARK: Looking

  /// What the pane shows, without blanks at the ends of its lines.
  func text() throws -> String { Self.trimmed(try tmux("capture-pane", "-p", "-N")) }

  /// With the sequences that make its colours.
  func colored() throws -> String { try tmux("capture-pane", "-p", "-e") }

  /// Whether a flag of the pane is set: `alternate_on`, `cursor_flag`, `mouse_sgr_flag`.
  func flag(_ name: String) throws -> Bool { try tmux("display-message", "-p", "#{\(name)}").hasPrefix("1") }

  static func trimmed(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }

  /// What a command has written to a file in ``folder``; nil before there is a whole line.
  func file(_ name: String) -> String? {
    guard let text = try? String(contentsOfFile: folder.absolute(name), encoding: .utf8), text.hasSuffix("\n") else {
      return nil
    }
    return String(text.dropLast())
  }

  func wait(_ what: String, _ condition: () throws -> Bool) throws {
    guard try until(within: Self.timeout, { try condition() ? true : nil }) != nil else {
      throw Child.Failure(description: "waited in vain for \(what); the pane shows:\n\(try text())")
    }
  }
}
