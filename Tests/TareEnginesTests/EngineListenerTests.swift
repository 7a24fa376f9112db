import Glibc
import Synchronization
import TareModel
import Testing

@testable import TareEngines

@Suite(.timeLimit(.minutes(10))) struct EngineListenerTests {
  private func listener(to engine: FakeEngine, silenceTimeout: Duration = .seconds(60)) -> EngineListener {
    let listener = EngineListener(silenceTimeout: silenceTimeout)
    listener.listen(to: [engine.endpoint])
    return listener
  }

  @Test func `events come as they are said, and only those of containers are asked for`() throws {
    let engine = try FakeEngine {
      $0.readRequest()
      $0.write(Events.head + Events.chunk(Events.line("create", 200)))
      $0.write(Events.chunk(Events.line("exec_create: sh", 201)) + Events.chunk(Events.line("start", 202)))
      $0.waitForHangUp()
    }
    let listener = listener(to: engine)
    listener.wait { $0.count == 2 }
    #expect(listener.said == [.create, .start])
    #expect(listener.failures.isEmpty && listener.gaps.isEmpty)
    let request = try #require(engine.requests.first)
    #expect(request.hasPrefix("GET /events?since=100&filters=%7B%22type%22%3A%5B%22container%22%5D%7D HTTP/1.1\r\n"))
  }

  @Test(arguments: [1, 7, 100, 1000]) func `lines may be cut anywhere`(size: Int) throws {
    let text = (0..<20).map { Events.line($0 % 2 == 0 ? "start" : "die", 200 + $0) }.joined(separator: "\r\n")
    let engine = try FakeEngine {
      $0.readRequest()
      // Without the last chunk, which ends the answer; a line break is one character.
      $0.write(String(Answer.chunked(text, by: size).dropLast(3)))
      $0.waitForHangUp()
    }
    let listener = listener(to: engine)
    listener.wait { $0.count == 20 }
    #expect(listener.failures.isEmpty)
  }

  @Test func `an event half said is waited for`() throws {
    let engine = try FakeEngine {
      $0.readRequest()
      let line = Events.line("start", 200)
      $0.write(Events.head + Events.chunk(Events.line("create", 199) + String(line.prefix(100))))
      while $0.isFirst, $0.log.state.withLock({ $0.requests.count }) < 2 { usleep(1_000) }
      $0.write(Events.chunk(String(line.dropFirst(100))))
      $0.waitForHangUp()
    }
    let listener = listener(to: engine)
    listener.wait { $0.count == 1 }
    #expect(listener.said == [.create])
    engine.note("go on")
    engine.note("go on")
    listener.wait { $0.count == 2 }
  }

  @Test func `a line that never ends ends the stream, which is opened again after it`() throws {
    let engine = try FakeEngine {
      $0.readRequest()
      guard $0.isFirst else { return $0.waitForHangUp() }
      $0.write(Events.head + Events.chunk(Events.line("create", 200)))
      while $0.write(Events.chunk(String(repeating: "x", count: 1000))) {}
    }
    let listener = listener(to: engine)
    listener.wait { _ in engine.requests.count >= 2 }
    #expect(listener.failures[engine.endpoint]?.reason == .lineTooLong(limit: EventStream.lineLimit))
    #expect(listener.said == [.create])
    // Not from the event before it, or it would come again for ever.
    #expect(engine.requests.last?.contains("since=1000&") == true)
  }

  @Test func `a line of the largest size is read, and one of a byte more is not`() throws {
    let usual = Events.line("start", 200).utf8.count - 1
    for more in [0, 1] {
      let filler = String(repeating: "y", count: EventStream.lineLimit - usual + more)
      let engine = try FakeEngine {
        $0.readRequest()
        $0.write(Events.head + Events.chunk(Events.line("start", 200, more: filler)))
        $0.waitForHangUp()
      }
      let listener = listener(to: engine)
      listener.wait { more == 0 ? $0.count == 1 : !$0.failures.isEmpty }
      #expect(listener.said == (more == 0 ? [.start] : []))
    }
  }

  @Test(arguments: ["nonsense\n", "[]\n", "{\"Action\":\"start\",\"id\":\"\(Events.id)\"}\n", "\u{1b}[31m\n"])
  func `a broken line ends the stream`(line: String) throws {
    let engine = try FakeEngine {
      $0.readRequest()
      guard $0.isFirst else { return $0.waitForHangUp() }
      $0.write(Events.head + Events.chunk(line))
      $0.waitForHangUp()
    }
    let listener = listener(to: engine)
    listener.wait { !$0.failures.isEmpty }
    guard case .unexpectedEvent = listener.failures[engine.endpoint]?.reason else {
      Issue.record("\(listener.failures)")
      return
    }
    listener.wait { _ in engine.requests.count >= 2 }
  }

  @Test(arguments: [
    ("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", EngineError.Reason.status(500)), ("SSH-2.0\r\n", .notHTTP),
    ("", .streamEnded),
  ])
  func `what is no stream is a reason, the same at each attempt`(answer: String, reason: EngineError.Reason) throws {
    let engine = try FakeEngine(answering: answer)
    let listener = listener(to: engine)
    listener.wait { _ in engine.connections >= 4 }
    #expect(listener.failures.mapValues(\.reason) == [engine.endpoint: reason])
  }

  @Test func `a socket that is not there is tried again until it is`() throws {
    let engine = try FakeEngine { $0.waitForHangUp() }
    let missing = EngineEndpoint(path: engine.path + "-missing")
    let listener = EngineListener()
    listener.listen(to: [missing])
    listener.wait { !$0.failures.isEmpty }
    #expect(listener.failures[missing]?.reason == .notFound)
    #expect(unsafe symlink(engine.path, missing.path) == 0)
    listener.wait { _ in engine.connections > 0 }
    unsafe unlink(missing.path)
  }

  @Test func `after a stream was lost what is known does not count twice, and nothing was missed`() throws {
    let engine = try FakeEngine {
      $0.readRequest()
      $0.write(Events.head + Events.chunk(Events.line("create", 200) + Events.line("start", 201)))
      guard !$0.isFirst else { return }
      $0.write(Events.chunk(Events.line("die", 202)))
      $0.waitForHangUp()
    }
    let listener = listener(to: engine)
    listener.wait { $0.count == 3 }
    #expect(listener.said == [.create, .start, .die])
    #expect(engine.requests.last?.contains("since=201&") == true)
    #expect(listener.gaps.isEmpty && listener.failures.isEmpty)
  }

  @Test func `what was missed is said`() throws {
    let engine = try FakeEngine {
      $0.readRequest()
      $0.write(Events.head + Events.chunk($0.isFirst ? Events.line("create", 200) : Events.line("die", 300)))
      if !$0.isFirst { $0.waitForHangUp() }
    }
    let listener = listener(to: engine)
    listener.wait { $0.count == 2 }
    #expect(listener.gaps == [engine.endpoint: .init(from: 1000, to: 1000)])
  }

  @Test func `a silent engine is asked once more and is no failure`() throws {
    let engine = try FakeEngine { $0.waitForHangUp() }
    let listener = listener(to: engine, silenceTimeout: .milliseconds(20))
    listener.wait { _ in engine.connections >= 3 }
    #expect(listener.failures.isEmpty && listener.gaps.isEmpty)
  }

  @Test func `one that hangs costs another nothing`() throws {
    let hung = try FakeEngine(queue: 0, serve: nil)
    let good = try FakeEngine {
      $0.readRequest()
      $0.write(Events.head + Events.chunk(Events.line("create", 200)))
      $0.waitForHangUp()
    }
    let listener = EngineListener()
    listener.listen(to: [hung.endpoint, good.endpoint])
    listener.wait { $0.count == 1 }
  }

  @Test func `whoever is not wanted any more is left`() throws {
    let engine = try FakeEngine {
      $0.readRequest()
      $0.write(Events.head + Events.chunk(Events.line("create", 200)))
      $0.waitForHangUp()
    }
    let listener = listener(to: engine)
    listener.wait { $0.count == 1 }
    listener.listen(to: [])
    engine.wait(forConnections: 1)
    #expect(listener.said == [.create])
    #expect(listener.failures.isEmpty)
  }

  @Test func `letting go of the listener ends it`() throws {
    let engine = try FakeEngine(queue: 64) {
      $0.readRequest()
      $0.write(Events.head + Events.chunk(Events.line("create", 200)))
      $0.waitForHangUp()
    }
    for round in 1...20 {
      do {
        let listener = listener(to: engine)
        if round % 2 == 0 { listener.wait { $0.count == 1 } }
      }
    }
    engine.wait(forConnections: 10)
  }

  @Test func `hostile bytes are an error or nothing, and never a crash`() throws {
    let whole = Events.head + Events.chunk(Events.line("create", 200)) + Events.chunk(Events.line("start", 201))
    for place in stride(from: 0, to: whole.utf8.count, by: 3) {
      var bytes = Array(whole.utf8)
      bytes[place] = UInt8(place % 128)
      let damaged = String(decoding: bytes, as: UTF8.self)
      let engine = try FakeEngine(answering: damaged)
      let listener = listener(to: engine)
      listener.wait { !$0.failures.isEmpty }
      #expect(listener.count <= 2 * 32)
    }
  }
}

extension FakeEngine {
  /// Something for its connections to look at.
  func note(_ text: String) { log.state.withLock { $0.requests.append(text) } }
}
