internal import Glibc
internal import Synchronization

/// An open descriptor that is closed when nobody holds it any more.
public final class Descriptor: Sendable {
  private let value: Atomic<Int32>

  /// Negative once it is closed.
  public var number: Int32 { value.load(ordering: .relaxed) }

  /// Takes it over; a negative one is none.
  public init(_ number: Int32) { value = Atomic(number) }

  /// Takes over what a system call returned.
  /// - Throws: the error that the call left, where it returned none.
  public convenience init(_ result: Int32, _ action: String, _ object: String) throws(SystemError) {
    guard result >= 0 else { throw SystemError(action, object) }
    self.init(result)
  }

  public func shut() {
    let number = value.exchange(-1, ordering: .relaxed)
    if number >= 0 { close(number) }
  }

  deinit { shut() }
}
