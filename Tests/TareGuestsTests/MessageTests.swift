import Testing

@testable import TareGuests

@Suite struct MessageTests {
  @Test func `lines as QEMU and its guest agent write them are read`() throws {
    let greeting = try Message(
      #"{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}}, "capabilities": ["oob"]}}"#.utf8)
    #expect(greeting.isGreeting)
    let resume = try Message(
      #"{"timestamp": {"seconds": 1795561755, "microseconds": 247983}, "event": "RESUME"}"#.utf8)
    #expect(resume.event == .init(name: "RESUME", at: 1_795_561_755_247_983_000))
    let port = try Message(
      #"{"timestamp":{"seconds":5,"microseconds":0},"event":"VSERPORT_CHANGE","data":{"open":true,"id":"agent0"}}"#.utf8
    )
    #expect(port.event.flatMap(MonitorEvent.init)?.kind == .port(id: "agent0", isOpen: true))
    let done = try Message(#"{"return": {}, "id": 2}"#.utf8)
    #expect(done.id == 2 && done.returned == .other && done.errorClass == nil)
    #expect(try Message(#"{"return": 1000}"#.utf8).returned == .number(1000))
    #expect(
      try Message(#"{"return": {"count": 2, "buf-b64": "OTI=", "eof": false}}"#.utf8).returned?.bytes == [57, 50])
    let refused = try Message(
      #"{"error": {"class": "CommandNotFound", "desc": "Command guest-file-open has been disabled"}}"#.utf8)
    #expect(refused.errorClass == "CommandNotFound" && refused.returned == nil)
  }

  @Test(arguments: [
    "", "{", "[]", "null", "1", "\"x\"", "{\"return\"}", "{\"event\": 5}", "{\"event\": \"RESUME\"}",
    #"{"event":"RESUME","timestamp":{"seconds":"1","microseconds":0}}"#, "\u{0}", "{\"id\":1}}",
    String(repeating: "[", count: 100_000), String(repeating: #"{"return":"#, count: 20_000),
  ]) func `what is no such line is an error without a word of it`(text: String) {
    let error = #expect(throws: WireFailure.self) { try Message(text.utf8) }
    #expect("\(error!)" == "expected a line of JSON as QEMU writes it, found something else")
  }

  @Test func `a clock that failed gives no event`() throws {
    for seconds in ["-1", "99999999999999"] {
      let text = #"{"timestamp":{"seconds":\#(seconds),"microseconds":0},"event":"RESUME"}"#
      #expect(try Message(text.utf8).event == nil)
    }
  }

  @Test func `lines come out as they went in, however they were cut`() throws {
    let text = Array("one\r\n\ntwo\nthree".utf8)
    for cut in 0...text.count {
      var buffer = LineBuffer()
      var lines: [String] = []
      for part in [text[..<cut], text[cut...]] {
        buffer.append(part)
        while let line = try buffer.next() { lines.append(String(decoding: line, as: UTF8.self)) }
      }
      #expect(lines == ["one", "two"])
    }
  }

  @Test func `a line without an end is given up at its limit`() throws {
    var buffer = LineBuffer()
    buffer.append(repeatElement(UInt8(ascii: "x"), count: LineBuffer.limit))
    #expect(try buffer.next() == nil)
    buffer.append([UInt8(ascii: "x")])
    #expect(throws: WireFailure.tooLong) { try buffer.next() }
  }

  @Test func `damaged lines never do more than throw`() {
    var random = SystemRandomNumberGenerator()
    let good = Array(
      #"{"timestamp": {"seconds": 1795561755, "microseconds": 247983}, "event": "RESUME", "data": {"open": true}}"#.utf8
    )
    for _ in 0..<3000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
      }
      _ = try? Message(bytes)
    }
  }
}
