internal import Glibc
internal import LinuxSystem

/// A connection over which lines go both ways. Every call ends by its deadline, whatever the other end does. Used by one
/// thread at a time but for ``hangUp()``.
final class Wire: @unchecked Sendable {
  private let descriptor: Int32
  var buffer = LineBuffer()

  init(_ socket: MachineSocket, until deadline: Deadline) throws(WireFailure) {
    descriptor = try socket.connect(until: deadline)
  }

  deinit { close(descriptor) }

  func send(_ bytes: some Collection<UInt8>, until deadline: Deadline) throws(WireFailure) {
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        try wait(for: POLLOUT, deadline)
      } else if errno != EINTR {
        throw .ended
      }
    }
  }

  /// The next line.
  func line(until deadline: Deadline) throws(WireFailure) -> ArraySlice<UInt8> {
    while true {
      if let line = try buffer.next() { return line }
      try fill(until: deadline)
    }
  }

  func message(until deadline: Deadline) throws(WireFailure) -> Message { try Message(line(until: deadline)) }

  /// Waits for more and takes what is there.
  func fill(until deadline: Deadline) throws(WireFailure) {
    // Also where there is always more: an endless line does not outlive the deadline.
    guard deadline.remaining > .zero else { throw .late(deadline.limit) }
    try wait(for: POLLIN, deadline)
    let outcome = unsafe withUnsafeTemporaryAllocation(byteCount: 16384, alignment: 1) { part -> Int in
      let count = unsafe recv(descriptor, part.baseAddress, part.count, 0)
      if count > 0 { unsafe buffer.append(UnsafeRawBufferPointer(part)[..<count]) }
      return count
    }
    guard outcome > 0 || outcome < 0 && (errno == EAGAIN || errno == EINTR) else { throw .ended }
  }

  /// Ends a wait of another thread: the connection is over for both.
  func hangUp() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  private func wait(for event: Int32, _ deadline: Deadline) throws(WireFailure) {
    var entry = pollfd(fd: descriptor, events: Int16(event), revents: 0)
    guard unsafe poll(&entry, 1, deadline.milliseconds) != 0 else { throw .late(deadline.limit) }
  }
}
