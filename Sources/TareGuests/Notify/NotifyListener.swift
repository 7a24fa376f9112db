internal import Glibc
internal import LinuxSystem
internal import Synchronization
public import TareModel

/// Listens for the messages of one guest on a stream socket, one connection a message, and keeps when they came. The first
/// tells that user space is there, `READY=1` that all is up.
public final class NotifyListener: Sendable {
  private struct State {
    var signals: [BootSignal] = []
    var exitStatus: Int32?
    var isEnded = false
    /// The number may be another file's by now.
    var isClosed = false
  }

  private let descriptor: Int32
  private let admits: @Sendable (Int32) -> Bool
  private let state = Mutex(State())
  /// A connection that says nothing for longer is left: the next one waits.
  private static let timeout = Duration.seconds(1)

  /// - Parameters:
  ///   - descriptor: listens; taken over.
  ///   - admits: whether the peer of a connection is the guest.
  public init(_ descriptor: Int32, admits: @escaping @Sendable (Int32) -> Bool = { _ in true }) {
    self.descriptor = descriptor
    self.admits = admits
    do throws(SystemThread.Failure) {
      try SystemThread.start("tare-notify") { [self] in
        while !state.withLock(\.isEnded) { takeOne() }
        close()
      }
    } catch {
      // As if the guest never said anything: what waits for it has a deadline.
      state.withLock { $0.isEnded = true }
      close()
    }
  }

  private func close() {
    state.withLock { state in
      state.isClosed = true
      Glibc.close(descriptor)
    }
  }

  /// Ends the thread.
  public func end() {
    state.withLock { state in
      state.isEnded = true
      if !state.isClosed { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }
  }

  public var signals: [BootSignal] { state.withLock(\.signals) }
  /// What it said at its end.
  public var exitStatus: Int32? { state.withLock(\.exitStatus) }

  private func takeOne() {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    // Not for ever: shutdown wakes no waiter of a vsock that listens.
    guard unsafe poll(&entry, 1, 500) > 0 else { return }
    let connection = accept(descriptor, nil, nil)
    guard connection >= 0 else {
      if errno != EINTR && errno != ECONNABORTED { state.withLock { $0.isEnded = true } }
      return
    }
    defer { Glibc.close(connection) }
    _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
    guard admits(connection) else { return }
    let began = SystemClock.realtime.now
    guard let bytes = read(connection), !bytes.isEmpty else { return }
    take(NotifyMessage(bytes), began...max(began, SystemClock.realtime.now))
  }

  /// All until the other end has done; nil where that takes too long or is too much.
  private func read(_ connection: Int32) -> [UInt8]? {
    let deadline = Deadline(in: Self.timeout)
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 4096)
    while deadline.remaining > .zero, bytes.count <= NotifyMessage.limit {
      var entry = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
      guard unsafe poll(&entry, 1, deadline.milliseconds) > 0 else { return nil }
      let count = unsafe part.withUnsafeMutableBytes { unsafe recv(connection, $0.baseAddress, $0.count, 0) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return count == 0 ? bytes : nil }
      bytes += part[..<count]
    }
    return nil
  }

  func take(_ message: NotifyMessage, _ instants: ClosedRange<UInt64>) {
    let mark = BootTimeline.Mark(
      at: instants.lowerBound, lo: instants.lowerBound, hi: instants.upperBound, clock: .realtime, label: .reported,
      source: "the guest's notify socket")
    state.withLock { state in
      if state.signals.isEmpty { state.signals.append(BootSignal(.userspace, .notify, mark)) }
      if message.isReady, !state.signals.contains(where: { $0.phase == .ready }) {
        state.signals.append(BootSignal(.ready, .notify, mark))
      }
      if let status = message.exitStatus { state.exitStatus = status }
    }
  }
}
