import ArgumentParser
import CLinux
import Glibc
import LinuxSystem
import TareBenchmark
import TareConfig
import TareModel

/// A time with a default of its own in the help, longer than nothing.
struct BootTime: ExpressibleByArgument, CustomStringConvertible {
  let nanoseconds: UInt64

  init?(argument: String) {
    guard let time = TimeText.nanoseconds(argument), time > 0 else { return nil }
    nanoseconds = time
  }

  var description: String { TimeText.text(nanoseconds) }
  var defaultValueDescription: String { description }
}

/// How this program's two outputs want to be written.
enum BootManner {
  static func of(_ descriptor: Int32) -> OutputStyle {
    let isTerminal = isTerminal(descriptor)
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap(environment).first ?? ""
    let isUnicode = locale.lowercased().filter { $0 != "-" }.contains("utf8")
    var (width, height): (Int32, Int32) = (0, 0)
    let isKnown = unsafe tare_terminal_size(descriptor, &width, &height) == 0 && width > 0
    return OutputStyle(
      isUnicode: isUnicode, hasColor: isTerminal && environment("NO_COLOR") == nil, hasHistograms: isTerminal,
      width: isKnown ? Int(width) : 120)
  }

  static func isTerminal(_ descriptor: Int32) -> Bool {
    isatty(descriptor) == 1 && environment("TERM") != "dumb"
  }

  static func height(_ descriptor: Int32) -> Int {
    var (width, height): (Int32, Int32) = (0, 0)
    return unsafe tare_terminal_size(descriptor, &width, &height) == 0 && height > 0 ? Int(height) : 24
  }
}

/// A file that a report goes to. Opened before anything is measured: an hour later would be late to learn that it cannot be.
final class BootFile {
  private let path: String
  private let descriptor: Int32

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  init(_ path: String) throws(Failure) {
    self.path = path
    descriptor = unsafe tare_openat(AT_FDCWD, path, O_WRONLY | O_CREAT, 0o644)
    guard descriptor >= 0 else {
      throw Failure(description: "\(SystemError("write to", path.harmless))")
    }
  }

  deinit { close(descriptor) }

  func write(_ text: String) throws(Failure) {
    _ = ftruncate(descriptor, 0)  // a pipe has no length
    do throws(WriteFailure) { try writeAll(text, to: descriptor) } catch {
      throw Failure(description: "\(SystemError("write to", path.harmless, number: error.number))")
    }
  }
}
