import TareModel
import TestSupport
import Testing

struct FigureTests {
  private func value(_ figure: Figure, _ readings: [Metric: Reading], kind: Workload.Kind = .container) -> FigureValue {
    Frame(previous: nil, current: makeSample([(makeWorkload("a", kind: kind), 1, readings)])).value(figure, row: 0)
  }

  private func throttled(then: (UInt64, UInt64), now: (UInt64, UInt64)) -> FigureValue {
    let workload = makeWorkload("a")
    func readings(_ pair: (UInt64, UInt64)) -> [Metric: Reading] {
      [.cpuPeriods: .value(pair.0), .cpuThrottledPeriods: .value(pair.1)]
    }
    return Frame(
      previous: makeSample(at: 10, [(workload, 1, readings(then))]),
      current: makeSample(at: 11, [(workload, 1, readings(now))])
    ).value(.throttled, row: 0)
  }

  @Test func `throttled is the held periods of the window and not of all time`() {
    #expect(throttled(then: (100, 100), now: (110, 105)) == .number(50))
    #expect(throttled(then: (100, 100), now: (110, 100)) == .number(0))
    #expect(throttled(then: (100, 90), now: (110, 100)) == .number(100))
  }

  @Test func `nothing ran in a window without periods, so nothing was throttled`() {
    #expect(throttled(then: (100, 50), now: (100, 50)) == .number(0))
  }

  @Test func `throttling does not apply without a limit`() {
    #expect(throttled(then: (0, 0), now: (0, 0)) == .missing(.notApplicable))
    #expect(value(.throttled, [.cpuPeriods: .value(0)]) == .missing(.notApplicable))
  }

  @Test func `throttling in the first sample waits for the second`() {
    #expect(
      value(.throttled, [.cpuPeriods: .value(3), .cpuThrottledPeriods: .value(1)]) == .missing(.firstSample))
    #expect(throttled(then: (100, 50), now: (3, 1)) == .missing(.counterReset))
  }

  @Test(arguments: [(100, 30, 70), (30, 100, nil), (30, 30, 0), (30, 0, 30)] as [(UInt64, UInt64, UInt64?)])
  func `the working set is what is charged less inactive cache, which is a part of it`(
    current: UInt64, inactive: UInt64, expected: UInt64?
  ) {
    let readings: [Metric: Reading] = [.memoryCurrent: .value(current), .memoryInactiveFile: .value(inactive)]
    #expect(value(.workingSet, readings) == expected.map { .integer($0) } ?? .missing(.inconsistent))
  }

  @Test func `a working set without one of its parts says which reason`() {
    #expect(
      value(.workingSet, [.memoryCurrent: .value(1), .memoryInactiveFile: .missing(.noPermission)])
        == .missing(.noPermission))
    #expect(
      value(.workingSet, [.memoryCurrent: .missing(.ended), .memoryInactiveFile: .value(1)]) == .missing(.ended))
  }

  @Test func `a virtual machine has no working set`() {
    let readings: [Metric: Reading] = [.memoryCurrent: .value(100), .memoryInactiveFile: .value(1)]
    #expect(value(.workingSet, readings, kind: .vm) == .missing(.notApplicable))
  }

  @Test func `a limit of 1,500,000 millionths is one core and a half`() {
    #expect(value(Figure.named("cpu.limit_cores")!, [.cpuLimit: .value(1_500_000)]) == .number(1.5))
    #expect(value(Figure.named("cpu.limit_cores")!, [.cpuLimit: .unlimited]) == .unlimited)
  }

  @Test func `a limit that is not set is a value of its own kind`() {
    #expect(value(.memoryLimit, [.memoryLimit: .unlimited]) == .unlimited)
    #expect(FigureValue.unlimited.reason == "unlimited")
    #expect(FigureValue.unlimited.number == nil)
  }

  @Test func `bytes stay exact beyond the digits of a floating number`() {
    #expect(value(.memoryCurrent, [.memoryCurrent: .value(9_007_199_254_740_993)]) == .integer(9_007_199_254_740_993))
  }

  @Test(arguments: ["pressure.cpu_some_percent", "pressure.memory_some_percent", "pressure.io_some_percent"])
  func `a stall of half a second in a second is fifty percent`(name: String) throws {
    let figure = try #require(Figure.named(name))
    let workload = makeWorkload("a")
    let frame = Frame(
      previous: makeSample(at: 10, [(workload, 1, [figure.inputs[0]: .value(0)])]),
      current: makeSample(at: 11, [(workload, 1, [figure.inputs[0]: .value(500_000)])]))
    #expect(frame.value(figure, row: 0) == .number(50))
  }
}
