internal import Glibc

/// A system call that failed, in words: `cannot open /run/tare: permission denied`.
public struct SystemCallFailure: Error, CustomStringConvertible, Equatable {
  /// What was tried, such as `open`.
  public let action: String
  /// What it was tried on, most often a path.
  public let object: String
  /// The error number, see errno(3).
  public let number: Int32

  /// Takes the error number from `errno`, so create it right after the call.
  init(_ action: String, _ object: String, number: Int32 = errno) {
    self.action = action
    self.object = object
    self.number = number
  }

  public var description: String {
    let text = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    return "cannot \(action) \(object): \(text.prefix(1).lowercased())\(text.dropFirst())"
  }
}

/// An open descriptor that closes itself.
struct Descriptor: ~Copyable {
  let number: Int32

  /// Takes over what a system call returned, or throws its error.
  init(_ result: Int32, _ action: String, _ object: String) throws(SystemCallFailure) {
    guard result >= 0 else { throw SystemCallFailure(action, object) }
    number = result
  }

  deinit { close(number) }
}
