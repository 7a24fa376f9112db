import TareModel
import Testing

@testable import TareEngines

@Suite struct EngineEventLineTests {
  private func decode(_ text: String) throws(EngineError) -> EngineEventLine? {
    try EngineEventLine.decode(Array(text.utf8), from: EngineEndpoint(path: "/e"))
  }

  private func captured(_ name: String) throws -> [EngineEventLine] {
    try Answer.captured(name).split(separator: "\n").compactMap { try decode(String($0)) }
  }

  @Test func `what Docker 20.10 said is read`() throws {
    let lines = try captured("docker-events.jsonl").filter { $0.id.hasPrefix("012bb3c0") }
    #expect(
      lines.map(\.event.action) == [
        .create, .start, .healthy, .pause, .unpause, .die, .stop, .start, .restart, .die, .start, .healthy, .die,
        .destroy,
      ])
    #expect(lines.first?.event == EngineEvent(.create, at: 1_795_561_653_814_342_039))
    #expect(lines.filter { $0.event.action == .die }.map(\.event.exitCode) == [137, 137, 137])
  }

  @Test func `what Podman 4_3 said is read`() throws {
    let lines = try captured("podman-events.jsonl").filter { $0.id.hasPrefix("eb6c173a") }
    // Its first event of health has the state before the check: starting.
    #expect(
      lines.map(\.event.action) == [
        .create, .start, .pause, .unpause, .restart, .die, .start, .die, .start, .die, .destroy,
      ])
    #expect(lines.first?.event == EngineEvent(.create, at: 1_795_561_684_201_327_721))
  }

  @Test(arguments: [
    (#""Action":"health_status: healthy""#, EngineEvent.Action.healthy),
    (#""Action":"health_status: unhealthy""#, .unhealthy), (#""status":"start""#, .start),
    (#""Action":"health_status","HealthStatus":"healthy""#, .healthy),
    (#""Action":"health_status","HealthStatus":"unhealthy""#, .unhealthy), (#""Action":"remove""#, .destroy),
    (#""Action":"oom""#, .oom), (#""Action":"restore""#, .restore),
    (#""Action":"checkpoint","status":"start""#, .checkpoint),
  ])
  func `both engines' words are known`(keys: String, action: EngineEvent.Action) throws {
    let line = try decode(#"{\#(keys),"id":"\#(Events.id)","timeNano":5}"#)
    #expect(line == EngineEventLine(id: Events.id, event: EngineEvent(action, at: 5)))
  }

  @Test(arguments: [
    (#""exitCode":"137""#, 137), (#""containerExitCode":"0""#, 0), (#""exitCode":3"#, nil), (#""exitCode":"x""#, nil),
    (#""exitCode":"-1""#, nil), (#""exitCode":"256""#, nil), (#""a":"b""#, nil), (#""exitCode":{"x":[]}"#, nil),
  ])
  func `an end has its exit code where that is one`(attribute: String, code: Int?) throws {
    let line = try decode(#"{"Action":"die","Actor":{"ID":"\#(Events.id)","Attributes":{\#(attribute)}},"timeNano":5}"#)
    #expect(line?.event.action == .die && line?.event.exitCode == code)
    let start = try decode(
      #"{"Action":"start","Actor":{"ID":"\#(Events.id)","Attributes":{\#(attribute)}},"timeNano":5}"#)
    #expect(start?.event.exitCode == nil)
  }

  @Test(arguments: ["[]", "5", "null", #""x""#])
  func `attributes of another kind are none`(attributes: String) throws {
    let line = try decode(#"{"Action":"die","Actor":{"ID":"\#(Events.id)","Attributes":\#(attributes)},"timeNano":5}"#)
    #expect(line?.event == EngineEvent(.die, at: 5))
  }

  @Test(arguments: [
    #""Action":"exec_create: rm -rf /""#, #""Action":"healthy""#, #""Action":"\u001b[31m""#, #""Action":"""#, #""x":1"#,
    #""Action":"start","Type":"network""#, #""Action":"health_status","HealthStatus":"starting""#,
    #""Action":"health_status: healthy: start""#, #""Action":"Start""#,
  ])
  func `what is of no interest is passed over`(keys: String) throws {
    #expect(try decode(#"{\#(keys),"id":"\#(Events.id)","timeNano":5}"#) == nil)
  }

  @Test(arguments: [
    "", "a", "../../etc/passwd", "\\u001b]0;x\\u0007", String(repeating: "g", count: 64),
    String(repeating: "A", count: 64),
    String(repeating: "a", count: 65), String(repeating: "é", count: 32),
  ])
  func `an id that no engine gives is passed over`(id: String) throws {
    #expect(try decode(#"{"Action":"start","id":"\#(id)","timeNano":5}"#) == nil)
    #expect(try decode(#"{"Action":"start","Actor":{"ID":"\#(id)"},"id":"\#(Events.id)","timeNano":5}"#) == nil)
  }

  @Test func `whole seconds are a second wide`() throws {
    let line = try decode(#"{"Action":"start","id":"\#(Events.id)","time":7}"#)
    #expect(line?.event == EngineEvent(.start, at: 7_000_000_000, latest: 7_999_999_999))
  }

  @Test(arguments: [
    ("secret", "not a JSON object"), ("{\"secret\"", "not a JSON object"), ("", "not a JSON object"),
    (#"{"Action":5}"#, "Action has the wrong type"), (#"{"Actor":"secret"}"#, "Actor has the wrong type"),
    (#"{"Action":"start","id":"\#(Events.id)"}"#, "timeNano and time are missing"),
    (#"{"Action":"start","id":"\#(Events.id)","time":18446744073709551615}"#, "timeNano and time are missing"),
  ])
  func `a broken line says what was expected and quotes nothing`(line: String, expectation: String) throws {
    let error = try #require(throws: EngineError.self) { try decode(line) }
    #expect(error.reason == .unexpectedEvent(expectation))
    #expect(!error.description.contains("secret"))
  }

  @Test(arguments: [#""timeNano":-5"#, #""timeNano":1e300"#, #""timeNano":"secret""#, #""timeNano":1.5"#])
  func `a time that is none is an error`(time: String) throws {
    #expect(throws: EngineError.self) { try decode(#"{"Action":"start","id":"\#(Events.id)",\#(time)}"#) }
  }
}
