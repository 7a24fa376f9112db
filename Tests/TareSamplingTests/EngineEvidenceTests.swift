import KernelStats
import Synchronization
import TareModel
import TestSupport
import Testing

@testable import TareSampling

/// Starts as engines tell of them. Times are milliseconds around the start of the first process.
struct EngineEvidenceTests {
  private static let began: UInt64 = 1_700_000_000_000_000_000

  private func at(_ milliseconds: Int) -> UInt64 { UInt64(Int(Self.began) + milliseconds * 1_000_000) }

  private func evidence(
    _ events: [(EngineEvent.Action, Int)], by runtime: Workload.Runtime = .docker, written: Int? = nil
  ) -> EngineEvidence {
    let all = events.map { EngineEvent($0.0, at: at($0.1)) }
    return EngineEvidence(all, by: runtime, began: Self.began, written: written.map(at), now: at(100_000))
  }

  private func mark(_ evidence: EngineEvidence, _ kind: BootSignal.Kind) -> BootTimeline.Mark? {
    evidence.signals.first { $0.kind == kind }?.mark
  }

  @Test func `nothing said is nothing known`() {
    let none = evidence([])
    #expect(none.signals.isEmpty && none.start == nil)
  }

  @Test func `a first start has its request, its start and its health`() throws {
    let first = evidence([(.create, -150), (.start, 40), (.healthy, 1040), (.unhealthy, 3000), (.healthy, 5000)])
    #expect(first.start == nil)
    #expect(first.signals.map(\.phase) == [.requested, .executing, .ready])
    #expect(first.signals.allSatisfy { $0.mark.label == .reported && $0.mark.clock == .realtime })
    let requested = try #require(mark(first, .engineEvent))
    #expect((requested.lo, requested.at, requested.hi) == (at(-150), at(-150), at(-150)))
    let executing = try #require(mark(first, .engineStart))
    #expect((executing.lo, executing.at, executing.hi) == (at(-960), at(40), at(1040)))
    let ready = try #require(mark(first, .engineHealth))
    #expect((ready.lo, ready.hi) == (at(1040), at(1040)))
    #expect(ready.source == "the engine's event health_status: healthy")
  }

  @Test func `what the engine wrote before it said so is nearer to the request`() throws {
    let both = try #require(mark(evidence([(.create, -150)], written: -195), .engineEvent))
    #expect((both.lo, both.at, both.hi) == (at(-195), at(-195), at(-150)))
    let later = try #require(mark(evidence([(.create, -150)], written: -100), .engineEvent))
    #expect((later.lo, later.at, later.hi) == (at(-150), at(-150), at(-150)))
    let other = try #require(mark(evidence([(.create, -150)], written: -90_000), .engineEvent))
    #expect(other.at == at(-150))
  }

  @Test func `a start in whole seconds may be within the second`() throws {
    let coarse = EngineEvent(.start, at: at(-500), latest: at(499))
    let evidence = EngineEvidence([coarse], by: .docker, began: Self.began, written: nil, now: at(900))
    let mark = try #require(self.mark(evidence, .engineStart))
    #expect((mark.lo, mark.hi) == (at(-1500), at(900)))
  }

  @Test(arguments: [
    // By its policy, and by hand: Docker says so after, Podman before.
    [(EngineEvent.Action.create, -5000), (.start, -4900), (.die, -300), (.start, 40)],
    [(.create, -5000), (.start, -4900), (.die, -300), (.stop, -290), (.start, 40), (.restart, 41)],
    [(.create, -5000), (.start, -4900), (.restart, -330), (.die, -300), (.start, 40)],
    // What came before was not kept.
    [(.die, -1), (.start, 40)], [(.start, 40), (.restart, 41)], [(.restart, -330)],
  ])
  func `a restart is one, and has no request`(events: [(EngineEvent.Action, Int)]) {
    let restart = evidence(events)
    #expect(restart.start == .restart)
    #expect(mark(restart, .engineEvent) == nil)
    #expect(mark(restart, .engineStart).map(\.at) ?? at(40) == at(40))
  }

