import Glibc
import Testing

@testable import TareEngines

@Suite(.timeLimit(.minutes(10))) struct EngineDirectoryTests {
  /// Waits until so many exchanges have ended.
  private func wait(for directory: EngineDirectory, revision: Int) {
    while directory.current.revision < revision { usleep(1_000) }
  }

  @Test func `a hung engine costs a good one nothing`() throws {
    let (good, hung) = (try FakeEngine(answering: Answer.whole(Answer.two)), try FakeEngine { $0.waitForHangUp() })
    let missing = EngineEndpoint(path: good.path + "-missing")
    let limit = Duration.seconds(2)
    let directory = EngineDirectory(endpoints: [hung.endpoint, good.endpoint, missing], deadline: limit)
    let answers = directory.ask()
    #expect(directory.current.failures.keys.contains(hung.endpoint))
    #expect(answers.containers.mapValues { $0.map(\.id) } == [good.endpoint: ["aa", "bb"]])
    #expect(answers.failures.mapValues(\.reason) == [hung.endpoint: .deadline(limit), missing: .notFound])
  }

  @Test func `a slow engine is waited for, and whoever waits is told for whom`() throws {
    let slow = try FakeEngine {
      $0.readRequest()
      usleep(2_500_000)
      $0.write(Answer.whole(Answer.two))
    }
    let quick = try FakeEngine(answering: Answer.whole("[]"))
    // The directory's own deadline is for asking without anybody who waits.
    let directory = EngineDirectory(endpoints: [slow.endpoint, quick.endpoint], deadline: .milliseconds(300))
    var waited: [[EngineEndpoint]] = []
    let answers = directory.ask(within: .seconds(20)) { waited.append($0) }
    #expect(answers.failures.isEmpty)
    #expect(answers.containers.mapValues(\.count) == [slow.endpoint: 2, quick.endpoint: 0])
    #expect(waited == [[slow.endpoint]])
  }

  @Test func `an engine that dribbles is over with its deadline`() throws {
    let engine = try FakeEngine { connection in
      connection.readRequest()
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
      while connection.write("[") { usleep(20_000) }
    }
    let limit = Duration.milliseconds(600)
    let begun = ContinuousClock.now
    #expect(
      EngineDirectory(endpoints: [engine.endpoint], deadline: limit).ask().failures.values.map(\.reason) == [
        .deadline(limit)
      ])
    #expect(begun.duration(to: .now) < .seconds(10))
  }

  @Test func `asking nobody ends at once`() {
    #expect(EngineDirectory(endpoints: [], deadline: .seconds(20)).ask() == EngineAnswers())
  }

  @Test func `an endpoint that is given twice is asked once`() throws {
    let engine = try FakeEngine(answering: Answer.whole("[]"))
    let directory = EngineDirectory(endpoints: [engine.endpoint, engine.endpoint], deadline: .seconds(20))
    #expect(directory.ask().containers == [engine.endpoint: []])
    #expect(engine.connections == 1)
  }

  @Test func `the latest answers can be read at any time`() throws {
    let engine = try FakeEngine(answering: Answer.whole(Answer.two))
    let directory = EngineDirectory(endpoints: [engine.endpoint], deadline: .seconds(20))
    #expect(directory.current == EngineAnswers())
    directory.refresh()
    wait(for: directory, revision: 1)
    #expect(directory.current.containers[engine.endpoint]?.count == 2)
  }

  @Test func `an engine is never asked twice at the same time`() throws {
    let engine = try FakeEngine { $0.waitForHangUp() }
    let directory = EngineDirectory(endpoints: [engine.endpoint], deadline: .milliseconds(200))
    for round in 1...2 {
      for _ in 0..<100 { directory.refresh() }
      wait(for: directory, revision: round)
    }
    engine.wait(forConnections: 2)
    // The engine may notice the end of one exchange after the next has begun.
    #expect(engine.connections <= 3 && engine.connectionsAtOnce <= 2)
  }

  @Test func `a name that is known outlives a failure`() throws {
    let engine = try FakeEngine {
      $0.readRequest()
      $0.write($0.isFirst ? Answer.whole(Answer.two) : Answer.whole("", status: "500 No"))
    }
    let directory = EngineDirectory(endpoints: [engine.endpoint], deadline: .seconds(20))
    #expect(directory.ask().failures.isEmpty)
    let answers = directory.ask()
    #expect(answers.containers[engine.endpoint]?.count == 2)
    #expect(answers.failures[engine.endpoint]?.reason == .status(500))
  }

  @Test func `a directory may be let go while it asks`() throws {
    let engine = try FakeEngine(queue: 64) { $0.waitForHangUp() }
    for _ in 0..<20 { EngineDirectory(endpoints: [engine.endpoint], deadline: .milliseconds(50)).refresh() }
    while engine.connections < 20 { usleep(1_000) }
  }
}
