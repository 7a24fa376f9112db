import Testing

@testable import TareEngines

@Suite(.timeLimit(.minutes(10))) struct EngineClientTests {
  @Test func `Docker's containers have their names, images and states`() throws {
    let engine = try FakeEngine(answering: Answer.whole(Answer.captured("docker-containers.json")))
    let containers = try engine.containers()
    #expect(containers.map(\.name) == ["hold", "busy", "idle"])
    #expect(containers.allSatisfy { $0.image == "busybox" && $0.state == "running" && $0.id.utf8.count == 64 })
  }

  @Test func `Podman's containers have their names, images, labels and states`() throws {
    let engine = try FakeEngine(answering: Answer.whole(Answer.captured("podman-containers.json")))
    let containers = try engine.containers()
    #expect(containers.map(\.name) == ["p2", "p1"])
    #expect(containers.map(\.image) == ["localhost/busybox:latest", "localhost/busybox:latest"])
    #expect(containers.map(\.state) == ["paused", "running"])
    #expect(containers.map(\.labels) == [["a": "b"], [:]])
  }

  @Test func `the request is one GET that closes the connection`() throws {
    let engine = try FakeEngine(answering: Answer.whole("[]"))
    #expect(try engine.containers() == [])
    let request = try #require(engine.requests.first)
    #expect(request.hasPrefix("GET /containers/json?filters="))
    #expect(
      request.contains(" HTTP/1.1\r\n") && request.contains("\r\nConnection: close\r\n")
        && request.contains("\r\nHost: localhost\r\n"))
  }

  @Test(arguments: [1, 7, 4_096]) func `a chunked answer is put together`(size: Int) throws {
    let engine = try FakeEngine(answering: Answer.chunked(Answer.captured("docker-containers.json"), by: size))
    #expect(try engine.containers().count == 3)
  }

  @Test func `an answer may come in single bytes`() throws {
    let engine = try FakeEngine {
      $0.readRequest()
      for character in Answer.whole(Answer.two) { $0.write(String(character)) }
    }
    #expect(try engine.containers().map(\.id) == ["aa", "bb"])
  }

  @Test func `an answer without a length ends with the connection`() throws {
    let engine = try FakeEngine(answering: "HTTP/1.0 200 OK\r\n\r\n\(Answer.two)")
    #expect(try engine.containers().map(\.name) == ["one", "two"])
  }

  @Test func `an interim answer is passed over`() throws {
    let engine = try FakeEngine(answering: "HTTP/1.1 100 Continue\r\n\r\n\(Answer.whole(Answer.two))")
    #expect(try engine.containers().count == 2)
  }

  @Test func `five thousand containers fit`() throws {
    let entry =
      #"{"Id":"\#(String(repeating: "a", count: 64))","Names":["/n"],"Filler":"\#(String(repeating: "f", count: 1_400))"}"#
    let engine = try FakeEngine(
      answering: Answer.whole("[\(Array(repeating: entry, count: 5_000).joined(separator: ","))]"))
    #expect(try engine.containers().count == 5_000)
  }
}