  @Test func `its own end, and the next start, say nothing of this one`() {
    let events = [(EngineEvent.Action.create, -150), (.start, 40), (.die, 5000), (.start, 5300), (.healthy, 6000)]
    let ended = evidence(events)
    #expect(ended.start == nil)
    #expect(ended.signals.map(\.kind) == [.engineEvent, .engineStart])
    // Podman says that it restarts a container while the old run is still there.
    #expect(evidence([(.create, -150), (.start, 40), (.restart, 5000)], by: .podman).start == nil)
    #expect(evidence([(.restart, -10)], by: .podman).start == .restart)
  }

  @Test func `health of an earlier run is not this one's`() {
    #expect(mark(evidence([(.start, -4900), (.healthy, -4000), (.die, -300), (.start, 40)]), .engineHealth) == nil)
    #expect(mark(evidence([(.healthy, -4000), (.start, 40)]), .engineHealth) == nil)
  }

  @Test func `what goes on from a checkpoint is restored`() {
    #expect(
      evidence([(.create, -9000), (.checkpoint, -800), (.die, -700), (.restore, 60)], by: .podman).start == .restored)
    #expect(evidence([(.restore, -9000), (.die, -700), (.start, 60)], by: .podman).start == .restart)
  }

  @Test func `instants at the ends of time are no trap`() {
    let ends: [UInt64] = [0, 1, .max - 1, .max]
    for at in ends {
      for began in ends {
        for action in EngineEvent.Action.allCases {
          let events = [EngineEvent(.create, at: 0), EngineEvent(action, at: at)]
          _ = EngineEvidence(events, by: .docker, began: began, written: at, now: began)
        }
      }
    }
  }
}

/// Whole hosts whose engines talk.
struct EngineEventTests {
  private let id = FakeHost.containerID("abcdef123456789")
  /// When the host's container began.
  private static let began = FakeHost.bootedAt + 500_000_000_000

  private func at(_ milliseconds: Int) -> UInt64 { UInt64(Int(Self.began) + milliseconds * 1_000_000) }

  @Test func `events make the timeline`() throws {
    let host = try FakeHost()
    host.instants = 2
    try host.docker(id, name: "web", pid: 200)
    let names = Saying([
      (id, [EngineEvent(.create, at: at(-20)), EngineEvent(.start, at: at(30)), EngineEvent(.healthy, at: at(900))])
    ])
    let boot = try #require(try host.frame(names: names).current.workloads.first?.boot)
    #expect(boot.kind == .boot)
    #expect(boot[.requested]?.source == "the engine's event create")
    #expect(boot[.requested]?.label == .reported)
    #expect(boot[.ready]?.at == at(900))
    #expect(boot[.ready]?.label == .reported)
    #expect(boot[.executing]?.source == "the engine's event start")
  }

  @Test func `events that come late, and in between, change it`() throws {
    let host = try FakeHost()
    host.instants = 4
    try host.docker(id, name: "web", pid: 200)
    let names = Saying([(id, [])])
    let root = try host.root()
    let sampler = try Sampler(root, environment: [:], names: names, budget: .init(0))
    let boots = try (0..<host.instants).map { instant in
      if instant > 0 { root.advance() }
      if instant == 1 { names.say(EngineEvent(.healthy, at: at(900)), of: id) }
      if instant == 2 { names.say(EngineEvent(.die, at: at(-300)), of: id) }
      var sample = sampler.makeSample()
      try sampler.sample(into: &sample)
      return try #require(sample.workloads.first?.boot)
    }
    #expect(boots.map { $0[.ready]?.at } == [nil, at(900), at(900), at(900)])
    #expect(boots.map(\.kind) == [.boot, .boot, .restart, .restart])
    #expect(boots.map { $0[.requested] == nil } == [false, false, true, true])
    #expect(boots.last?.span(to: .userspace) == .notApplicable)
  }

