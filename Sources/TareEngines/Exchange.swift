internal import FoundationEssentials
internal import LinuxSystem
internal import NIOCore

/// One request and its answer over a connected socket, on the calling thread.
struct Exchange: Sendable {
  /// Bytes of a body at most: a container takes about 1 KB, so several thousand of them.
  static let bodyLimit = 8 << 20

  let endpoint: EngineEndpoint
  let path: String
  let deadline: Deadline

  /// Sends `GET path` and waits for the body of a 200.
  func body(over socket: consuming EngineSocket) throws(EngineError) -> Data {
    let channel = SocketChannel(socket)
    let answer = channel.eventLoop.makePromise(of: ByteBuffer.self)
    let result = Slot<Result<ByteBuffer, any Error>>()
    answer.futureResult.whenComplete { result.value = $0 }
    do {
      try channel.begin(AnswerCollector(path: path, limit: Self.bodyLimit, answer: answer))
    } catch {
      answer.fail(error)
    }
    while result.value == nil {
      let left = deadline.remainingNanoseconds
      if left == 0 || !channel.pump(within: left) { answer.fail(ExchangeFailure(reason: .deadline(deadline.limit))) }
    }
    do {
      guard let buffer = try result.value?.get() else { throw ExchangeFailure(reason: .closedEarly) }
      return Data(buffer.readableBytesView)
    } catch let failure as ExchangeFailure {
      throw EngineError(endpoint, failure.reason)
    } catch {
      throw EngineError(endpoint, .closedEarly)
    }
  }
}

/// A value that a closure on the same thread leaves.
final class Slot<Value>: @unchecked Sendable {
  var value: Value?
}
