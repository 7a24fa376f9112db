internal import Glibc

/// The caller does not want what it asked for any more, such as after Ctrl-C.
public struct Cancelled: Error, CustomStringConvertible {
  public let description = "cancelled"
}

/// Waits for something that can only be looked at, not listened to.
enum Patience {
  /// Looks every `pause` until `condition` holds; false when it did not within `limit`.
  ///
  /// - Throws: `Cancelled` within one `pause` after `cancelled` begins to say so, and what `condition` throws.
  static func wait(
    atMost limit: Duration, every pause: Duration = .milliseconds(10),
    cancelled: () -> Bool = { false }, until condition: () throws -> Bool
  ) throws -> Bool {
    let end = ContinuousClock.now + limit
    while true {
      if try condition() { return true }
      if cancelled() { throw Cancelled() }
      if ContinuousClock.now >= end { return false }
      usleep(UInt32(pause / .microseconds(1)))
    }
  }
}
