import Testing

@testable import TareEngines

@Suite(.timeLimit(.minutes(10))) struct EngineImageTests {
  private static let id = String(repeating: "ab", count: 32)
  private static let digest = String(repeating: "0f", count: 32)

  private func engine(_ container: String, _ image: String) throws -> FakeEngine {
    try FakeEngine {
      let request = $0.readRequest()
      $0.write(Answer.whole(request.hasPrefix("GET /containers/") ? container : image))
    }
  }

  private func size(_ engine: FakeEngine, _ id: String = id) throws -> UInt64 {
    try EngineClient.imageSize(of: id, at: engine.endpoint, deadline: .seconds(20))
  }

  @Test func `the image's size is asked for by its digest`() throws {
    let engine = try engine(#"{"Image":"sha256:\#(Self.digest)"}"#, #"{"Id":"x","Size":1980000}"#)
    #expect(try size(engine) == 1_980_000)
    #expect(
      engine.requests.map { $0.prefix { $0 != "\r\n" } } == [
        "GET /containers/\(Self.id)/json HTTP/1.1", "GET /images/sha256:\(Self.digest)/json HTTP/1.1",
      ])
  }

  @Test func `Podman's digest is without a name before it`() throws {
    #expect(try size(engine(#"{"Image":"\#(Self.digest)"}"#, #"{"Size":5}"#)) == 5)
  }

  @Test(arguments: ["../../x", "", "sha256:zz", "sha256:0f/../../containers/x/kill"])
  func `what is no digest goes into no path`(image: String) throws {
    let engine = try engine(#"{"Image":"\#(image)"}"#, #"{"Size":5}"#)
    #expect(throws: EngineError.self) { try size(engine) }
    #expect(engine.requests.count == 1)
  }

  @Test func `an id that is none asks nobody`() throws {
    let engine = try engine("{}", "{}")
    #expect(throws: EngineError.self) { try size(engine, "web") }
    #expect(engine.requests.isEmpty)
  }

  @Test(arguments: [#"{"Size":-1}"#, #"{"Size":"big"}"#, "[]", "nothing"])
  func `what is no size is an error`(image: String) throws {
    let engine = try engine(#"{"Image":"sha256:\#(Self.digest)"}"#, image)
    #expect(throws: EngineError.self) { try size(engine) }
  }
}
