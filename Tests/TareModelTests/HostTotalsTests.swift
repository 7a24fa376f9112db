import TareModel
import TestSupport
import Testing

struct HostTotalsTests {
  private func host(busy: UInt64, total: Reading = .value(1000), available: Reading = .value(400)) -> HostReadings {
    var readings = HostReadings()
    readings.cpuBusy = .value(busy)
    readings.cpuSteal = .value(busy / 10)
    readings.cpuGuest = .value(busy / 2)
    readings.memoryTotal = total
    readings.memoryAvailable = available
    return readings
  }

  private func readings(cpu: UInt64, memory: UInt64) -> [Metric: Reading] {
    [.cpuUsage: .value(cpu), .memoryCurrent: .value(memory), .memoryInactiveFile: .value(0)]
  }

  private func frame(_ rows: [(Workload, UInt64, UInt64)], busy: UInt64 = 2_000_000_000) -> Frame {
    Frame(
      previous: makeSample(
        at: 10, rows.enumerated().map { ($1.0, UInt64($0), readings(cpu: 0, memory: $1.2)) }, host: host(busy: 0)),
      current: makeSample(
        at: 11, rows.enumerated().map { ($1.0, UInt64($0), readings(cpu: $1.1, memory: $1.2)) },
        host: host(busy: busy)))
  }

  @Test func `workloads and the rest of the host make the host`() {
    let totals = frame([(makeWorkload("a"), 500_000_000, 100), (makeWorkload("b"), 300_000_000, 50)]).hostTotals
    #expect(totals.cpu == .number(200))
    #expect(totals.restCpu == .number(120))
    #expect(totals.memoryUsed == .integer(600))
    #expect(totals.restMemory == .number(450))
    #expect(totals.steal == .number(20))
    #expect(totals.guest == .number(100))
  }

  @Test func `only outermost workloads count`() {
    var inner = makeWorkload("vm", kind: .vm)
    inner.parent = "a"
    let frame = frame([(inner, 400_000_000, 90), (makeWorkload("a"), 500_000_000, 100)])
    #expect(frame.outermostRows == [1])
    #expect(frame.hostTotals.restCpu == .number(150))
    #expect(frame.hostTotals.restMemory == .number(500))
  }

  @Test func `a user counts as a workload does, all of it net, and weighs in no box`() {
    var user = makeWorkload("user:1000", kind: .user)
    user.boot.kind = .absent
    let none: [Metric: Reading] = [
      .memoryHelpers: .value(0), .memoryHelpersInside: .value(0), .cpuHelpers: .value(0), .cpuHelpersInside: .value(0),
    ]
    func sample(_ at: UInt64, cpu: UInt64) -> Sample {
      let own: [Metric: Reading] = [.cpuUsage: .value(cpu), .memoryCurrent: .value(70)]
      return makeSample(
        at: at, [(makeWorkload("a"), 1, readings(cpu: 0, memory: 100)), (user, 2, own.merging(none) { $1 })],
        host: host(busy: (at - 10) * 2_000_000_000))
    }
    let frame = Frame(previous: sample(10, cpu: 0), current: sample(11, cpu: 300_000_000))
    #expect(frame.hostTotals.restCpu == .number(170))
    #expect(frame.hostTotals.restMemory == .number(430))
    #expect(frame.heldMemory(row: 1) == .integer(70))
    let (memory, cpu) = (frame.pair(1).memoryWeight, frame.pair(1).cpuWeight)
    #expect(memory.gross == 70 && memory.net == 70 && memory.tare == 0 && memory.certainty == .measured)
    #expect(cpu.gross == 30 && cpu.net == 30 && cpu.tare == 0)
    #expect(frame.boxWeights.containers.count == 1 && frame.boxWeights.machines.count == 0)
    #expect(user.boot.span(to: .userspace) == .notApplicable)
  }

  @Test func `a workload whose parent is not shown counts`() {
    var orphan = makeWorkload("b")
    orphan.parent = "gone"
    #expect(frame([(orphan, 0, 0)]).outermostRows == [0])
  }

  @Test func `the rest is never negative`() {
    let totals = frame([(makeWorkload("a"), 2_300_000_000, 5000)]).hostTotals
    #expect(totals.restCpu == .number(0))
    #expect(totals.restMemory == .number(0))
  }

  @Test func `totals of a first sample wait for the second`() {
    let totals = Frame(previous: nil, current: makeSample(host: host(busy: 5))).hostTotals
    #expect(totals.cpu == .missing(.firstSample))
    #expect(totals.restCpu == .missing(.firstSample))
    #expect(totals.memoryUsed == .integer(600))
  }

  @Test func `a host counter that went back gives no rate`() {
    let frame = Frame(
      previous: makeSample(at: 10, host: host(busy: 100)), current: makeSample(at: 11, host: host(busy: 50)))
    #expect(frame.hostTotals.cpu == .missing(.counterReset))
  }

  @Test func `more available than there is says so instead of a huge number`() {
    let readings = host(busy: 1, total: .value(100), available: .value(200))
    #expect(Frame(previous: nil, current: makeSample(host: readings)).hostTotals.memoryUsed.number == nil)
  }

  @Test func `a machine holds its resident memory where nothing better is known`() {
    let sample = makeSample([
      (
        makeWorkload("v", kind: .vm), 1,
        [.memoryCurrent: .missing(.noPermission), .memoryResident: .value(77)]
      )
    ])
    #expect(Frame(previous: nil, current: sample).heldMemory(row: 0) == .integer(77))
  }
}
