import Testing

@testable import TareEngines

/// Engines that misbehave: each gives its own reason, and the test ends.
@Suite(.timeLimit(.minutes(10))) struct EngineFailureTests {
  private let soon = Duration.milliseconds(80)

  @Test func `an engine that says nothing meets the deadline`() throws {
    let engine = try FakeEngine { $0.waitForHangUp() }
    #expect(engine.reason(within: soon) == .deadline(soon))
  }

  @Test func `an engine that stops half way meets the deadline`() throws {
    let engine = try FakeEngine {
      $0.readRequest()
      $0.write(String(Answer.whole(Answer.two).dropLast(20)))
      $0.waitForHangUp()
    }
    #expect(engine.reason(within: soon) == .deadline(soon))
  }

  @Test func `an engine that never stops to send a byte now and then meets the deadline`() throws {
    let engine = try FakeEngine {
      $0.readRequest()
      $0.write("HTTP/1.1 200 ")
      while $0.write("O") {}
    }
    #expect(engine.reason(within: soon) == .deadline(soon))
  }

  @Test func `an engine that accepts nobody meets the deadline`() throws {
    let engine = try FakeEngine(queue: 0, serve: nil)
    for _ in 0..<3 { #expect(engine.reason(within: soon) == .deadline(soon)) }
  }

  @Test func `a deadline that has passed already is one`() throws {
    let engine = try FakeEngine { $0.waitForHangUp() }
    #expect(engine.reason(within: .zero) == .deadline(.zero))
    #expect(engine.reason(within: .seconds(-1)) == .deadline(.seconds(-1)))
  }

  @Test(arguments: [
    "SSH-2.0-OpenSSH_9.2\r\n", "\u{1b}]0;hello\u{7}", "{}", "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 OK\r\n\r\n",
  ])
  func `what is not HTTP is said to be so`(answer: String) throws {
    let engine = try FakeEngine(answering: answer)
    #expect(engine.reason() == .notHTTP)
  }

  @Test func `endless headers are refused`() throws {
    let engine = try FakeEngine {
      $0.readRequest()
      $0.write("HTTP/1.1 200 OK\r\n")
      while $0.write("X-Filler: y\r\n") {}
    }
    #expect(engine.reason() == .notHTTP)
  }

  @Test func `an endless header is refused`() throws {
    let engine = try FakeEngine {
      $0.readRequest()
      $0.write("HTTP/1.1 200 OK\r\nX-Filler: ")
      while $0.write("yyyyyyyyyyyyyyyyyyyyyyyy") {}
    }
    #expect(engine.reason() == .notHTTP)
  }

  @Test func `a body that is announced too large is refused`() throws {
    let engine = try FakeEngine(answering: "HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n[")
    #expect(engine.reason() == .tooLarge(limit: Exchange.bodyLimit))
  }

  @Test func `an endless body is refused`() throws {
    let engine = try FakeEngine {
      $0.readRequest()
      $0.write("HTTP/1.1 200 OK\r\n\r\n[")
      while $0.write(String(repeating: " ", count: 65_536)) {}
    }
    #expect(engine.reason() == .tooLarge(limit: Exchange.bodyLimit))
  }

  @Test(arguments: [
    ("500 Internal Server Error", 500), ("404 Not Found", 404), ("301 Moved", 301), ("204 No Content", 204),
  ])
  func `another status is a failure`(status: String, code: Int) throws {
    let engine = try FakeEngine(answering: Answer.whole(#"{"message":"no"}"#, status: status))
    #expect(engine.reason() == .status(code))
  }

  @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n["])
  func `a connection that ends early is told from silence`(answer: String) throws {
    let engine = try FakeEngine(answering: answer)
    #expect(engine.reason() == .closedEarly)
  }

  @Test func `an engine that hangs up at once is told from silence`() throws {
    let engine = try FakeEngine { _ in }
    #expect(engine.reason() == .closedEarly)
  }
}
