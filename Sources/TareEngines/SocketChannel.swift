internal import Glibc
internal import NIOCore
internal import NIOEmbedded
internal import NIOHTTP1

/// A pipeline of NIO's over a connected socket, driven by the calling thread with poll(2) alone. NIO's own event loops need
/// three descriptors and, to end, another thread: where there are none left they abort or wait for ever.
struct SocketChannel: ~Copyable {
  private let descriptor: CInt
  private let channel = EmbeddedChannel()

  /// - Parameter socket: taken over.
  init(_ socket: consuming EngineSocket) { descriptor = socket.take() }

  deinit {
    _ = try? channel.finish(acceptAlreadyClosed: true)
    close(descriptor)
  }

  var eventLoop: any EventLoop { channel.eventLoop }

  /// The socket, for as long as this value lives.
  var number: CInt { descriptor }

  /// Puts HTTP's handlers and this one into the pipeline, and tells it that it is connected.
  func begin(_ handler: some ChannelInboundHandler) throws {
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHTTPClientHandlers(decoderLimitConfiguration: Self.headLimits)
    try pipeline.addHandler(handler)
    channel.connect(to: try SocketAddress(unixDomainSocketPath: "/"), promise: nil)
    channel.embeddedEventLoop.run()
  }

  /// Sends what the pipeline wants sent and hands it what comes, once.
  /// - Parameter nanoseconds: how long to wait for something; nil for as long as it takes.
  /// - Returns: false where nothing came in that time.
  func pump(within nanoseconds: Int64?) -> Bool {
    if !send() { return true }
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    let timeout = nanoseconds.map { CInt(clamping: ($0 + 999_999) / 1_000_000) }
    let ready = unsafe poll(&entry, 1, timeout ?? -1)
    guard ready > 0 else { return ready < 0 && errno == EINTR }
    var buffer = channel.allocator.buffer(capacity: Self.part)
    var count = 0
    _ = unsafe buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.part) { bytes in
      unsafe count = read(descriptor, bytes.baseAddress, bytes.count)
      return max(0, count)
    }
    if count > 0 {
      _ = try? channel.writeInbound(buffer)
    } else if count == 0 || errno != EAGAIN && errno != EINTR {
      hangUp()
    }
    channel.embeddedEventLoop.run()
    return true
  }

  /// - Returns: false where the other end is gone, which the pipeline knows then.
  private func send() -> Bool {
    while let data = try? channel.readOutbound(as: IOData.self), case .byteBuffer(var buffer) = data {
      while buffer.readableBytes > 0 {
        var count = 0
        _ = unsafe buffer.readWithUnsafeReadableBytes { bytes in
          unsafe count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL))
          return max(0, count)
        }
        if count > 0 || errno == EINTR { continue }
        // A request is a line and a few headers, for which a new socket always has room.
        hangUp()
        return false
      }
    }
    return true
  }

  private func hangUp() {
    channel.close(promise: nil)
    channel.embeddedEventLoop.run()
  }

  /// Bytes that are taken at once.
  private static let part = 65536

  /// An engine sends about ten short headers.
  private static var headLimits: NIOHTTPDecoderLimitConfiguration {
    var limits = NIOHTTPDecoderLimitConfiguration()
    limits.maxHeaderFieldSize = 16 << 10
    limits.maxHeaderListSize = 64 << 10
    limits.maxHeaderFieldCount = 128
    return limits
  }
}
