import Foundation
import Glibc
import LinuxSystem
import Synchronization
import TareModel
import Testing

@testable import TareGuests

/// A QEMU's side of the protocol, with what a real one of version 7.2 answers.
private final class FakeMonitor: Sendable {
  static let greeting =
    #"{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "Debian"}, "capabilities": ["oob"]}}"#
  static let stats =
    #"{"stats": {"stat-htlb-pgalloc": 0, "stat-swap-out": 4096, "stat-available-memory": 196370432, "stat-htlb-pgfail": 0, "stat-free-memory": 192913408, "stat-minor-faults": 1027, "stat-major-faults": 3, "stat-total-memory": 227700736, "stat-swap-in": 0, "stat-disk-caches": 8617984}, "last-update": NOW}"#
  static let answers = [
    "qmp_capabilities": "{}", "query-status": #"{"status": "running", "singlestep": false, "running": true}"#,
    "query-balloon": #"{"actual": 201326592}"#,
    "query-version": #"{"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": "Debian"}"#,
    "query-cpus-fast": #"[{"thread-id": 711, "cpu-index": 0}, {"thread-id": 712, "cpu-index": 1}]"#,
    "query-block":
      #"[{"device": "virtio0", "inserted": {"image": {"virtual-size": 67108864, "filename": "d.img", "actual-size": 4096}, "drv": "raw", "file": "d.img"}, "qdev": "/machine/x"}, {"device": "", "qdev": "cd0", "removable": true}, {"device": "", "qdev": "/machine/peripheral/d1/virtio-backend"}]"#,
    "/machine/peripheral":
      #"[{"name": "type", "type": "string"}, {"name": "bal", "type": "child<virtio-balloon-pci>"}]"#,
    "/machine/peripheral-anon": #"[{"name": "type", "type": "string"}]"#, "/machine/peripheral/bal": stats,
  ]

  let answers: [String: String]
  let requests = Mutex<[String]>([])

  init(_ changes: [String: String] = [:]) {
    answers = Self.answers.merging(changes) { $1 }
  }

  private struct Request: Decodable {
    struct Arguments: Decodable {
      var path: String
      var property: String?
    }
    var execute: String
    var arguments: Arguments?
    var id: Int
  }

