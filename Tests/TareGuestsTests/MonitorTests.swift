import Glibc
import Synchronization
import Testing

@testable import TareGuests

private let greeting = #"{"QMP": {"version": {}, "capabilities": []}}"#
private let resume = #"{"timestamp": {"seconds": 10, "microseconds": 7}, "event": "RESUME"}"#

@Suite struct MonitorTests {
  /// Negotiates as QEMU does.
  private static func greet(_ talk: Talk) {
    talk.say(greeting)
    guard let line = talk.line() else { return }
    talk.say(#"{"return": {}, "id": \#(talk.id(line))}"#)
  }

  @Test func `a monitor negotiates, lets the machine run, and keeps what it tells`() throws {
    let sent = Mutex<[String]>([])
    let machine = try FakeMachine { talk in
      talk.say(greeting)
      for _ in 0..<2 {
        guard let line = talk.line() else { return }
        sent.withLock { $0.append(line) }
        if line.contains("cont") { talk.say(resume) }
        talk.say(#"{"return": {}, "id": \#(talk.id(line))}"#)
      }
      talk.say(#"{"timestamp": {"seconds": 11, "microseconds": 0}, "event": "NIC_RX_FILTER_CHANGED"}"#)
      talk.say(#"{"timestamp": {"seconds": 12, "microseconds": 0}, "event": "SHUTDOWN", "data": {"guest": true}}"#)
      talk.waitForHangUp()
    }
    defer { machine.stop() }
    let monitor = try Monitor(machine.socket, within: .seconds(5))
    try monitor.execute(.proceed, within: .seconds(5))
    let heard = Mutex<[MonitorEvent]>([])
    try monitor.listen { event in heard.withLock { $0.append(event) } }
    for _ in 0..<500 where heard.withLock(\.count) < 2 { usleep(10_000) }
    #expect(heard.withLock { $0.map(\.kind) } == [.resume, .shutdown])
    #expect(heard.withLock { $0.map(\.at) } == [10_000_007_000, 12_000_000_000])
    #expect(
      sent.withLock { $0 } == [#"{"execute":"qmp_capabilities","id":1}"#, #"{"execute":"cont","id":2}"#])
  }

  @Test func `a command that is refused is an error`() throws {
    let machine = try FakeMachine { talk in
      Self.greet(talk)
      guard let line = talk.line() else { return }
      talk.say(#"{"error": {"class": "GenericError", "desc": "\u001b[2J"}, "id": \#(talk.id(line))}"#)
    }
    defer { machine.stop() }
    let monitor = try Monitor(machine.socket, within: .seconds(5))
    #expect(throws: WireFailure.refused("cont")) { try monitor.execute(.proceed, within: .seconds(5)) }
  }

  private static let limit = Duration.milliseconds(200)

  @Test func `one that says nothing is given up at the deadline`() throws {
    let machine = try FakeMachine { $0.waitForHangUp() }
    defer { machine.stop() }
    #expect(throws: WireFailure.late(Self.limit)) { _ = try Monitor(machine.socket, within: Self.limit) }
  }

  @Test func `half a greeting is given up at the deadline`() throws {
    let machine = try FakeMachine { talk in
      talk.say(Array(#"{"QMP": {"ver"#.utf8))
      talk.waitForHangUp()
    }
    defer { machine.stop() }
    #expect(throws: WireFailure.late(Self.limit)) { _ = try Monitor(machine.socket, within: Self.limit) }
  }

  @Test func `an endless line is given up at its limit`() throws {
    let machine = try FakeMachine { talk in
      let part = [UInt8](repeating: UInt8(ascii: "a"), count: 65536)
      while talk.say(part) {}
    }
    defer { machine.stop() }
    #expect(throws: WireFailure.tooLong) { _ = try Monitor(machine.socket, within: .seconds(20)) }
  }

  @Test func `endless lines are given up at the deadline`() throws {
    let machine = try FakeMachine { talk in
      talk.say(greeting)
      let part = Array(String(repeating: "\(resume)\n", count: 100).utf8)
      while talk.say(part) {}
    }
    defer { machine.stop() }
    #expect(throws: WireFailure.late(Self.limit)) { _ = try Monitor(machine.socket, within: Self.limit) }
  }

  @Test func `one that hangs up, and one that speaks otherwise, are told apart`() throws {
    let silent = try FakeMachine { _ in }
    defer { silent.stop() }
    #expect(throws: WireFailure.ended) { _ = try Monitor(silent.socket, within: .seconds(5)) }
    let other = try FakeMachine { talk in
      talk.say("HTTP/1.1 400 Bad Request")
      talk.waitForHangUp()
    }
    defer { other.stop() }
    #expect(throws: WireFailure.malformed("a line of JSON as QEMU writes it")) {
      _ = try Monitor(other.socket, within: .seconds(5))
    }
  }
}
