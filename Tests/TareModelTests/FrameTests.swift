import TareModel
import TestSupport
import Testing

struct FrameTests {
  private let workload = makeWorkload("docker:a")

  private func frame(_ then: Reading, _ now: Reading, serials: (UInt64, UInt64) = (1, 1)) -> Frame {
    Frame(
      previous: makeSample(at: 10, [(workload, serials.0, [.cpuUsage: then])]),
      current: makeSample(at: 12, [(workload, serials.1, [.cpuUsage: now])]))
  }

  @Test func `half of two seconds is fifty percent of one core`() {
    #expect(frame(.value(0), .value(1_000_000_000)).value(.cpuUsage, row: 0) == .number(50))
  }

  @Test func `a rate divides by the time between the reads of that very row`() {
    var then = makeSample(at: 10, [(workload, 1, [.cpuUsage: .value(0)])])
    var now = makeSample(at: 12, [(workload, 1, [.cpuUsage: .value(1_000_000_000)])])
    then.readAt[0] = 9_000_000_000
    now.readAt[0] = 13_000_000_000
    let frame = Frame(previous: then, current: now)
    #expect(frame.value(.cpuUsage, row: 0) == .number(25))
    #expect(frame.elapsed == 2_000_000_000)
  }

  @Test func `a counter that went back gives no rate`() {
    #expect(frame(.value(5), .value(4)).value(.cpuUsage, row: 0) == .missing(.counterReset))
  }

  @Test func `the first sample has no rate but its totals`() {
    let frame = Frame(previous: nil, current: makeSample([(workload, 1, [.cpuUsage: .value(3_000_000_000)])]))
    #expect(frame.value(.cpuUsage, row: 0) == .missing(.firstSample))
    #expect(frame.value(Figure.named("cpu.usage_seconds_total")!, row: 0) == .number(3))
    #expect(frame.elapsed == nil)
  }

  @Test func `what is missing in the first sample keeps its own reason`() {
    let frame = Frame(previous: nil, current: makeSample([(workload, 1, [.cpuUsage: .missing(.noPermission)])]))
    #expect(frame.value(.cpuUsage, row: 0) == .missing(.noPermission))
  }

  @Test func `a cgroup made anew has a new serial and no rate`() {
    #expect(frame(.value(0), .value(1_000_000_000), serials: (1, 2)).value(.cpuUsage, row: 0) == .missing(.firstSample))
  }

  @Test func `rows are matched by serial and not by place`() {
    let others = [makeWorkload("docker:b"), makeWorkload("docker:c")]
    let then = makeSample(
      at: 10,
      [
        (workload, 1, [.cpuUsage: .value(0)]), (others[0], 2, [.cpuUsage: .value(7_000_000_000)]),
      ])
    let now = makeSample(
      at: 11,
      [
        (others[1], 3, [.cpuUsage: .value(1)]), (others[0], 2, [.cpuUsage: .value(8_000_000_000)]),
      ])
    let frame = Frame(previous: then, current: now)
    #expect(frame.value(.cpuUsage, row: 0) == .missing(.firstSample))
    #expect(frame.value(.cpuUsage, row: 1) == .number(100))
  }

  @Test func `two reads at the same instant give no rate`() {
    let sample = makeSample(at: 10, [(workload, 1, [.cpuUsage: .value(5)])])
    #expect(Frame(previous: sample, current: sample).value(.cpuUsage, row: 0) == .missing(.firstSample))
  }

  @Test func `reusing a sample for other rows leaves no reading of the old ones behind`() {
    var sample = makeSample([(workload, 1, [.cpuUsage: .value(5)])])
    sample.prepare([makeWorkload("docker:b"), makeWorkload("docker:c")], serials: [2, 3])
    #expect(Metric.allCases.allSatisfy { sample[0, $0].number == nil && sample[1, $0].number == nil })
  }
}