  func serve(_ talk: Talk) {
    talk.say(Self.greeting)
    while let line = talk.line() {
      guard let request = try? JSONDecoder().decode(Request.self, from: Data(line.utf8)) else { return }
      requests.withLock { $0.append(line) }
      talk.say(#"{"timestamp": {"seconds": -1, "microseconds": -1}, "event": "BALLOON_CHANGE", "data": {"actual": 1}}"#)
      guard let answer = answers[request.arguments?.path ?? request.execute], !answer.isEmpty else {
        talk.say(#"{"error": {"class": "GenericError", "desc": "\u001b[2J"}, "id": \#(request.id)}"#)
        continue
      }
      let now = String(SystemClock.realtime.now / 1_000_000_000)
      talk.say(#"{"return": \#(answer.replacingOccurrences(of: "NOW", with: now)), "id": \#(request.id)}"#)
    }
  }
}

@Suite struct GuestMonitorTests {
  private func machine(_ fake: FakeMachine, pid: Int32 = getpid()) -> GuestMachine {
    GuestMachine(
      .init(pid: pid, start: 1), name: "web", agent: .closed(""),
      monitor: .socket(path: fake.path, owner: geteuid()))
  }

  private func ask(_ monitor: FakeMonitor) throws -> GuestAnswer {
    let fake = try FakeMachine(monitor.serve)
    defer { fake.stop() }
    let monitors = GuestMonitors(waits: true)
    monitors.refresh([machine(fake)])
    #expect(monitors.problems.isEmpty)
    return monitors.answer(of: machine(fake).identity)
  }

  // MARK: What is told

  @Test func `a machine tells its state, its balloon, its guest's memory, its vCPUs and disks`() throws {
    let answer = try ask(FakeMonitor())
    let report = try #require(answer.report)
    #expect(report.status == "running" && report.isRunning && report.version == "7.2.22")
    #expect(report.balloon == 192 << 20 && report.vcpus == [711, 712])
    let memory = try #require(report.memory)
    #expect(memory.total == 227_700_736 && memory.free == 192_913_408 && memory.available == 196_370_432)
    #expect(memory.caches == 8_617_984 && memory.swappedIn == 0 && memory.swappedOut == 4096)
    #expect(memory.majorFaults == 3 && memory.minorFaults == 1027)
    #expect(
      report.disks == [
        .init(device: "virtio0", file: "d.img", format: "raw", virtualSize: 64 << 20, actualSize: 4096),
        .init(device: "cd0"), .init(device: "d1"),
      ])
    #expect(answer.memoryUsed(at: SystemClock.realtime.now) == .value(227_700_736 - 196_370_432))
    #expect(answer.memoryUsed(at: SystemClock.realtime.now + 62_000_000_000) == .missing(.stale))
  }

  @Test func `only what reads is ever asked, and statistics are no more than read`() throws {
    let monitor = FakeMonitor()
    _ = try ask(monitor)
    let allowed = [
      #""qmp_capabilities""#, #""query-status""#, #""query-balloon""#, #""query-version""#, #""query-cpus-fast""#,
      #""query-block""#, #""qom-list","arguments":{"path":"/machine/peripheral"}"#,
      #""qom-list","arguments":{"path":"/machine/peripheral-anon"}"#,
      #""qom-get","arguments":{"path":"/machine/peripheral/bal","property":"guest-stats"}"#,
    ]
    let sent = monitor.requests.withLock { $0 }
    #expect(sent.count == allowed.count)
    for line in sent { #expect(allowed.contains { line.hasPrefix("{\"execute\":\($0),\"id\":") }, "\(line)") }
  }

  @Test func `what does not change is asked once`() throws {
    let monitor = FakeMonitor()
    let fake = try FakeMachine(monitor.serve)
    defer { fake.stop() }
    let monitors = GuestMonitors(waits: true, pause: .zero)
    for _ in 0..<3 { monitors.refresh([machine(fake)]) }
    #expect(fake.connections == 3)
    let sent = monitor.requests.withLock { $0 }
    func count(_ word: String) -> Int { sent.count { $0.contains(word) } }
    #expect(count("query-version") == 1 && count("query-block") == 1 && count("qom-list") == 2)
    #expect(count("qom-get") == 3 && count("query-status") == 3)
    #expect(monitors.answer(of: machine(fake).identity).report?.disks.count == 3)
    monitors.refresh([])
    #expect(monitors.answer(of: machine(fake).identity) == .missing(.noGuestAgent))
  }

  @Test func `a balloon without a name of its own is found`() throws {
    let answer = try ask(
      FakeMonitor([
        "/machine/peripheral": #"[{"name": "type", "type": "string"}]"#,
        "/machine/peripheral-anon": #"[{"name": "device[3]", "type": "child<virtio-balloon-ccw>"}]"#,
        "/machine/peripheral-anon/device[3]": FakeMonitor.stats,
      ]))
    #expect(answer.report?.memory?.total == 227_700_736)
  }

  @Test func `a balloon whose statistics nobody asks for is stale`() throws {
    let none = #"{"stats": {"stat-total-memory": 18446744073709551615, "stat-available-memory": -1}, "last-update": 0}"#
    for text in [none, ""] {
      let answer = try ask(FakeMonitor(["/machine/peripheral/bal": text]))
      #expect(answer.report?.memory == nil)
      #expect(answer.memoryUsed(at: SystemClock.realtime.now) == .missing(.stale))
    }
  }

  @Test func `what a guest does not tell is missing, and no huge number`() throws {
    let old =
      #"{"stats": {"stat-total-memory": 4096, "stat-available-memory": 18446744073709551615, "stat-swap-in": -1, "x": {}}, "last-update": NOW}"#
    let answer = try ask(FakeMonitor(["/machine/peripheral/bal": old]))
    #expect(answer.report?.memory?.total == 4096 && answer.report?.memory?.swappedIn == nil)
    #expect(answer.memoryUsed(at: SystemClock.realtime.now) == .missing(.notReported))
    let wrong = #"{"stats": {"stat-total-memory": 1, "stat-available-memory": 2}, "last-update": NOW}"#
    #expect(
      try ask(FakeMonitor(["/machine/peripheral/bal": wrong])).memoryUsed(at: SystemClock.realtime.now)
        == .missing(.malformed))
  }

  @Test func `a machine without a balloon tells the rest`() throws {
    let answer = try ask(FakeMonitor(["query-balloon": "", "/machine/peripheral": "[]", "query-block": ""]))
    #expect(answer.report?.balloon == nil && answer.report?.status == "running" && answer.report?.disks == [])
    #expect(answer.memoryUsed(at: SystemClock.realtime.now) == .missing(.notReported))
  }

  @Test func `a guest that stands still is known by its state`() throws {
    let answer = try ask(FakeMonitor(["query-status": #"{"status": "paused", "running": false}"#]))
    #expect(answer.report?.status == "paused" && answer.report?.isRunning == false)
  }

  // MARK: Strangers

  @Test(arguments: [
    "\u{1b}[2J", "Running", "a\\nb", "", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
  ]) func `a state is a word or nothing`(word: String) throws {
    #expect(try ask(FakeMonitor(["query-status": #"{"status": "\#(word)"}"#])).report?.status == nil)
  }

  @Test(arguments: [
    #"bal\",\"property\":\"x"#, "a/../b", "", "ä", String(repeating: "a", count: 200),
  ]) func `a balloon's name never becomes another question`(name: String) throws {
    let monitor = FakeMonitor(["/machine/peripheral": #"[{"name": "\#(name)", "type": "child<virtio-balloon-pci>"}]"#])
    let answer = try ask(monitor)
    #expect(answer.report?.memory == nil)
    #expect(monitor.requests.withLock { $0.allSatisfy { !$0.contains("qom-get") } })
  }

  @Test(arguments: ["{}", "[]", "7", "\"text\"", "null", "[[[[{}]]]]", #"{"stats": [], "last-update": -1}"#, #"[{}]"#])
  func `answers of another form are no answers`(text: String) throws {
    var changes = FakeMonitor.answers.mapValues { _ in text }
    changes["qmp_capabilities"] = "{}"
    let report = try #require(try ask(FakeMonitor(changes)).report)
    #expect(report.status == nil && report.memory == nil && report.version == nil && report.balloon == nil)
    #expect(report.vcpus.isEmpty && report.disks.allSatisfy { $0.device == "?" && $0.file == nil })
  }

  private func failure(pid: Int32 = getpid(), _ serve: @escaping @Sendable (Talk) -> Void) throws -> String {
    let fake = try FakeMachine(serve)
    defer { fake.stop() }
    let monitors = GuestMonitors(waits: false)
    monitors.refresh([machine(fake, pid: pid)])
    let identity = machine(fake, pid: pid).identity
    for _ in 0..<1000 {
      switch monitors.answer(of: identity) {
      case .missing(.notReported, let why?): return why
      case .told: return "told"
      default: usleep(10_000)
      }
    }
    return "nothing"
  }

  private static let busy = "its monitor does not answer within 100 ms: another client may be connected"

  @Test func `a busy monitor is given up at its deadline`() throws {
    #expect(try failure { $0.waitForHangUp() } == Self.busy)
  }

  @Test func `one that greets and then hangs is given up at its deadline`() throws {
    #expect(
      try failure { talk in
        talk.say(FakeMonitor.greeting)
        talk.waitForHangUp()
      } == Self.busy)
  }

  @Test func `one that does not greet is asked nothing`() throws {
    let heard = Mutex(0)
    let why = try failure { talk in
      talk.say(#"{"return": {}, "id": 1}"#)
      while talk.line() != nil { heard.withLock { $0 += 1 } }
    }
    #expect(why == "its monitor: expected QEMU's greeting, found something else")
    #expect(heard.withLock { $0 } == 0)
  }

  @Test func `one that is made for people is asked nothing`() throws {
    #expect(
      try failure { talk in
        talk.say("QEMU 7.2.22 monitor - type 'help' for more information")
        talk.waitForHangUp()
      } == "its monitor: expected a line of JSON as QEMU writes it, found something else")
  }

  @Test func `an endless line, endless events and garbage are given up`() throws {
    for text in [
      "aaaaaaaaaaaaaaaa", "{\"event\": \"X\", \"timestamp\": {\"seconds\": 1, \"microseconds\": 1}}\n", "\n\n\n\n",
      "\0\u{FF}\n",
      "{\"return\": {}, \"id\": 9}\n",
    ] {
      let why = try failure { talk in
        talk.say(FakeMonitor.greeting)
        let part = Array(String(repeating: text, count: 100).utf8)
        while talk.say(part) {}
      }
      #expect(why.hasPrefix("its monitor"), "\(text): \(why)")
    }
  }

  @Test func `one that is not the machine itself is asked nothing`() throws {
    let heard = Mutex(0)
    let why = try failure(pid: getppid()) { talk in
      while talk.line() != nil { heard.withLock { $0 += 1 } }
    }
    #expect(why.contains("not the VM: not asked"))
    #expect(heard.withLock { $0 } == 0)
  }

  // MARK: Many

  @Test func `one that is not to be asked is not, and says why`() {
    let monitors = GuestMonitors(waits: true)
    let machine = GuestMachine(
      .init(pid: 1, start: 1), name: "web", agent: .closed(""), monitor: .closed("it is managed by libvirt"))
    monitors.refresh([machine])
    #expect(
      monitors.answer(of: machine.identity) == .missing(.noGuestAgent, why: "not asked: it is managed by libvirt"))
    #expect(monitors.problems.isEmpty)
  }

  @Test func `a busy monitor is said once, and asked ever more seldom`() throws {
    let fake = try FakeMachine { $0.waitForHangUp() }
    defer { fake.stop() }
    let monitors = GuestMonitors(waits: true, pause: .zero)
    let machine = machine(fake)
    monitors.refresh([machine])
    let said = Problem(source: "qemu", message: "web: \(Self.busy)")
    #expect(monitors.problems == [said] && monitors.problems == [said])
    monitors.refresh([machine])
    #expect(monitors.problems.isEmpty)
    #expect(monitors.answer(of: machine.identity) == .missing(.notReported, why: Self.busy))
    let patient = GuestMonitors(waits: true)
    for _ in 0..<3 { patient.refresh([machine]) }
    #expect(fake.connections == 3)
    #expect((0...7).map(GuestMonitors.pauses(after:)) == [1, 2, 4, 8, 16, 32, 32, 32])
  }

  @Test func `one that is busy for a moment keeps what it said`() throws {
    let monitor = FakeMonitor()
    let isBusy = Mutex(false)
    let fake = try FakeMachine { talk in
      if isBusy.withLock({ $0 }) { talk.waitForHangUp() } else { monitor.serve(talk) }
    }
    defer { fake.stop() }
    let monitors = GuestMonitors(waits: true, pause: .zero)
    monitors.refresh([machine(fake)])
    isBusy.withLock { $0 = true }
    monitors.refresh([machine(fake)])
    #expect(monitors.answer(of: machine(fake).identity).report?.status == "running")
  }

  @Test func `a machine that hangs holds nobody up`() throws {
    let fake = try FakeMachine { $0.waitForHangUp() }
    defer { fake.stop() }
    let monitors = GuestMonitors(waits: false)
    // Whether it waits shows in what is known right after: nothing.
    monitors.refresh([machine(fake)])
    #expect(monitors.answer(of: machine(fake).identity) == .missing(.noGuestAgent))
  }

  @Test func `a socket that is gone is no problem`() throws {
    let monitors = GuestMonitors(waits: true)
    let gone = GuestMachine(
      .init(pid: 1, start: 1), name: "web", agent: .closed(""),
      monitor: .socket(path: "/nowhere/q", owner: geteuid()))
    monitors.refresh([gone])
    #expect(
      monitors.answer(of: gone.identity)
        == .missing(.notReported, why: "its monitor: nobody listens on the socket"))
    #expect(monitors.problems.isEmpty)
  }
}
