import ArgumentParser
internal import CLinux
internal import Glibc
import LinuxSystem
import TareModel

/// Standard output, written at once. A reader that goes away is no error: whoever calls stops.
enum Output {
  enum Result { case written, readerGone }

  /// Before anything is opened: a descriptor that whoever started this closed must not become somebody else's, and a reader
  /// that goes away must not end this by a signal.
  static func prepare() {
    tare_hold_standard_descriptors()
    signal(SIGPIPE, SIG_IGN)
  }

  static func write(_ text: String) throws(OutputError) -> Result {
    do throws(WriteFailure) {
      try writeAll(text, to: STDOUT_FILENO)
      return .written
    } catch {
      guard !error.isReaderGone else { return .readerGone }
      throw OutputError(code: error.number)
    }
  }

  /// As ``write(_:)``, and ends with a word where that fails.
  static func writeOrEnd(_ text: String) {
    do throws(OutputError) {
      _ = try write(text)
    } catch {
      note("\(error)")
      exit(Exit.failure.rawValue)
    }
  }

  /// Cells in a line of the terminal; nil where standard output is none: what goes to a file or program does not depend on
  /// where it was started.
  static var columns: Int? {
    var (width, height): (Int32, Int32) = (0, 0)
    guard unsafe tare_terminal_size(STDOUT_FILENO, &width, &height) == 0, width > 0 else { return nil }
    return Int(width)
  }

  /// A message for people, on standard error, line by line harmless: it may quote names and paths.
  static func note(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0).harmless }
    try? writeAll("tare: \(lines.joined(separator: "\n"))\n", to: STDERR_FILENO)
  }
}

struct OutputError: Error, CustomStringConvertible {
  let code: Int32
  var description: String { "cannot write to standard output: \(SystemError.text(code))" }
}
