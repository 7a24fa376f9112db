import FoundationEssentials
import Testing

@testable import TareEngines

@Suite struct EngineContainerTests {
  private func decode(_ text: String) throws(EngineError) -> [EngineContainer] {
    try EngineContainer.decode(Data(text.utf8), from: EngineEndpoint(path: "/e"))
  }

  @Test func `labels are kept`() throws {
    let containers = try decode(#"[{"Id":"a","Names":["/web","/db/web"],"Labels":{"team":"a b","":"x"}}]"#)
    #expect(containers == [EngineContainer(id: "a", name: "web", labels: ["team": "a b", "": "x"])])
  }

  @Test(arguments: [
    #"{"Id":"a"}"#, #"{"Id":"a","Names":null,"Labels":null,"Image":null,"State":null}"#, #"{"Id":"a","Names":[]}"#,
    #"{"Id":"a","Names":["/"]}"#, #"{"Id":"a","Names":[""]}"#,
  ])
  func `what an engine leaves out is absent`(entry: String) throws {
    #expect(try decode("[\(entry)]") == [EngineContainer(id: "a")])
  }

  @Test(arguments: [
    ("secret", "not JSON"), ("", "not JSON"), (#"[{"Id":"secret"}"#, "not JSON"),
    (#"{"message":"secret"}"#, "the body has the wrong type"), ("null", "the body is null"),
    (#"[{"Id":"a"},{"Names":["secret"]}]"#, "[1].Id is missing"), (#"[{"Id":5}]"#, "[0].Id has the wrong type"),
    (#"[{"Id":"a","Labels":{"secret":5}}]"#, "[0].Labels has the wrong type"),
    (#"[{"Id":"a","Labels":{"secret":null}}]"#, "[0].Labels is null"),
    (#"[{"Id":"a","Names":["a",null]}]"#, "[0].Names is null"), (#"["secret"]"#, "[0] has the wrong type"),
  ])
  func `what is missing is named and nothing is quoted`(body: String, expectation: String) throws {
    let error = try #require(throws: EngineError.self) { try decode(body) }
    #expect(error.reason == .unexpectedBody(expectation))
    #expect(!error.description.contains("secret"))
  }

  @Test func `deep nesting is an error`() throws {
    let deep = String(repeating: "[", count: 200_000)
    #expect(throws: EngineError.self) { try decode(deep) }
  }

  @Test func `bytes that are no UTF-8 are an error`() throws {
    let body = Data(#"[{"Id":""#.utf8) + Data([0xff, 0xfe]) + Data(#""}]"#.utf8)
    #expect(throws: EngineError.self) { try EngineContainer.decode(body, from: EngineEndpoint(path: "/e")) }
  }
}
