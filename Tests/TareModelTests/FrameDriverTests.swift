import TestSupport
import Testing

@testable import TareModel

/// A source that has its samples already: one a second, of as many hosts as there are names, in turn.
private final class TestSource: FrameSource {
  let traits: SourceTraits
  private let count: Int
  /// Numbers of samples that follow a time in which nobody looked.
  private let gaps: Set<Int>
  private var place = 0
  private(set) var requests: [SampleRequest] = []
  /// What the next calls of ``update(_:)`` say.
  var hasNews = false
  var wakeup: Int32?

  init(_ kind: SourceTraits.Kind, hosts: [String] = ["a"], count: Int = 10, gaps: Set<Int> = []) {
    (self.count, self.gaps) = (count, gaps)
    traits = SourceTraits(
      kind, hosts: hosts, range: kind == .recording ? Self.time(0)...Self.time(count - 1) : nil,
      canSeek: kind == .recording)
  }

  static func time(_ place: Int) -> UInt64 { TestSupport.makeSample(at: UInt64(place)).realtime }

  func makeSample() -> Sample { Sample(host: makeHost()) }

  func next(into sample: inout Sample, _ request: SampleRequest) throws -> Bool {
    guard place < count else { return false }
    requests.append(request)
    let origin = place % traits.hosts.count
    sample = TestSupport.makeSample(
      at: UInt64(place), [(makeWorkload("w"), 1, [.cpuUsage: .value(UInt64(place) * 500_000_000)])])
    (sample.origin, sample.followsGap) = (origin, gaps.contains(place))
    sample.host.hostname = traits.hosts[origin]
    place += 1
    return true
  }

  func update(_ sample: inout Sample) throws -> Bool {
    sample.problems.append(Problem(source: "test", message: "news"))
    return hasNews
  }

  func seek(to instant: UInt64) throws -> Bool {
    guard let found = (0..<count).last(where: { Self.time($0) <= instant }) else { return false }
    place = found
    return true
  }
}

struct FrameDriverTests {
  private static let second: UInt64 = 1_000_000_000

  private func driver(_ source: TestSource, pace: FrameDriver.Pace = .steady) -> FrameDriver {
    FrameDriver(source, interval: Self.second, pace: pace) { 0 }
  }

  /// Seconds of the samples that a frame is made of.
  private func seconds(_ frame: Frame?) -> [UInt64?] {
    [frame?.previous.map { $0.monotonic / Self.second }, frame.map { $0.current.monotonic / Self.second }]
  }

  @Test func `a recording is read to its end without waiting`() throws {
    let driver = driver(TestSource(.recording, count: 3))
    var frames: [[UInt64?]] = []
    while let frame = try driver.next(wait: { _ in
      Issue.record("there is nothing to wait for")
      return false
    }) { frames.append(seconds(frame)) }
    #expect(frames == [[nil, 0], [0, 1], [1, 2]])
    #expect(driver.isAtEnd && driver.due == nil)
  }

  @Test func `after a seek no rate is made of samples that lie apart`() throws {
    let driver = driver(TestSource(.recording))
    for _ in 0..<3 { _ = try driver.next { _ in true } }
    #expect(try driver.seek(to: TestSource.time(7) + 5))
    let first = try driver.next { _ in true }
    #expect(seconds(first) == [nil, 7] && first?.value(.cpuUsage, row: 0) == .missing(.firstSample))
    let second = try driver.next { _ in true }
    #expect(seconds(second) == [7, 8] && second?.value(.cpuUsage, row: 0) == .number(50))
    while try driver.next(wait: { _ in true }) != nil {}
    #expect(try driver.isAtEnd && driver.seek(to: TestSource.time(1)) && !driver.isAtEnd)
    #expect(seconds(try driver.next { _ in true }) == [nil, 1])
    #expect(try !driver.seek(to: 0), "before its first sample")
  }

  @Test func `a source that only goes on seeks nothing`() throws {
    let driver = driver(TestSource(.live))
    _ = try driver.next { _ in true }
    #expect(try !driver.seek(to: TestSource.time(5)))
    #expect(seconds(try driver.next { _ in true }) == [0, 1])
  }

  @Test func `what stood still and goes on has a gap`() throws {
    let driver = driver(TestSource(.remote, gaps: [3]))
    var frames: [[UInt64?]] = []
    for _ in 0..<5 { frames.append(seconds(try driver.next { _ in true })) }
    #expect(frames == [[nil, 0], [0, 1], [1, 2], [nil, 3], [3, 4]])
  }

