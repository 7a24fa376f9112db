import FoundationEssentials

@testable import TareEngines

/// Answers of engines, as bytes on the wire.
enum Answer {
  static let two = #"[{"Id":"aa","Names":["/one"],"State":"running"},{"Id":"bb","Names":["/two"],"State":"paused"}]"#

  static func whole(_ body: String, status: String = "200 OK") -> String {
    "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
  }

  static func chunked(_ body: String, by size: Int) -> String {
    var text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    var rest = Substring(body)
    while !rest.isEmpty {
      let chunk = rest.prefix(size)
      text += "\(String(chunk.utf8.count, radix: 16))\r\n\(chunk)\r\n"
      rest = rest.dropFirst(size)
    }
    return text + "0\r\n\r\n"
  }

  /// What a real engine said, from Tests/Fixtures/engines.
  static func captured(_ name: String, from file: String = #filePath) throws -> String {
    let tests = URL(filePath: file).deletingLastPathComponent().deletingLastPathComponent()
    return try String(contentsOf: tests.appending(path: "Fixtures/engines/\(name)"), encoding: .utf8)
  }
}

extension FakeEngine {
  /// An engine that gives this answer to every request.
  convenience init(answering answer: String) throws {
    try self.init {
      $0.readRequest()
      $0.write(answer)
    }
  }

  /// Asks with plenty of time.
  func containers(within deadline: Duration = .seconds(20)) throws(EngineError) -> [EngineContainer] {
    try EngineClient.containers(at: endpoint, deadline: deadline)
  }

  /// The reason why asking fails, nil if it does not.
  func reason(within deadline: Duration = .seconds(20)) -> EngineError.Reason? {
    do {
      _ = try containers(within: deadline)
      return nil
    } catch {
      return error.reason
    }
  }
}
