import TareModel
import TestSupport
import Testing

@Suite struct LifeLogTests {
  private static let second: UInt64 = 1_000_000_000
  private static let epoch: UInt64 = 1_700_000_000 * second

  /// A container with what the test says of it.
  private struct Box {
    var serial: UInt64
    var started: UInt64?
    var readings: [Metric: Reading] = [:]
    var boot = BootTimeline()
    var name = "box"
  }

  private func sample(_ at: UInt64, _ boxes: [Box]) -> Sample {
    makeSample(
      at: at,
      boxes.map { box in
        var workload = makeWorkload("docker:\(box.serial)", name: box.name)
        workload.startedAt = box.started.map { Self.epoch + $0 * Self.second }
        workload.boot = box.boot
        return (workload, box.serial, box.readings.merging([.cpuUsage: .value(at)]) { one, _ in one })
      })
  }

  /// A log that was fed with these, one a second from second 10 on.
  private func log(_ ticks: [[Box]]) -> LifeLog {
    log(of: ticks.enumerated().map { sample(10 + UInt64($0), $1) })
  }

  private func log(of samples: [Sample]) -> LifeLog {
    var log = LifeLog()
    var previous: Sample?
    for sample in samples {
      log.take(Frame(previous: previous, current: sample))
      previous = sample
    }
    return log
  }

  private func mark(_ lo: UInt64, _ hi: UInt64) -> BootTimeline.Mark {
    BootTimeline.Mark(at: hi, lo: lo, hi: hi, clock: .realtime, label: .measured, source: "test")
  }

  @Test func `what is there at first has not happened, and nothing happens while nothing does`() {
    let boxes = [Box(serial: 1, started: 3), Box(serial: 2, started: 9)]
    let log = log([boxes, boxes, boxes])
    #expect(log.events.isEmpty && log.total == 0)
    #expect(log.since == Self.epoch + 10 * Self.second)
  }

