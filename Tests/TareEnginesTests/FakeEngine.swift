import CTestSockets
import Dispatch
import FoundationEssentials
import Glibc
import Synchronization

@testable import TareEngines

/// A server on a unix socket of its own that treats every connection as the test says. Ends with the object.
final class FakeEngine: Sendable {
  let path: String
  private let folder: URL
  private let listener: CInt
  let log: Log
  private let serves: Bool

  /// How many connections came, and how many were open at once at most.
  var connections: Int { log.state.withLock(\.all) }
  var connectionsAtOnce: Int { log.state.withLock(\.most) }
  var requests: [String] { log.state.withLock(\.requests) }

  init(queue: CInt = 8, serve: (@Sendable (Connection) -> Void)?) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "tare-http-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    let path = folder.appending(path: "s").path
    self.path = path
    let (listener, log) = (unsafe tare_test_listen(path, queue), Log())
    (self.listener, self.log, serves) = (listener, log, serve != nil)
    guard listener >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    guard let serve else { return }
    DispatchQueue(label: "accept").async { Self.accept(listener, log, serve) }
  }

  deinit {
    // Wakes accept, whose thread closes the descriptor as it ends.
    shutdown(listener, CInt(SHUT_RDWR))
    if !serves { close(listener) }
    try? FileManager.default.removeItem(at: folder)
  }

  /// Leaves the socket's file without a listener. For an engine that serves nobody.
  func stopListening() {
    shutdown(listener, CInt(SHUT_RDWR))
  }

  /// Waits until this many connections have come and gone.
  func wait(forConnections count: Int) {
    while !log.state.withLock({ $0.all >= count && $0.now == 0 }) { usleep(1_000) }
  }

  var endpoint: EngineEndpoint { EngineEndpoint(path: path) }

  private static func accept(_ listener: CInt, _ log: Log, _ serve: @escaping @Sendable (Connection) -> Void) {
    while true {
      let descriptor = Glibc.accept(listener, nil, nil)
      guard descriptor >= 0 else { break }
      log.state.withLock { $0.open() }
      DispatchQueue(label: "serve").async {
        serve(Connection(descriptor: descriptor, log: log))
        log.state.withLock { $0.now -= 1 }
        close(descriptor)
      }
    }
    close(listener)
  }
}

/// What a fake engine has seen.
final class Log: Sendable {
  struct State {
    var all = 0
    var now = 0
    var most = 0
    var requests: [String] = []

    mutating func open() {
      all += 1
      now += 1
      most = max(most, now)
    }
  }

  let state = Mutex(State())
}

/// The engine's side of a connection.
struct Connection: Sendable {
  let descriptor: CInt
  let log: Log

  /// Reads up to the empty line that ends a request without a body.
  @discardableResult
  func readRequest() -> String {
    var request = ""
    while !request.hasSuffix("\r\n\r\n"), let text = read() { request += text }
    let read = request
    log.state.withLock { $0.requests.append(read) }
    return read
  }

  /// Writes all, or as much as the other end takes before it hangs up; false in that case.
  @discardableResult
  func write(_ text: String) -> Bool {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let sent = unsafe bytes.withUnsafeBytes {
        unsafe send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
      }
      guard sent > 0 else { return false }
      bytes = bytes.dropFirst(sent)
    }
    return true
  }

  /// Whether this is the engine's first connection.
  var isFirst: Bool { log.state.withLock { $0.all == 1 } }

  /// Says nothing until the other end hangs up.
  func waitForHangUp() {
    while read() != nil {}
  }

  private func read() -> String? {
    var bytes = [UInt8](repeating: 0, count: 4_096)
    let count = unsafe bytes.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
    return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
  }
}
