internal import Glibc

/// Writes all of it, and waits where the other side is slow.
/// - Throws: the number of the error, as of write(2); EPIPE where whoever read has gone.
public func writeAll(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) throws(WriteFailure) {
  var rest = bytes
  while !rest.isEmpty {
    let count = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
    if count > 0 {
      rest = rest.dropFirst(count)
    } else if count == 0 {
      throw WriteFailure(number: EIO)
    } else if errno == EAGAIN {
      var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      _ = unsafe poll(&entry, 1, -1)
    } else if errno != EINTR {
      throw WriteFailure(number: errno)
    }
  }
}

/// As ``writeAll(_:to:)-(ArraySlice<UInt8>,_)``, of a text in UTF-8.
public func writeAll(_ text: String, to descriptor: Int32) throws(WriteFailure) {
  try writeAll(Array(text.utf8)[...], to: descriptor)
}

/// Not all of it could be written.
public struct WriteFailure: Error, Hashable {
  /// As in errno(3).
  public let number: Int32

  /// Whoever read has gone.
  public var isReaderGone: Bool { number == EPIPE }
}
