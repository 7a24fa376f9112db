internal import CLinux
internal import Glibc

/// Wakes whoever waits for it with poll(2), from any thread (eventfd(2)).
public final class EventCounter: Sendable {
  /// Readable when it was signalled; negative where it could not be made.
  public let descriptor = tare_eventfd()

  public init() {}

  deinit { if descriptor >= 0 { close(descriptor) } }

  public func signal() {
    var one: UInt64 = 1
    _ = unsafe write(descriptor, &one, 8)
  }

  /// Waits until it was signalled, and makes it quiet again.
  public func wait() { Self.drain(descriptor) }

  /// Makes a counter that is readable quiet again.
  public static func drain(_ descriptor: Int32) {
    var count: UInt64 = 0
    while unsafe read(descriptor, &count, 8) < 0, errno == EINTR {}
  }
}
