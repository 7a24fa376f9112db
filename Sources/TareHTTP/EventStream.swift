internal import Dispatch
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

/// One `GET /events` and what comes of it, for as long as it lasts. The event loop is the calling thread's, as in
/// ``Exchange``.
struct EventStream: Sendable {
  /// Bytes of a line at most. One takes about 500, and its labels, which an image may fill.
  static let lineLimit = 64 << 10

  let endpoint: EngineEndpoint
  /// Seconds since 1970: events from then on that the engine has kept come first.
  let since: UInt64
  /// For connecting.
  let deadline: Duration
  /// From the request to the head of the answer. Engines send it with the first event, which may be long in coming.
  let patience: Duration

  /// Listens until the stream ends.
  /// - Parameters:
  ///   - handle: how others end it.
  ///   - opened: called on this thread at a head with the status 200.
  ///   - line: called on this thread for each event of interest.
  /// - Throws: always, with the reason why it ended; ``EngineError/Reason-swift.enum/deadline(_:)`` with `patience` where
  ///   the engine took the request and said nothing.
  func listen(
    _ handle: StreamHandle, opened: @escaping @Sendable () -> Void, line: @escaping @Sendable (EngineEventLine) -> Void
  ) throws(EngineError) -> Never {
    let descriptor = try EngineSocket.connect(to: endpoint, until: Deadline(in: deadline)).take()
    let end = DispatchQueue(label: "tare.events.end")
    let reason = Slot<EngineError.Reason>()
    MultiThreadedEventLoopGroup.withCurrentThreadAsEventLoop { loop in
      start(descriptor, on: loop, handle, opened, line).whenComplete { result in
        if case .failure(let failure as ExchangeFailure) = result { reason.value.withLock { $0 = failure.reason } }
        handle.channel.withLock { $0 = nil }
        loop.shutdownGracefully(queue: end) { _ in }
      }
    }
    throw EngineError(endpoint, reason.value.withLock(\.self) ?? .streamEnded)
  }

  private func start(
    _ descriptor: CInt, on loop: any EventLoop, _ handle: StreamHandle, _ opened: @escaping @Sendable () -> Void,
    _ line: @escaping @Sendable (EngineEventLine) -> Void
  ) -> EventLoopFuture<Void> {
    let end = loop.makePromise(of: Void.self)
    let alarm = loop.scheduleTask(in: .nanoseconds(Deadline(in: patience).remainingNanoseconds)) { [patience] in
      end.fail(ExchangeFailure(reason: .deadline(patience)))
    }
    end.futureResult.whenComplete { _ in alarm.cancel() }
    ClientBootstrap(group: loop)
      .channelInitializer { [path, endpoint] channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          try pipeline.addHTTPClientHandlers(decoderLimitConfiguration: Exchange.headLimits)
          let listener = EventCollector.Listener(
            opened: {
              alarm.cancel()
              opened()
            },
            line: { (bytes) throws(EngineError) in
              if let event = try EngineEventLine.decode(bytes, from: endpoint) { line(event) }
            })
          try pipeline.addHandler(
            EventCollector(path: path, limit: Self.lineLimit, end: end, listener: listener))
        }
      }
      .withConnectedSocket(descriptor)
      .whenComplete { result in
        switch result {
        case .success(let channel): handle.take(channel)
        case .failure(let error): end.fail(error)
        }
      }
    return end.futureResult
  }

  /// The filter `{"type":["container"]}`.
  private var path: String { "/events?since=\(since)&filters=%7B%22type%22%3A%5B%22container%22%5D%7D" }
}

/// Ends a stream from another thread.
final class StreamHandle: Sendable {
  fileprivate let channel = Mutex<(any Channel)?>(nil)
  private let ended = Mutex(false)
  private let pause = DispatchSemaphore(value: 0)

  var isEnded: Bool { ended.withLock(\.self) }

  func end() {
    ended.withLock { $0 = true }
    pause.signal()
    // With the lock: its loop is not shut down meanwhile.
    channel.withLock { $0?.close(promise: nil) }
  }

  /// Waits; shorter where it is ended meanwhile.
  func sleep(_ duration: Duration) {
    _ = pause.wait(timeout: .now() + .nanoseconds(Int(Deadline(in: duration).remainingNanoseconds)))
  }

  fileprivate func take(_ channel: any Channel) {
    self.channel.withLock { $0 = channel }
    if isEnded { channel.close(promise: nil) }
  }
}
