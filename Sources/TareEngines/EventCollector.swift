internal import NIOCore
internal import NIOHTTP1

/// The end of the pipeline of a stream: sends one GET when the channel is active and hands on the answer's body line by line.
final class EventCollector: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  /// What comes of a stream, on its own thread.
  struct Listener {
    /// A head with the status 200.
    let opened: () -> Void
    /// A line without its break, never an empty one.
    let line: ([UInt8]) throws(EngineError) -> Void
  }

  private let path: String
  private let limit: Int
  private let end: EventLoopPromise<Void>
  private let listener: Listener
  private var rest: [UInt8] = []

  /// - Parameters:
  ///   - limit: bytes of a line at most.
  ///   - end: fails when the stream ends; it never succeeds.
  init(path: String, limit: Int, end: EventLoopPromise<Void>, listener: Listener) {
    self.path = path
    self.limit = limit
    self.end = end
    self.listener = listener
  }

  func channelActive(context: ChannelHandlerContext) {
    let headers: HTTPHeaders = ["Host": "localhost", "User-Agent": "tare", "Accept": "application/json"]
    let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: path, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      guard head.status.code == 200 else { return fail(.status(Int(head.status.code)), context) }
      listener.opened()
    case .body(let part): take(part, context)
    case .end: fail(.streamEnded, context)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case HTTPParserError.invalidEOFState, is IOError, is ChannelError: fail(.streamEnded, context)
    default: fail(.notHTTP, context)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    end.fail(ExchangeFailure(reason: .streamEnded))
  }

  private func take(_ part: ByteBuffer, _ context: ChannelHandlerContext) {
    var bytes = part.readableBytesView[...]
    while let place = bytes.firstIndex(of: UInt8(ascii: "\n")) {
      guard rest.count + (place - bytes.startIndex) <= limit else { return fail(.lineTooLong(limit: limit), context) }
      rest.append(contentsOf: bytes[..<place])
      bytes = bytes[(place + 1)...]
      if rest.last == UInt8(ascii: "\r") { rest.removeLast() }
      defer { rest.removeAll(keepingCapacity: true) }
      guard !rest.isEmpty else { continue }
      do throws(EngineError) {
        try listener.line(rest)
      } catch {
        return fail(error.reason, context)
      }
    }
    guard rest.count + bytes.count <= limit else { return fail(.lineTooLong(limit: limit), context) }
    rest.append(contentsOf: bytes)
  }

  /// Ends the stream. A promise keeps the first result, so whatever comes later changes nothing.
  private func fail(_ reason: EngineError.Reason, _ context: ChannelHandlerContext) {
    end.fail(ExchangeFailure(reason: reason))
    context.close(promise: nil)
  }
}
