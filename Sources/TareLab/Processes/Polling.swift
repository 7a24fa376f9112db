internal import CLinux
internal import Glibc

/// The caller does not want what it asked for any more, such as after Ctrl-C.
public struct Cancelled: Error, CustomStringConvertible {
  public let description = "cancelled"
}

/// Waits for something that can only be looked at, not listened to.
enum Polling {
  /// Looks every `pause`, and when something changes in the folder that is watched, until `condition` holds; false when it
  /// did not within `limit`.
  ///
  /// - Throws: `Cancelled` within one `pause` after `cancelled` begins to say so, and what `condition` throws.
  static func wait(
    atMost limit: Duration, every pause: Duration = .milliseconds(10),
    watching watch: FolderWatch? = nil, cancelled: () -> Bool = { false }, until condition: () throws -> Bool
  ) throws -> Bool {
    let end = ContinuousClock.now + limit
    while true {
      if try condition() { return true }
      if cancelled() { throw Cancelled() }
      if ContinuousClock.now >= end { return false }
      if let watch { watch.wait(atMost: pause) } else { usleep(UInt32(pause / .microseconds(1))) }
    }
  }
}

/// Tells that files in a folder were made or written to (inotify(7)). Where it cannot, it waits all the same.
final class FolderWatch {
  let descriptor: Int32

  init(_ folder: String) {
    descriptor = tare_inotify()
    if descriptor >= 0 {
      _ = unsafe tare_inotify_folder(descriptor, folder, UInt32(IN_CREATE | IN_MOVED_TO | IN_MODIFY))
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Waits until something has changed since the last time, or until `end`, a descriptor, is readable.
  func wait(atMost limit: Duration, end: Int32 = -1) {
    var entries = [descriptor, end].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    _ = unsafe poll(&entries, 2, Int32(max(1, limit / .milliseconds(1))))
    guard entries[0].revents != 0 else { return }
    unsafe withUnsafeTemporaryAllocation(byteCount: 16384, alignment: 8) { buffer in
      while unsafe read(descriptor, buffer.baseAddress, buffer.count) > 0 {}
    }
  }
}
