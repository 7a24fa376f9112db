import TareModel
import TareSampling
import TestSupport
import Testing

/// Workloads that stand still are not read as a whole at every tick; what is shown of them must be true all the same.
@Suite struct QuietTests {
  private let id = FakeHost.containerID("abc")
  private var path: String { "/system.slice/docker-\(id).scope" }

  /// Nine seconds in which packets come and something is read from a disk all the time, memory is taken away at the
  /// fourth and the container runs in the eighth alone.
  private func samples() throws -> [Sample] {
    let host = try FakeHost(.v2)
    try host.docker(id, name: "web", pid: 200)
    for second in 0...8 {
      var usage = Usage(cpu: second < 8 ? 1_000_000 : 1_500_000)
      usage.user = second < 8 ? 700_000 : 1_100_000
      usage.memory = second < 4 ? 50 << 20 : 40 << 20
      usage.read = 1_000_000 + UInt64(second) * 1000
      usage.stalled = 1000 + UInt64(second) * 10_000
      try host.cgroup(path, usage, at: second)
      try host.network(of: 200, received: 100 + UInt64(second) * 500, sent: 100, at: second)
    }
    return try host.samples()
  }

  private func frame(_ samples: [Sample], _ second: Int) -> Frame {
    Frame(previous: samples[second - 1], current: samples[second])
  }

  @Test func `nothing ran, so nothing is read but what tells so`() throws {
    let samples = try samples()
    // The first two read everything; the next whole read is spread over ten seconds.
    #expect(samples[2][0, .ioRead] == samples[1][0, .ioRead])
    #expect(samples[2].carriedAt[0] == samples[1].carriedAt[0])
    #expect(samples[2].readAt[0] > samples[1].readAt[0])
    let whole = Set(samples.map { $0.carriedAt[0] })
    #expect(whole.count >= 3 && whole.count < samples.count)
  }

  @Test func `what others do to it is a mean over the time between two reads, never a jump`() throws {
    let samples = try samples()
    let figures = ["network.received_bytes_per_second", "io.read_bytes_per_second"].compactMap { Figure.named($0) }
    for second in 1...8 {
      let frame = frame(samples, second)
      #expect(frame.value(figures[0], row: 0) == .number(500))
      #expect(frame.value(figures[1], row: 0) == .number(1000))
      #expect(frame.value(try #require(Figure.named("pressure.io_some_percent")), row: 0) == .number(1))
    }
  }

  @Test func `memory that is taken from it is seen at once`() throws {
    let samples = try samples()
    #expect(samples[3][0, .memoryCurrent] == .value(50 << 20))
    #expect(samples[4][0, .memoryCurrent] == .value(40 << 20))
  }

  @Test func `the tick in which it runs has all of what it ran`() throws {
    let samples = try samples()
    let user = try #require(Figure.named("cpu.user_percent"))
    #expect(frame(samples, 7).value(.cpuUsage, row: 0) == .number(0))
    #expect(frame(samples, 7).value(user, row: 0) == .number(0))
    #expect(frame(samples, 8).value(.cpuUsage, row: 0) == .number(50))
    #expect(frame(samples, 8).value(user, row: 0) == .number(40))
  }

  @Test func `the first sample has no rates and the second has all`() throws {
    let samples = try samples()
    let figure = try #require(Figure.named("network.received_bytes_per_second"))
    #expect(Frame(previous: nil, current: samples[0]).value(figure, row: 0) == .missing(.firstSample))
    #expect(Frame(previous: nil, current: samples[5]).value(figure, row: 0) == .missing(.firstSample))
    #expect(frame(samples, 1).value(figure, row: 0) == .number(500))
  }
}