  @Test func `what came and went between two looks has a start and an end, once`() throws {
    func life(_ number: UInt64, _ id: String) -> BriefLife {
      let at = Self.epoch + 11 * Self.second
      return BriefLife(
        number: number, workload: makeWorkload(id, name: id), made: at...(at + 1),
        removed: (at + 30_000_000)...(at + 31_000_000))
    }
    var samples = [
      sample(10, []), sample(12, [Box(serial: 9, started: 11)]), sample(13, [Box(serial: 9, started: 11)]),
    ]
    samples[0].brief = [life(1, "docker:before")]
    samples[0].lostStarts = 1
    samples[1].brief = samples[0].brief + [life(2, "docker:a"), life(3, "docker:9")]
    (samples[1].lostStarts, samples[2].lostStarts) = (1, 3)
    samples[2].brief = samples[1].brief + [life(4, "docker:b")]
    let log = log(of: samples)
    let told = log.events.map { "\($0.workload.id) \($0.kind.rawValue)" }
    #expect(
      told == [
        "docker:9 started", "docker:a started", "docker:a ended", "docker:b started", "docker:b ended",
      ])
    #expect(log.losses == 2)
    let end = try #require(log.events.first { $0.kind == .ended })
    #expect(end.detail == .ran(31_000_000, exitCode: nil))
    #expect(log.events.first { $0.workload.id == "docker:a" }?.detail == .unseen)
  }

  @Test func `a user that is shown or hidden has neither started nor ended`() {
    var shown = sample(11, [Box(serial: 1, started: 3), Box(serial: 2, started: 11)])
    shown.workloads[1].kind = .user
    let log = log(of: [sample(10, [Box(serial: 1, started: 3)]), shown, sample(12, [Box(serial: 1, started: 3)])])
    #expect(log.events.isEmpty)
  }

  @Test func `a start has the instant of its first process, to a tick of the kernel's clock`() throws {
    let log = log([[], [Box(serial: 1, started: 11)]])
    let event = try #require(log.events.first)
    #expect(event.kind == .started && log.total == 1)
    #expect(event.lo == Self.epoch + 11 * Self.second && event.hi - event.lo == 10_000_000)
  }

  @Test func `the payload's execution is better, where it is known as well`() throws {
    var box = Box(serial: 1, started: 11)
    let at = Self.epoch + 11 * Self.second + 123_456_789
    box.boot[.executing] = mark(at, at)
    let event = try #require(log([[], [box]]).events.first)
    #expect(event.lo == at && event.hi == at)
    box.boot[.executing] = mark(at, at + Self.second)
    #expect(try #require(log([[], [box]]).events.first).lo == Self.epoch + 11 * Self.second)
  }

  @Test func `one that had begun before is found, and one without any instant is bracketed by the samples`() throws {
    let log = log([[], [Box(serial: 1, started: 4), Box(serial: 2)]])
    #expect(log.events.map(\.kind) == [.found, .started])
    for event in log.events { #expect([event.lo, event.hi] == [10, 11].map { Self.epoch + $0 * Self.second }) }
  }

  @Test(arguments: [
    (BootTimeline.Kind.boot, LifeEvent.Kind.started), (.restart, .restarted), (.restored, .restored),
    (.migrated, .migrated),
  ])
  func `what began is as the boot says`(boot: BootTimeline.Kind, kind: LifeEvent.Kind) {
    var box = Box(serial: 1, started: 11)
    box.boot.kind = boot
    #expect(log([[], [box]]).events.map(\.kind) == [kind])
  }

  @Test func `what comes to be known of a start within a minute is taken on`() throws {
    let at = Self.epoch + 11 * Self.second + 5
    var late = Box(serial: 1, started: 11, name: "web")
    late.boot.kind = .restart
    late.boot[.executing] = mark(at, at)
    let log = log([[], [Box(serial: 1, started: 11, name: "9f31c2")], [late]])
    let event = try #require(log.events.first)
    #expect(log.total == 1 && event.kind == .restarted && event.workload.name == "web" && event.lo == at)
    let ticks: [[Box]] = [[]] + Array(repeating: [Box(serial: 1, started: 11)], count: 65) + [[late]]
    #expect(self.log(ticks).events.first?.kind == .started)
  }

  @Test func `an end lies between two samples, and says how long it ran`() throws {
    let log = log([[Box(serial: 1, started: 4)], []])
    let event = try #require(log.events.first)
    #expect(event.kind == .ended && event.detail == .ran(7 * Self.second, exitCode: nil))
    #expect([event.lo, event.hi] == [10, 11].map { Self.epoch + $0 * Self.second })
  }

  @Test func `an end that was seen before the row went is as early, and an engine's word is better`() throws {
    let gone = Box(serial: 1, started: 4, readings: [.cpuUsage: .missing(.ended)])
    var samples = [sample(10, [Box(serial: 1, started: 4)]), sample(11, [gone]), sample(12, [gone]), sample(13, [])]
    let event = try #require(log(of: samples).events.first)
    #expect([event.lo, event.hi] == [10, 11].map { Self.epoch + $0 * Self.second })
    samples[3].news.ends = [1: LifeEnd(at: Self.epoch + 10 * Self.second + 250_000_000, exitCode: 3)]
    let said = try #require(log(of: samples).events.first)
    #expect(said.lo == said.hi && said.detail == .ran(6_250_000_000, exitCode: 3))
  }

  @Test func `a successor of the same id is an end and a start, in this order`() {
    var next = Box(serial: 2, started: 11)
    next.boot.kind = .restart
    var samples = [sample(10, [Box(serial: 1, started: 4)]), sample(14, [next])]
    samples[1].workloads[0].id = samples[0].workloads[0].id
    let log = log(of: samples)
    #expect(log.events.map(\.kind) == [.ended, .restarted])
    #expect(log.events[0].lo == Self.epoch + 10 * Self.second)
    #expect(log.events[0].hi == log.events[1].hi, "it had ended when its successor began")
  }

  @Test func `a name that came late is in all events of one that ended`() {
    let log = log([
      [], [Box(serial: 1, started: 11, name: "9f31c2")], [Box(serial: 1, started: 11, name: "web")], [],
    ])
    #expect(log.events.map(\.workload.name) == ["web", "web"])
  }

  @Test func `kills are counted as they grow, and may be as old as the last look at them`() throws {
    func box(_ kills: Reading) -> [Box] { [Box(serial: 1, started: 4, readings: [.memoryOomKills: kills])] }
    let log = log([box(.value(3)), box(.value(3)), box(.value(5)), box(.missing(.noController)), box(.value(5))])
    let event = try #require(log.events.first)
    #expect(log.total == 1 && event.kind == .oomKilled && event.detail == .kills(2))
    #expect(event.lo == Self.epoch + 4 * Self.second && event.hi == Self.epoch + 12 * Self.second)
  }

  @Test func `an engine's word of a kill comes before the end, where the counter went unread`() {
    let at = Self.epoch + 10 * Self.second + 250_000_000
    var samples = [sample(10, [Box(serial: 1, started: 4)]), sample(11, [])]
    samples[1].news.ends = [1: LifeEnd(at: at, exitCode: 137, outOfMemoryAt: at - 5)]
    let log = log(of: samples)
    #expect(log.events.map(\.kind) == [.oomKilled, .ended])
    #expect(log.events[0].lo == at - 5 && log.events[0].hi == at - 5)
    let kills = [0, 2].map { [Box(serial: 1, started: 4, readings: [.memoryOomKills: .value($0)])] }
    samples = [sample(10, kills[0]), sample(11, kills[1]), sample(12, [])]
    samples[2].news.ends = [1: LifeEnd(at: at, outOfMemoryAt: at)]
    #expect(self.log(of: samples).events.map(\.detail).first == .kills(2))
    #expect(self.log(of: samples).total == 2)
  }

  @Test func `what an engine says of one that runs is told once, with its instant`() {
    let at = Self.epoch + 11 * Self.second
    let box = [Box(serial: 1, started: 4)]
    func said(_ actions: [(EngineEvent.Action, UInt64)]) -> [LifeEvent] {
      var samples = (0..<4).map { sample(10 + $0, box) }
      for index in 1..<4 { samples[index].news.events = [1: actions.map { EngineEvent($0.0, at: $0.1) }] }
      return log(of: samples).events
    }
    let events = said([(.pause, at), (.unpause, at + 1), (.pause, at + 2), (.die, at), (.start, at), (.oom, at + 3)])
    #expect(events.map(\.kind) == [.paused, .resumed, .paused, .oomKilled])
    #expect(events.map(\.lo) == [at, at + 1, at + 2, at + 3])
    #expect(said([(.healthy, at)]).isEmpty, "the first time is READY")
    // Each comes with three samples: the first may come again when the second is known.
    let checks = said([(.healthy, at), (.unhealthy, at + 1), (.healthy, at + 2)])
    #expect(checks.map(\.kind) == [.unhealthy, .healthy])
    #expect(checks.map(\.lo) == [at + 1, at + 2])
    #expect(said([(.pause, Self.epoch + 9 * Self.second)]).isEmpty, "before anybody watched")
  }

  @Test func `a kill that an engine told of is not told again when its counter is read`() {
    let at = Self.epoch + 11 * Self.second
    func box(_ kills: UInt64) -> [Box] { [Box(serial: 1, started: 4, readings: [.memoryOomKills: .value(kills)])] }
    var samples = [sample(10, box(0)), sample(11, box(0)), sample(20, box(1)), sample(60, box(2))]
    samples[1].news.events = [1: [EngineEvent(.oom, at: at)]]
    #expect(log(of: samples).events.map(\.hi) == [at, Self.epoch + 60 * Self.second])
  }

  /// Of 100 periods a second so many are held back, second by second.
  private func held(_ shares: [UInt64]) -> LifeLog {
    var sum: UInt64 = 0
    return log(
      shares.enumerated().map { tick, share in
        sum += share
        return [
          Box(
            serial: 1, started: 4,
            readings: [.cpuPeriods: .value(UInt64(tick + 1) * 100), .cpuThrottledPeriods: .value(sum)])
        ]
      })
  }

  @Test func `throttling is told when it begins, and again only after ten seconds without`() {
    #expect(held([0, 0, 34, 20, 90]).events.map(\.detail) == [.heldBack(34)])
    #expect(held([0, 0, 34] + Array(repeating: 0, count: 9) + [50]).total == 1)
    #expect(
      held([0, 0, 34] + Array(repeating: 0, count: 10) + [50]).events.map(\.detail) == [.heldBack(34), .heldBack(50)])
    #expect(held([0, 0, 0, 0]).total == 0)
  }

  @Test func `throttling that went on before is nothing that happened`() {
    #expect(held([50, 50, 50]).total == 0)
    #expect(held([50, 50] + Array(repeating: 0, count: 10) + [50]).total == 1)
  }

  @Test func `no more than a thousand and some are kept, and all are counted`() {
    let log = log((0..<3000).map { $0 % 2 == 0 ? [] : [Box(serial: UInt64($0), started: UInt64($0) + 10)] })
    #expect(log.total == 2999)
    #expect((LifeLog.most..<(LifeLog.most * 5 / 4)).contains(log.events.count))
    #expect(log.events.last?.serial == 2999)
  }

  @Test func `clocks that go back and counters that are reset make no event that ends before it begins`() {
    var samples = (0..<4).map { sample(10, [Box(serial: $0 % 2, started: 900)]) }
    samples[1].realtime = 5
    samples[2].realtime = 0
    samples[3].monotonic = 0
    for event in log(of: samples).events { #expect(event.lo <= event.hi) }
    #expect(held([0, 0, 34, 0]).total == 1)
  }
}
