internal import Dispatch
internal import Glibc
internal import LinuxSystem
internal import NIOCore
internal import Synchronization

/// One `GET /events` and what comes of it, for as long as it lasts, on the calling thread.
struct EventStream: Sendable {
  /// Bytes of a line at most. One takes about 500, and its labels, which an image may fill.
  static let lineLimit = 64 << 10

  let endpoint: EngineEndpoint
  /// Seconds since 1970: events from then on that the engine has kept come first.
  let since: UInt64
  /// For connecting.
  let deadline: Duration
  /// From the request to the head of the answer. Engines send it with the first event, which may be long in coming.
  let silenceTimeout: Duration

  /// Listens until the stream ends.
  /// - Parameters:
  ///   - handle: how others end it.
  ///   - opened: called on this thread at a head with the status 200.
  ///   - line: called on this thread for each event of interest.
  /// - Throws: always, with the reason why it ended; ``EngineError/Reason-swift.enum/deadline(_:)`` with `silenceTimeout` where
  ///   the engine took the request and said nothing.
  func listen(
    _ handle: StreamHandle, opened: @escaping @Sendable () -> Void, line: @escaping @Sendable (EngineEventLine) -> Void
  ) throws(EngineError) -> Never {
    let channel = SocketChannel(try EngineSocket.connect(to: endpoint, until: Deadline(in: deadline)))
    let end = channel.eventLoop.makePromise(of: Void.self)
    let reason = Slot<EngineError.Reason>()
    end.futureResult.whenFailure { error in
      reason.value = (error as? ExchangeFailure)?.reason ?? .streamEnded
    }
    handle.take(channel.number)
    defer { handle.take(nil) }
    // Engines send the head with the first event; from then on there is no hurry.
    var alarm: Deadline? = Deadline(in: silenceTimeout)
    let isOpen = Slot<Bool>()
    let listener = EventCollector.Listener(
      opened: {
        isOpen.value = true
        opened()
      },
      line: { [endpoint] (bytes) throws(EngineError) in
        if let event = try EngineEventLine.decode(bytes, from: endpoint) { line(event) }
      })
    do {
      try channel.begin(EventCollector(path: path, limit: Self.lineLimit, end: end, listener: listener))
    } catch {
      end.fail(error)
    }
    while reason.value == nil {
      if isOpen.value == true { alarm = nil }
      let left = alarm?.remainingNanoseconds
      if left == 0 || !channel.pump(within: left) { end.fail(ExchangeFailure(reason: .deadline(silenceTimeout))) }
    }
    throw EngineError(endpoint, reason.value ?? .streamEnded)
  }

  /// The filter `{"type":["container"]}`.
  private var path: String { "/events?since=\(since)&filters=%7B%22type%22%3A%5B%22container%22%5D%7D" }
}

/// Ends a stream from another thread.
final class StreamHandle: Sendable {
  /// The socket while there is one: shut down, it wakes the thread that waits for it.
  private let socket = Mutex<CInt?>(nil)
  private let ended = Mutex(false)
  private let pause = DispatchSemaphore(value: 0)

  var isEnded: Bool { ended.withLock(\.self) }

  func end() {
    ended.withLock { $0 = true }
    pause.signal()
    // With the lock: the number is not another file's meanwhile.
    socket.withLock { if let number = $0 { shutdown(number, CInt(SHUT_RDWR)) } }
  }

  /// Waits; shorter where it is ended meanwhile.
  func sleep(_ duration: Duration) {
    _ = pause.wait(timeout: .now() + .nanoseconds(Int(Deadline(in: duration).remainingNanoseconds)))
  }

  fileprivate func take(_ number: CInt?) {
    socket.withLock { $0 = number }
    if isEnded, let number { shutdown(number, CInt(SHUT_RDWR)) }
  }
}