  @Test(
    arguments: [
      ([(.start, 30), (.die, 4000)], LifeEnd(at: 4000), nil),
      ([(.die, -200), (.start, 30), (.die, 4000)], LifeEnd(at: 4000), nil),
      ([(.oom, 3990), (.die, 4000)], LifeEnd(at: 4000, outOfMemoryAt: 3990), nil),
      ([(.die, 4000), (.oom, 4020)], LifeEnd(at: 4000, outOfMemoryAt: 4000), nil), ([(.die, -200)], nil, nil),
      ([(.start, 30)], nil, nil), ([(.die, 4000)], nil, 4900),
    ] as [([(EngineEvent.Action, Int)], LifeEnd?, Int?)])
  func `an engine tells when a row that is gone ended`(
    events: [(EngineEvent.Action, Int)], end: LifeEnd?, latest: Int?
  ) throws {
    let host = try FakeHost()
    host.instants = 2
    try host.docker(id, name: "web", pid: 200)
    let names = Saying([
      (id, events.map { EngineEvent($0.0, at: at($0.1), latest: latest.map(at)) })
    ])
    let root = try host.root()
    let discovery = Discovery(
      root, layout: try CgroupLayout(root), environment: [:], sources: allSources(), names: names, watch: nil)
    let rows = try discovery.pass(at: root.monotonic(), .all).rows
    #expect(names.news(of: rows, rows, now: at(5000)).ends.isEmpty)
    let recent = events.contains { $0.0 == .oom } ? 1 : 0
    #expect(names.news(of: rows, rows, now: at(5000)).events.count == recent)
    #expect(names.news(of: rows, rows, now: at(60_000)).events.isEmpty)
    let expected = end.map { end in
      LifeEnd(at: at(Int(end.at)), outOfMemoryAt: end.outOfMemoryAt.map { at(Int($0)) })
    }
    #expect(
      names.ends(of: rows, without: [])
        == Dictionary(
          uniqueKeysWithValues: rows.compactMap { row in
            expected.map { (row.serial, $0) }
          }))
    #expect(rows.count == 1)
  }

  @Test(arguments: [
    (#""RestartCount":1"#, BootTimeline.Kind.restart), (#""RestartCount":0"#, .boot),
    (#""RestartCount":null"#, .boot),
  ])
  func `Docker's state tells of a restart after the fact`(key: String, kind: BootTimeline.Kind) throws {
    let host = try FakeHost()
    try host.docker(id, name: "web", pid: 200)
    try state(host, key, started: "2023-11-14T22:21:40.75Z", finished: "0001-01-01T00:00:00Z")
    let boot = try #require(try host.frame().current.workloads.first?.boot)
    #expect(boot.kind == kind)
    #expect((boot[.requested] == nil) == (kind == .restart))
  }

  @Test func `a container that has ended before is restarted, and what was written of that run is not of this one`()
    throws
  {
    let host = try FakeHost()
    try host.docker(id, name: "web", pid: 200)
    try state(host, #""RestartCount":0"#, started: "2023-11-14T22:01:40.75Z", finished: "2023-11-14T22:21:39.9Z")
    let boot = try #require(try host.frame().current.workloads.first?.boot)
    #expect(boot.kind == .restart)
    #expect(boot[.executing]?.source != "dockerd config.v2.json")
  }

  private func state(_ host: FakeHost, _ key: String, started: String, finished: String) throws {
    try host.file(
      "/var/lib/docker/containers/\(id)/config.v2.json",
      #"{"Name":"/web","Created":"2023-11-14T22:21:39.1Z",\#(key),"#
        + #""State":{"StartedAt":"\#(started)","FinishedAt":"\#(finished)"}}"#)
  }

  @Test func `an event makes the next tick look for what began`() {
    var schedule = DiscoverySchedule()
    var now: UInt64 = 1_000_000_000
    func tick(_ eventsCame: Bool) -> Bool {
      now += 1_000_000_000
      return schedule.next(at: now, lastPid: 5, namesChanged: false, eventsCame: eventsCame).discovery != nil
    }
    _ = (tick(false), tick(false))
    #expect(!tick(false))
    #expect(tick(true))
    // Once more, as for every start, and no more.
    #expect(tick(false))
    #expect(!tick(false))
  }
}

/// An engine that says what a test tells it to.
final class Saying: EngineNames {
  private let said: Mutex<[String: [EngineEvent]]>

  init(_ events: [(id: String, events: [EngineEvent])]) {
    said = Mutex(Dictionary(uniqueKeysWithValues: events.map { ($0.id, $0.events) }))
  }

  func say(_ event: EngineEvent, of id: String) {
    said.withLock { $0[id, default: []] = ($0[id, default: []] + [event]).sorted { $0.at < $1.at } }
  }

  func refresh(running: [EngineSocket]) {}
  var names: [String: EngineName] { [:] }
  var problems: [Problem] { [] }
  func events(of id: String) -> [EngineEvent] { said.withLock { $0[id] ?? [] } }
  var eventCount: Int { said.withLock { $0.values.map(\.count).reduce(0, +) } }
}
