internal import NIOCore
internal import NIOHTTP1

/// The end of the pipeline: sends one GET when the channel is active and collects the body of the one answer.
final class AnswerCollector: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  private let path: String
  private let limit: Int
  private let answer: EventLoopPromise<ByteBuffer>
  private var body = ByteBuffer()

  init(path: String, limit: Int, answer: EventLoopPromise<ByteBuffer>) {
    self.path = path
    self.limit = limit
    self.answer = answer
  }

  func channelActive(context: ChannelHandlerContext) {
    let headers: HTTPHeaders = [
      "Host": "localhost", "User-Agent": "tare", "Accept": "application/json", "Connection": "close",
    ]
    let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: path, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      if head.status.code != 200 {
        fail(.status(Int(head.status.code)), context)
      } else if let length = head.headers.first(name: "content-length").flatMap(Int.init), length > limit {
        fail(.tooLarge(limit: limit), context)
      }
    case .body(var part):
      guard body.readableBytes + part.readableBytes <= limit else { return fail(.tooLarge(limit: limit), context) }
      body.writeBuffer(&part)
    case .end:
      answer.succeed(body)
      context.close(promise: nil)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case HTTPParserError.invalidEOFState, is IOError, is ChannelError: fail(.closedEarly, context)
    default: fail(.notHTTP, context)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    answer.fail(ExchangeFailure(reason: .closedEarly))
  }

  /// Ends the exchange. A promise keeps the first result, so whatever comes later changes nothing.
  private func fail(_ reason: EngineError.Reason, _ context: ChannelHandlerContext) {
    answer.fail(ExchangeFailure(reason: reason))
    context.close(promise: nil)
  }
}

/// A reason on its way through NIO's untyped futures.
struct ExchangeFailure: Error {
  let reason: EngineError.Reason
}
