internal import Glibc

/// A descriptor cannot be had: the error that the last system call on this thread left.
public struct NoDescriptor: Error, Hashable, CustomStringConvertible {
  /// As in errno(3).
  public let number: Int32

  /// Of the system call that was just made.
  public init() { number = errno }

  public var description: String {
    "no descriptor may be opened: \(SystemError.text(number)); raise ulimit -n"
  }
}
