internal import Glibc

/// A system call that failed, in words: `cannot open /run/tare: permission denied`.
public struct SystemError: Error, Hashable, CustomStringConvertible {
  /// What was tried, such as `open`.
  public let action: String
  /// What it was tried on, most often a path.
  public let object: String
  /// As in errno(3).
  public let number: Int32

  /// - Parameter number: without one the error that the last system call on this thread left, so create it right after the call.
  public init(_ action: String, _ object: String, number: Int32? = nil) {
    self.number = number ?? errno
    (self.action, self.object) = (action, object)
  }

  public var description: String { "cannot \(action) \(object): \(Self.text(number))" }

  /// What an error number means, as strerror(3) says it, to be put behind a colon.
  public static func text(_ number: Int32) -> String {
    let text = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    return text.prefix(1).lowercased() + text.dropFirst()
  }
}
