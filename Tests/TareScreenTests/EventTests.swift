import TareModel
import TareScreen
import TestSupport
import Testing

extension Labhost {
  /// Nothing holds hog back.
  static func calm() -> Labhost {
    var host = busy()
    host.boxes[4].throttled = 0
    return host
  }

  /// A minute in which something happened: job ended, hog began to be held back, cache lost processes, db came again, and
  /// two more came: one that was there before, one that was started.
  static func eventful(_ state: inout ScreenState, at first: Int = 61) {
    let second: UInt64 = 1_000_000_000
    let epoch: UInt64 = 1_700_000_000 * second
    var host = Labhost.calm()
    let base = UInt64(first - 61) * 10
    var serials = (1...host.boxes.count).map { base + UInt64($0) }
    var previous: Sample?
    func tick(_ at: Int, _ change: (inout Sample) -> Void = { _ in }) {
      var sample = host.sample(at: at)
      sample.serials = serials
      change(&sample)
      _ = reduce(&state, .frame(Frame(previous: previous, current: sample)))
      previous = sample
    }
    tick(first)
    tick(first + 1)
    host.boxes.remove(at: 3)
    serials.remove(at: 3)
    tick(first + 2) {
      $0.news.ends = [base + 4: LifeEnd(at: epoch + UInt64(first + 1) * second + 417_000_000, exitCode: 1)]
    }
    let held = serials.firstIndex(of: base + 5) ?? 0
    func holdBack(_ sample: inout Sample, _ periods: UInt64) {
      sample[held, .cpuThrottledPeriods] = .value(periods)
    }
    tick(first + 3) { holdBack(&$0, 34) }
    tick(first + 4) {
      holdBack(&$0, 68)
      $0[1, .memoryOomKills] = .value(2)
    }
    func keep(_ sample: inout Sample) {
      holdBack(&sample, 68)
      sample[1, .memoryOomKills] = .value(2)
    }
    var started = Self.container("웹-new", .docker, image: "nginx:1.27", 20, 1, boot: 0.21)
    started.workload.startedAt = epoch + UInt64(first + 5) * second - 300_000_000
    let at = epoch + UInt64(first + 5) * second - 123_000_000
    started.workload.boot = BootTimeline()
    for phase in [BootTimeline.Phase.requested, .executing, .userspace] {
      let instant = phase == .requested ? at - 210_000_000 : at
      started.workload.boot[phase] = BootTimeline.Mark(
        at: instant, lo: instant, hi: instant, clock: .realtime, label: .reported, source: "dockerd config.v2.json")
    }
    let found = Self.container("late", .podman, image: "redis:7", 20, 1, boot: nil)
    host.boxes += [started, found]
    serials += [base + 20, base + 21]
    tick(first + 5, keep)
    let db = host.boxes.firstIndex { $0.workload.name == "db" } ?? 0
    host.boxes[db].workload.startedAt = epoch + UInt64(first + 6) * second - 740_000_000
    host.boxes[db].workload.boot = BootTimeline()
    host.boxes[db].workload.boot.kind = .restart
    serials[db] = base + 30
    tick(first + 6, keep)
  }
}

extension GoldenScreenTests {
  private func events(_ size: Size, keys: [Key] = []) -> ScreenState {
    var state = Labhost.calm().screen(size)
    Labhost.eventful(&state)
    for key in [.character("E")] + keys { _ = reduce(&state, .key(key)) }
    return state
  }

  @Test func `what happened`() throws {
    for size in Self.sizes {
      try check("events", events(size))
      try check("events-ascii", events(size), isASCII: true)
    }
    try check("events-empty", Labhost.busy().screen(Size(80, 24), keys: [.character("E")]))
    let filter: [Key] = [.function(4)] + "kind=vm".map { Key.character($0) } + [.enter]
    try check("events-filter", events(Size(80, 24), keys: filter))
    try check("events-filter", events(Size(40, 10), keys: filter))
  }

  @Test func `what nobody has looked at is counted at the foot`() throws {
    for size in Self.sizes {
      var state = Labhost.calm().screen(size)
      Labhost.eventful(&state)
      try check("events-new", state)
    }
  }
}

@Suite struct EventTests {
  private func eventful(_ size: Size = Size(80, 24)) -> ScreenState {
    var state = Labhost.calm().screen(size)
    Labhost.eventful(&state)
    return state
  }

  private func text(_ state: ScreenState) -> String {
    var canvas = Canvas(state.size)
    draw(state, on: &canvas)
    return GoldenScreenTests.text(canvas)
  }

  @Test(arguments: [Key.escape, .character("E"), .enter])
  func `the list of events opens and closes, and they are seen then`(key: Key) {
    var state = eventful()
    #expect(text(state).contains("E 7 new"))
    _ = reduce(&state, .key(.character("E")))
    #expect(text(state).contains("EVENTS") && !text(state).contains("7 new"))
    _ = reduce(&state, .key(key))
    #expect(!text(state).contains("EVENTS") && !text(state).contains(" 7 new"))
  }

  @Test(arguments: [Size(40, 10), Size(80, 24)])
  func `who has scrolled down keeps the lines before the eyes`(size: Size) {
    var state = Labhost.busy().screen(size, seconds: 1)
    for round in 0..<8 { Labhost.eventful(&state, at: 61 + round * 10) }
    for key: Key in [.character("E"), .pageDown, .down] { _ = reduce(&state, .key(key)) }
    func lines() -> ArraySlice<Substring> {
      text(state).split(separator: "\n", omittingEmptySubsequences: false).dropFirst(3).dropLast(3)
    }
    let before = lines()
    Labhost.eventful(&state, at: 161)
    #expect(lines() == before)
    for _ in 0..<200 { _ = reduce(&state, .key(.down)) }
    let last = text(state)
    _ = reduce(&state, .key(.down))
    #expect(text(state) == last)
  }

  @Test func `while the screen is frozen, so are the events`() {
    var state = Labhost.busy().screen(Size(120, 40))
    for key: Key in [.character("E"), .character("f")] { _ = reduce(&state, .key(key)) }
    let frozen = text(state)
    Labhost.eventful(&state)
    #expect(text(state) == frozen)
    _ = reduce(&state, .key(.character("f")))
    #expect(text(state).contains("oom-killed"))
  }

  @Test func `a view's key leaves them for that view, the help lies over them`() {
    var state = eventful()
    for key: Key in [.character("E"), .character("2")] { _ = reduce(&state, .key(key)) }
    #expect(state.view == .table && state.overlay == nil)
    for key: Key in [.character("E"), .character("?")] { _ = reduce(&state, .key(key)) }
    #expect(state.overlay == .help)
    #expect(reduce(&state, .key(.character("q"))) == [.quit])
  }

  @Test(arguments: hostileNames)
  func `no name breaks the list`(name: String) {
    for size in GoldenScreenTests.sizes {
      var host = Labhost.busy()
      var state = host.screen(size, seconds: 2)
      host.boxes[0].workload.name = name
      host.boxes[0].workload.image = name
      var sample = host.sample(at: 3)
      sample.serials[0] = 99
      _ = reduce(&state, .frame(Frame(previous: host.sample(at: 2), current: sample)))
      _ = reduce(&state, .key(.character("E")))
      let text = text(state)
      #expect(!text.unicodeScalars.contains { $0 != "\n" && $0.isHarmful && $0 != "\u{fffd}" })
      #expect(text.split(separator: "\n").allSatisfy { String($0).displayWidth <= size.width })
    }
  }
}