  @Test func `a pause of one's own is a gap too, whatever the source is doing`() throws {
    let source = TestSource(.live)
    let driver = driver(source, pace: .screen)
    var now: UInt64 = 100
    for _ in 0..<2 { _ = step(driver, source, &now) }
    driver.pause()
    #expect(driver.due == nil && driver.order(now: .max) == nil)
    #expect(try driver.next { _ in true } == nil)
    driver.resume(now: now)
    // It is at work while it is paused and goes on again.
    guard case .sample(var sample, let request) = driver.order(now: now) else {
      Issue.record("a sample is due")
      return
    }
    driver.pause()
    driver.resume(now: now)
    #expect(try source.next(into: &sample, request))
    guard case .frame(let frame) = driver.take(.sample(sample, begun: now, isFilled: true), now: now) else {
      Issue.record("a frame is made of it")
      return
    }
    #expect(frame.previous == nil)
  }

  @Test func `two hosts of one source have rates of their own`() throws {
    let driver = driver(TestSource(.remote, hosts: ["a", "b"], count: 7))
    var frames: [String: [[UInt64?]]] = [:]
    while let frame = try driver.next(wait: { _ in true }) {
      frames[frame.current.host.hostname, default: []].append(seconds(frame))
      #expect(frame.current.host.hostname == driver.traits.hosts[frame.current.origin])
      if let previous = frame.previous { #expect(previous.host.hostname == frame.current.host.hostname) }
    }
    #expect(frames == ["a": [[nil, 0], [0, 2], [2, 4], [4, 6]], "b": [[nil, 1], [1, 3], [3, 5]]])
  }

  @Test func `an interrupted wait gives no frame and is no end`() throws {
    var waited: [UInt64] = []
    let driver = driver(TestSource(.live))
    #expect(try driver.next { _ in false } != nil, "the first is due at once")
    let frame = try driver.next { due in
      waited.append(due)
      return false
    }
    #expect(frame == nil && !driver.isAtEnd && waited == [Self.second])
    #expect(seconds(try driver.next { _ in true }) == [0, 1])
  }

  // MARK: A source with a thread of its own

  /// Has the source do what is due at the driver's time.
  private func step(_ driver: FrameDriver, _ source: TestSource, _ now: inout UInt64) -> FrameDriver.Step? {
    now = max(now, driver.due ?? now)
    switch driver.order(now: now) {
    case .sample(var sample, let request):
      #expect(driver.due == nil && driver.order(now: .max) == nil, "it is at work")
      let isFilled = (try? source.next(into: &sample, request)) ?? false
      return driver.take(.sample(sample, begun: now, isFilled: isFilled), now: now)
    case .update(var sample):
      let isNew = (try? source.update(&sample)) ?? false
      return driver.take(.updated(isNew ? sample : nil), now: now)
    case nil: return nil
    }
  }

  @Test func `a screen has a sketch first, and then what was asked for`() {
    let source = TestSource(.live)
    let driver = driver(source, pace: .screen)
    driver.request = SampleRequest(users: true, slices: true)
    var now: UInt64 = 5
    for _ in 0..<3 { _ = step(driver, source, &now) }
    driver.request.users = false
    _ = step(driver, source, &now)
    #expect(source.requests.map(\.isSketch) == [true, false, false, false])
    #expect(source.requests.map(\.users) == [true, true, true, false])
    let stored = TestSource(.capture)
    _ = step(self.driver(stored, pace: .screen), stored, &now)
    #expect(stored.requests.map(\.isSketch) == [false])
  }

  @Test func `news between two samples bring the last one up to date`() {
    let source = TestSource(.live)
    let driver = driver(source, pace: .screen)
    var now: UInt64 = 5
    for _ in 0..<3 { _ = step(driver, source, &now) }
    let tick = driver.due!
    driver.wasWoken(now: now)
    #expect(driver.due! < tick)
    guard case nil = step(driver, source, &now) else {
      Issue.record("nothing was found")
      return
    }
    source.hasNews = true
    guard case .update(let frame) = step(driver, source, &now) else {
      Issue.record("something was found")
      return
    }
    #expect(seconds(frame) == [1, 2] && frame.current.problems.map(\.message) == ["news"])
    _ = step(driver, source, &now)
    #expect(driver.due == tick)
    // The next sample follows the one that was brought up to date.
    guard case .frame(let next) = step(driver, source, &now) else {
      Issue.record("a tick is due")
      return
    }
    #expect(seconds(next) == [2, 3])
  }
}
