internal import CLinux
internal import Glibc

/// A system call that failed, in words.
struct SystemFailure: Error, CustomStringConvertible {
  let description: String

  /// Takes the error number from `errno`, so create it right after the call.
  init(_ action: String, _ object: String, number: Int32 = errno) {
    description = "cannot \(action) \(object): \(Self.text(number))"
  }

  static func text(_ number: Int32) -> String {
    let text = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}

/// Seconds between two monotonic instants; 0 where the second is not later.
func seconds(from begin: UInt64, to end: UInt64) -> Double { end > begin ? Double(end - begin) / 1e9 : 0 }

/// An open descriptor that closes itself.
final class OpenDescriptor {
  private(set) var number: Int32

  init(_ number: Int32) { self.number = number }

  func shut() {
    if number >= 0 { close(number) }
    number = -1
  }

  deinit { shut() }
}

/// How a process ended, from a status of wait4(2).
enum Ending {
  static func code(_ status: Int32) -> Int32? { status & 0x7F == 0 ? status >> 8 & 0xFF : nil }

  static func words(_ status: Int32) -> String {
    code(status).map { "ended with exit code \($0)" } ?? "was ended by signal \(status & 0x7F)"
  }
}
