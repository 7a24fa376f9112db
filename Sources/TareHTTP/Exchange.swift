internal import Dispatch
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization

/// One request and its answer over a connected socket. The event loop is the calling thread's for as long as the
/// exchange lasts, so nothing of NIO is left behind: no thread, no pool.
struct Exchange: Sendable {
  /// Bytes of a body at most: a container takes about 1 KB, so several thousand of them.
  static let bodyLimit = 8 << 20

  let endpoint: EngineEndpoint
  let path: String
  let deadline: Deadline

  /// Sends `GET path` and waits for the body of a 200.
  func body(over socket: consuming EngineSocket) throws(EngineError) -> Data {
    let descriptor = socket.take()
    // The event loop ends through a queue; one of its own, as a shared one could be busy or wait for this very thread.
    let end = DispatchQueue(label: "tare.exchange.end")
    let result = Slot<Result<ByteBuffer, any Error>>()
    MultiThreadedEventLoopGroup.withCurrentThreadAsEventLoop { loop in
      start(descriptor, on: loop).whenComplete { answer in
        result.value.withLock { $0 = answer }
        loop.shutdownGracefully(queue: end) { _ in }
      }
    }
    do {
      guard let buffer = try result.value.withLock(\.self)?.get() else { throw ExchangeFailure(reason: .closedEarly) }
      return Data(buffer.readableBytesView)
    } catch let failure as ExchangeFailure {
      throw EngineError(endpoint, failure.reason)
    } catch {
      throw EngineError(endpoint, .closedEarly)
    }
  }

  private func start(_ descriptor: CInt, on loop: any EventLoop) -> EventLoopFuture<ByteBuffer> {
    let answer = loop.makePromise(of: ByteBuffer.self)
    let limit = deadline.limit
    let alarm = loop.scheduleTask(in: .nanoseconds(deadline.remainingNanoseconds)) {
      answer.fail(ExchangeFailure(reason: .deadline(limit)))
    }
    answer.futureResult.whenComplete { _ in alarm.cancel() }
    ClientBootstrap(group: loop)
      .channelInitializer { [path] channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          try pipeline.addHTTPClientHandlers(decoderLimitConfiguration: Self.headLimits)
          try pipeline.addHandler(AnswerCollector(path: path, limit: Self.bodyLimit, answer: answer))
        }
      }
      .withConnectedSocket(descriptor)
      .whenFailure { answer.fail($0) }
    return answer.futureResult
  }

  /// An engine sends about ten short headers.
  static var headLimits: NIOHTTPDecoderLimitConfiguration {
    var limits = NIOHTTPDecoderLimitConfiguration()
    limits.maxHeaderFieldSize = 16 << 10
    limits.maxHeaderListSize = 64 << 10
    limits.maxHeaderFieldCount = 128
    return limits
  }
}

/// A value that one closure leaves for another.
final class Slot<Value: Sendable>: Sendable {
  let value = Mutex<Value?>(nil)
}
