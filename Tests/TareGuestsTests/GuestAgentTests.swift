import Foundation
import Glibc
import LinuxSystem
import Synchronization
import TareModel
import Testing

@testable import TareGuests

/// A guest agent's side of the protocol over files of the test, with what a real one of QEMU 7.2 answers.
private final class FakeAgent: Sendable {
  struct File {
    var content: [UInt8]
    var at = 0
  }

  let files: [String: String]
  /// A read that would go beyond the end of the kernel's log fails, and what it had is lost.
  let hasTail: Bool
  /// What its kernel calls itself; nil of an agent before 2.10, which has no command for it.
  let release: String?
  let requests = Mutex<[String]>([])
  private let open = Mutex<[Int: File]>([:])
  var openCount: Int { open.withLock(\.count) }

  init(_ files: [String: String], release: String? = "6.1.0-18-amd64") {
    self.files = files
    self.release = release
    hasTail = true
  }

  func serve(_ talk: Talk) {
    // What an earlier client asked and did not wait for comes first.
    talk.say(#"{"return": 17}"#)
    talk.say(#"{"error": {"class": "GenericError", "desc": "JSON parse error, stray '\uFFFD'"}}"#)
    while let line = talk.line() {
      requests.withLock { $0.append(line) }
      talk.say(answer(line))
    }
  }

  private struct Request: Decodable {
    struct Arguments: Decodable {
      var id: UInt64?
      var path: String?
      var mode: String?
      var handle: Int?
      var count: Int?
    }
    var execute: String
    var arguments: Arguments?
  }

  private func answer(_ line: String) -> [UInt8] {
    guard let request = try? JSONDecoder().decode(Request.self, from: Data(line.utf8)) else { return [] }
    let arguments = request.arguments
    func reply(_ text: String) -> [UInt8] { Array("{\"return\": \(text)}\n".utf8) }
    let error = Array("{\"error\": {\"class\": \"GenericError\", \"desc\": \"failed\"}}\n".utf8)
    return open.withLock { open in
      switch request.execute {
      case "guest-sync-delimited": return [0xFF] + reply("\(arguments?.id ?? 0)")
      case "guest-get-osinfo" where release != nil:
        // As qemu-ga 7.2 orders it.
        let text = release ?? ""
        return reply(#"{"name": "Debian GNU/Linux", "kernel-release": "\#(text)", "version": "12", "id": "debian"}"#)
      case "guest-get-time": return reply("\(SystemClock.realtime.now)")
      case "guest-file-open":
        guard arguments?.mode == "r", let content = files[arguments?.path ?? ""] else { return error }
        let handle = 1000 + open.count
        open[handle] = File(content: Array(content.utf8))
        return reply("\(handle)")
      case "guest-file-read":
        guard let handle = arguments?.handle, let count = arguments?.count, var file = open[handle] else {
          return error
        }
        let part = file.content[file.at...].prefix(count)
        file.at += part.count
        open[handle] = file
        if part.count < count, file.content.count > 1000 || part.isEmpty { return error }
        let text = Data(part).base64EncodedString()
        return reply(#"{"count": \#(part.count), "buf-b64": "\#(text)", "eof": true}"#)
      case "guest-file-close":
        open[arguments?.handle ?? 0] = nil
        return reply("{}")
      default: return Array("{\"error\": {\"class\": \"CommandNotFound\"}}\n".utf8)
      }
    }
  }
}

@Suite struct GuestAgentTests {
  /// Uptime 100 s, the first program 5.5 s after the kernel.
  private static let log =
    String(repeating: "6,1,1000,-;the kernel says something\n", count: 1500)
    + "6,2,5500000,-;Run /sbin/init as init process\n"
  private static let files = [
    "/proc/1/stat": "1 (systemd) S 0 1 1 0 -1 4194560 1 8 0 0 0 54 2 20 20 0 1 0 28 2314240 400 1\n",
    "/proc/uptime": "100.00 350.00\n", "/proc/1/task/1/children": "201 202 ",
    "/proc/201/stat": "201 (systemd-journal) S 1 201 201 0 -1 4194560 0 0 0 0 0 0 0 0 19 -1 1 0 590 0 0 1\n",
    "/dev/kmsg": log,
  ]

  private func ask(_ agent: FakeAgent) throws -> GuestAgent.Outcome {
    let machine = try FakeMachine(agent.serve)
    defer { machine.stop() }
    return GuestAgent.ask(machine.socket).outcome
  }

  private func mark(_ outcome: GuestAgent.Outcome) throws -> BootTimeline.Mark {
    guard case .told(let mark) = outcome else {
      throw WireFailure.malformed("\(outcome)")
    }
    return mark
  }

  @Test func `a guest tells when its first program began, from the end of its kernel's log`() throws {
    let agent = FakeAgent(Self.files)
    let before = SystemClock.realtime.now
    let mark = try mark(ask(agent))
    let after = SystemClock.realtime.now
    #expect(mark.label == .reported)
    #expect(mark.lo! <= before - 94_500_000_000 && mark.hi! >= after - 94_510_000_000 - 100_000_000)
    #expect(mark.hi! - mark.lo! < 350_000_000)
    #expect(agent.openCount == 0)
  }

  @Test func `only what reads is ever asked`() throws {
    let agent = FakeAgent(Self.files)
    _ = try ask(agent)
    let allowed = [
      "guest-sync-delimited", "guest-get-osinfo", "guest-get-time", "guest-file-open", "guest-file-read",
      "guest-file-close",
    ]
    for line in agent.requests.withLock({ $0 }) {
      #expect(allowed.contains { line.contains("{\"execute\":\"\($0)\"") }, "\(line)")
      if line.contains("guest-file-open") { #expect(line.contains(#""mode":"r""#)) }
    }
  }

  @Test func `a guest says which kernel it runs, even where it opens no file`() throws {
    let text = String(repeating: "6", count: 200)
    for (release, expected) in [("6.1.0-18-amd64", "6.1.0-18-amd64"), (text, String(text.prefix(64))), ("", nil)] {
      let machine = try FakeMachine(FakeAgent([:], release: release).serve)
      defer { machine.stop() }
      let answer = GuestAgent.ask(machine.socket)
      #expect(answer.kernelRelease == expected)
      guard case .failed = answer.outcome else {
        Issue.record("it opened files")
        return
      }
    }
  }

  @Test func `an agent that knows no such command still tells the rest`() throws {
    let machine = try FakeMachine(FakeAgent(Self.files, release: nil).serve)
    defer { machine.stop() }
    let answer = GuestAgent.ask(machine.socket)
    #expect(answer.kernelRelease == nil)
    #expect(try mark(answer.outcome).label == .reported)
  }

  @Test func `without a kernel's log its processes bracket it`() throws {
    var files = Self.files
    files["/dev/kmsg"] = nil
    let mark = try mark(ask(FakeAgent(files)))
    #expect(mark.label == .inferred)
    let width = mark.hi! - mark.lo!
    #expect(width > 5_630_000_000 && width < 6_200_000_000)
  }

  @Test func `a guest without /proc is told`() throws {
    let outcome = try ask(FakeAgent([:]))
    #expect(
      outcome == .failed("its guest agent opens no /proc: expected a Linux guest whose agent may read files"))
    #expect(
      try ask(FakeAgent(["/proc/1/stat": "x", "/proc/uptime": "y"]))
        == .failed("its guest agent reads no /proc: expected a Linux guest"))
  }

  @Test func `an agent that may not open files says what is missing`() throws {
    let machine = try FakeMachine { talk in
      while let line = talk.line() {
        if line.contains("sync") {
          talk.say([0xFF] + Array("{\"return\": \(talk.id(line))}\n".utf8))
        } else {
          talk.say(#"{"error": {"class": "CommandNotFound", "desc": "Command guest-file-open has been disabled"}}"#)
        }
      }
    }
    defer { machine.stop() }
    guard case .failed(let why) = GuestAgent.ask(machine.socket).outcome else {
      Issue.record("expected a failure")
      return
    }
    #expect(why.contains("refuses guest-file-open: allow guest-file-open"))
  }

  // MARK: Strangers

  @Test(arguments: ["", "\u{FF}", "{\"return\": 1}", "{\"return\": ", "\n\n\n"])
  func `one that does not answer is given up within its deadline`(text: String) throws {
    let machine = try FakeMachine { talk in
      talk.say(Array(text.unicodeScalars.map { UInt8($0.value) }))
      talk.waitForHangUp()
    }
    defer { machine.stop() }
    #expect(GuestAgent.ask(machine.socket) == GuestAgent.Answer(outcome: .silent))
  }

  @Test func `one that sends for ever is given up`() throws {
    for byte in [UInt8(ascii: "a"), 0xFF, UInt8(ascii: "\n")] {
      let machine = try FakeMachine { talk in
        let part = [UInt8](repeating: byte, count: 65536)
        while talk.say(part) {}
      }
      defer { machine.stop() }
      switch GuestAgent.ask(machine.socket).outcome {
      case .told: Issue.record("it told nothing")
      case .silent, .slow, .failed: break
      }
    }
  }

  @Test func `one that answers the greeting and no more is asked three times`() throws {
    let fake = try FakeMachine { talk in
      guard let line = talk.line() else { return }
      talk.say([0xFF] + Array("{\"return\": \(talk.id(line))}\n".utf8))
      talk.waitForHangUp()
    }
    defer { fake.stop() }
    let agents = GuestAgents(waits: true, pause: .zero)
    for _ in 0..<5 { agents.refresh([machine(fake)]) }
    #expect(fake.connections == 3)
    #expect(
      agents.problems.map(\.message) == ["web: its guest agent answers too slowly: expected within 100 ms"])
  }

  // MARK: Many

  private func machine(_ fake: FakeMachine, _ start: UInt64 = 1) -> GuestMachine {
    GuestMachine(
      .init(pid: getpid(), start: start), name: "web", agent: .socket(path: fake.path, owner: geteuid()))
  }

  @Test func `each guest is asked once, and forgotten when it is gone`() throws {
    let agent = FakeAgent(Self.files)
    let fake = try FakeMachine(agent.serve)
    defer { fake.stop() }
    let agents = GuestAgents(waits: true)
    let machine = machine(fake)
    for _ in 0..<3 { agents.refresh([machine]) }
    #expect(fake.connections == 1 && agents.revision == 1)
    let signals = agents.signals(of: machine.identity)
    #expect(signals.map(\.phase) == [.userspace] && signals.map(\.kind) == [.guestAgent])
    #expect(agents.problems.isEmpty)
    #expect(agents.kernelRelease(of: machine.identity) == "6.1.0-18-amd64")
    agents.refresh([])
    #expect(agents.signals(of: machine.identity).isEmpty && agents.kernelRelease(of: machine.identity) == nil)
  }

  @Test func `one that is not to be asked is not asked`() {
    let agents = GuestAgents(waits: true)
    let machine = GuestMachine(.init(pid: 1, start: 1), name: "web", agent: .closed("it is managed by libvirt"))
    agents.refresh([machine])
    #expect(agents.revision == 0 && agents.signals(of: machine.identity).isEmpty)
  }

  @Test func `one whose agent was not there is asked again later`() throws {
    let fake = try FakeMachine { _ in }
    defer { fake.stop() }
    let agents = GuestAgents(waits: true, pause: .milliseconds(50))
    agents.refresh([machine(fake)])
    agents.refresh([machine(fake)])
    usleep(60_000)
    agents.refresh([machine(fake)])
    #expect(agents.revision == 2)
    #expect(agents.problems.isEmpty)
  }

  @Test func `a guest that hangs holds nobody up`() throws {
    let fake = try FakeMachine { $0.waitForHangUp() }
    defer { fake.stop() }
    let agents = GuestAgents(waits: false)
    // Whether it waits shows in what is known right after: nothing.
    agents.refresh([machine(fake)])
    #expect(agents.revision == 0)
    for _ in 0..<500 where agents.revision == 0 { usleep(10_000) }
    #expect(agents.revision == 1)
  }

  @Test func `what fails is a problem that names the machine`() throws {
    let fake = try FakeMachine(FakeAgent([:]).serve)
    defer { fake.stop() }
    let agents = GuestAgents(waits: true)
    agents.refresh([machine(fake)])
    #expect(agents.problems.map(\.message).first?.hasPrefix("web: its guest agent opens no /proc") == true)
  }
}
