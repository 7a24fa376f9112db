import TareModel
import TestSupport
import Testing

/// What a workload weighs, of samples made by hand: bytes in memory, nanoseconds in a window of one second for CPU.
struct WeightTests {
  /// Counters are 0 in the first of two samples.
  private func pair(_ readings: [Metric: Reading], kind: Workload.Kind = .container) -> Frame.Pair {
    let workload = makeWorkload("w", kind: kind)
    let counters: [Metric: Reading] = [
      .cpuUsage: .value(0), .cpuGuest: .value(0), .cpuEmulator: .value(0), .cpuHelpers: .value(0),
      .cpuHelpersInside: .value(0),
    ]
    return Frame(
      previous: makeSample(at: 10, [(workload, 1, counters)]), current: makeSample(at: 11, [(workload, 1, readings)])
    ).pair(0)
  }

  private func memory(_ readings: [Metric: Reading], kind: Workload.Kind = .container) -> Weight {
    pair(readings, kind: kind).memoryWeight
  }

  private func cpu(_ readings: [Metric: Reading], kind: Workload.Kind = .container) -> Weight {
    pair(readings, kind: kind).cpuWeight
  }

  private func amounts(_ weight: Weight) -> [String: Double] {
    Dictionary(uniqueKeysWithValues: weight.shares.map { ($0.part.rawValue, $0.amount) })
  }

  private static let machine: [Metric: Reading] = [
    .memoryCurrent: .value(1000), .memoryVmm: .value(50), .memoryGuestResident: .value(900),
    .memoryKernel: .value(10), .memoryHelpers: .value(7), .memoryHelpersInside: .value(5),
    .memoryConfigured: .value(1200),
  ]

  // MARK: Memory of containers

  @Test func `a container's charge is net, kernel memory too, and its helpers are tare`() {
    let weight = memory([
      .memoryCurrent: .value(100), .memoryAnon: .value(60), .memoryFile: .value(20), .memoryKernel: .value(15),
      .memoryHelpers: .value(12),
    ])
    #expect((weight.gross, weight.net, weight.tare) == (112, 100, 12))
    #expect(
      amounts(weight) == ["anonymous": 60, "file-cache": 20, "kernel": 15, "other": 5, "helpers": 12])
    #expect(weight.shares.filter { $0.side == .tare }.map(\.part) == [.helpers])
    #expect(weight.certainty == .measured)
  }

  @Test func `a helper in the container's own cgroup is tare and no longer net`() {
    let weight = memory([
      .memoryCurrent: .value(100), .memoryAnon: .value(60), .memoryHelpersInside: .value(30),
      .memoryHelpers: .value(2),
    ])
    #expect((weight.gross, weight.net, weight.tare) == (102, 70, 32))
  }

  @Test func `helpers that may not be looked into weigh at most what is resident, which is inferred`() {
    let weight = memory([
      .memoryCurrent: .value(100), .memoryHelpers: .missing(.noPermission), .memoryHelpersResident: .value(40),
    ])
    #expect((weight.gross, weight.net, weight.tare) == (140, 100, 40))
    #expect(weight.certainty == .inferred)
    #expect(weight[.gross]?.certainty == .inferred && weight[.net]?.certainty == .measured)
  }

  @Test func `helpers of which nothing is known leave net as it is, and gross and tare are bounds`() {
    let weight = memory([
      .memoryCurrent: .value(100), .memoryHelpers: .missing(.noPermission), .memoryHelpersResident: .missing(.ended),
    ])
    #expect((weight.gross, weight.net, weight.tare) == (nil, 100, nil))
    #expect((weight.grossAtLeast, weight.tareAtLeast) == (100, 0))
    #expect(weight.reason == .noPermission)
    #expect(weight.certainty == .unknown)
    #expect(weight[.gross]?.bound == .atLeast)
    #expect(weight[.tare] == nil, "at least nothing says nothing")
  }

  @Test func `a container whose charge is not known has no weight, and the reason of its charge`() {
    let weight = memory([.memoryCurrent: .missing(.noController), .memoryHelpers: .value(5)])
    #expect((weight.gross, weight.net, weight.tare) == (nil, nil, nil))
    #expect((weight.grossAtLeast, weight.netAtMost, weight.tareAtLeast) == (nil, nil, nil))
    #expect(weight.reason == .noController && weight.shares.isEmpty)
  }

  @Test func `classes that the kernel counted later than the charge are cut off at it`() {
    let weight = memory([
      .memoryCurrent: .value(100), .memoryAnon: .value(90), .memoryFile: .value(40), .memoryKernel: .value(30),
      .memoryHelpers: .value(0),
    ])
    #expect(weight.gross == 100)
    #expect(amounts(weight) == ["anonymous": 90, "file-cache": 10])
  }

  // MARK: Memory of machines

  @Test func `a machine that nobody may look into weighs what is resident and its helpers`() {
    let weight = memory(
      [
        .memoryCurrent: .missing(.noPermission), .memoryResident: .value(900), .memoryHelpers: .value(30),
        .memoryHelpersInside: .value(0),
      ], kind: .vm)
    #expect((weight.gross, weight.net, weight.tare) == (930, nil, nil))
    #expect(weight.tareAtLeast == 30 && weight.netAtMost == 900)
    #expect(weight.reason == .noPermission)
  }

  @Test func `a machine that nobody looks into has one unopened share, net at most and tare at least`() {
    let weight = memory(
      Self.machine.merging([.memoryGuestTotal: .missing(.noGuestAgent)]) { $1 }, kind: .vm)
    // 1000 + 7; VMM 50, tables 10, host's 35, helpers 12.
    #expect(weight.gross == 1007)
    #expect((weight.net, weight.tare) == (nil, nil))
    #expect((weight.netAtMost, weight.tareAtLeast) == (900, 107))
    #expect(weight.sum(.unopened) == 900)
    #expect(weight.obstacle == .noGuestAgent && weight.reason == .noGuestAgent)
    #expect(weight[.net]?.bound == .atMost && weight[.tare]?.bound == .atLeast)
    #expect(
      amounts(weight) == ["guest": 900, "vmm": 50, "second-level-tables": 10, "host-cache": 35, "helpers": 12])
  }

  @Test func `with guest statistics what the guest uses is net, and its kernel and what it holds free are tare`() {
    let weight = memory(
      Self.machine.merging([.memoryGuestTotal: .value(1100), .memoryGuestFree: .value(500)]) { $1 }, kind: .vm)
    #expect((weight.gross, weight.net, weight.tare) == (1007, 600, 407))
    #expect(amounts(weight)["guest-used"] == 600)
    #expect(amounts(weight)["guest-kernel"] == 100)
    #expect(amounts(weight)["guest-free"] == 200)
    #expect(weight[.net]?.certainty == .reported && weight[.tare]?.certainty == .inferred)
    #expect(weight[.gross]?.certainty == .measured, "how it is shared out is inferred, the sum is not")
  }

  @Test func `what the balloon took is no part of the guest's kernel`() {
    let weight = memory(
      Self.machine.merging([
        .memoryGuestTotal: .value(700), .memoryGuestFree: .value(100), .memoryBalloon: .value(750),
      ]) { $1 }, kind: .vm)
    #expect(amounts(weight)["guest-kernel"] == 50)
    #expect(amounts(weight)["guest-free"] == 250)
  }

  @Test func `a guest that says it uses more than it holds is cut off at what it holds`() {
    let weight = memory(
      Self.machine.merging([.memoryGuestTotal: .value(5000), .memoryGuestFree: .value(0)]) { $1 }, kind: .vm)
    #expect((weight.gross, weight.net) == (1007, 900))
    let odd = memory(
      Self.machine.merging([.memoryGuestTotal: .value(100), .memoryGuestFree: .value(900)]) { $1 }, kind: .vm)
    #expect(odd.gross == 1007, "more free than there is")
    #expect(odd.net == nil)
    #expect(odd.obstacle == .inconsistent)
  }

  @Test func `guest RAM that was never mapped apart is unopened as a whole`() {
    let weight = memory(
      [.memoryCurrent: .value(1000), .memoryHelpers: .value(3), .memoryGuestResident: .missing(.onDemand)], kind: .vm)
    #expect((weight.gross, weight.netAtMost, weight.tareAtLeast) == (1003, 1000, 3))
    #expect(weight.obstacle == .onDemand)
  }

  @Test func `a machine that may not be looked into weighs what is resident, inferred`() {
    let weight = memory([.memoryCurrent: .missing(.noPermission), .memoryResident: .value(77)], kind: .vm)
    #expect((weight.gross, weight.netAtMost, weight.tare) == (77, 77, nil))
    #expect(weight.reason == .noPermission && weight[.gross]?.certainty == .inferred)
  }

  @Test func `resident guest RAM that others share is cut off at what is this machine's part of it`() {
    let weight = memory(
      Self.machine.merging([.memoryGuestResident: .value(5000), .memoryLimit: .missing(.sharedCgroup)]) { $1 },
      kind: .vm)
    #expect(weight.gross == 1007)
    #expect(amounts(weight)["guest"] == 935)
    #expect(amounts(weight)["host-cache"] == nil)
  }

  @Test func `a group of its own pays for guest RAM, and perhaps not for the VMM's program`() {
    let readings = Self.machine.merging([.memoryLimit: .unlimited]) { $1 }
    func parts(_ more: [Metric: Reading]) -> [Double?] {
      let amounts = amounts(memory(readings.merging(more) { $1 }, kind: .vm))
      return [amounts["guest"], amounts["vmm"], amounts["second-level-tables"]]
    }
    #expect(parts([.memoryCurrent: .value(70), .memoryVmm: .value(60), .memoryGuestResident: .value(30)])[0] == 30)
    #expect(parts([.memoryCurrent: .value(70), .memoryVmm: .value(60), .memoryGuestResident: .value(30)])[1] == 25)
    // Half of its pages are merged with others': these may be charged to any group.
    let merged = parts([
      .memoryCurrent: .value(70), .memoryVmm: .value(60), .memoryGuestResident: .value(30), .memoryKsmSaved: .value(15),
    ])
    #expect(merged == [15, 40, 10])
  }

  // MARK: CPU

  @Test func `a container's usage is net and its helpers' time is tare`() {
    let weight = cpu([.cpuUsage: .value(124_000_000), .cpuHelpers: .value(1_000_000)])
    #expect((weight.gross, weight.net, weight.tare) == (12.5, 12.4, 0.1))
    let inside = cpu([
      .cpuUsage: .value(100_000_000), .cpuHelpersInside: .value(40_000_000), .cpuHelpers: .value(10_000_000),
    ])
    #expect((inside.gross, inside.net, inside.tare) == (11, 6, 5))
  }

  @Test func `a machine's guest time is net, emulator and exits are tare`() {
    let weight = cpu(
      [
        .cpuUsage: .value(1_000_000_000), .cpuGuest: .value(850_000_000), .cpuEmulator: .value(50_000_000),
        .cpuHelpers: .value(20_000_000),
      ], kind: .vm)
    #expect((weight.gross, weight.net, weight.tare) == (102, 85, 17))
    #expect(amounts(weight) == ["guest": 85, "emulator": 5, "exits": 10, "helpers": 2])
  }

  @Test func `guest time that ticks counted past the usage is cut off at it`() {
    let weight = cpu(
      [.cpuUsage: .value(500_000_000), .cpuGuest: .value(520_000_000), .cpuEmulator: .value(30_000_000)], kind: .vm)
    // The emulator's threads are counted by the nanosecond: what is cut is the guest's time.
    #expect((weight.gross, weight.net, weight.tare) == (50, 47, 3))
    #expect(weight.certainty(of: .net) == .inferred)
    #expect(weight.certainty(of: .tare) == .measured)
  }

  @Test func `under software emulation only the emulator is known, and it is a bound`() {
    let weight = cpu(
      [
        .cpuUsage: .value(600_000_000), .cpuGuest: .missing(.softwareEmulation), .cpuEmulator: .value(100_000_000),
      ], kind: .vm)
    #expect((weight.gross, weight.net, weight.tare) == (60, nil, nil))
    #expect((weight.netAtMost, weight.tareAtLeast) == (50, 10))
    #expect(weight.reason == .softwareEmulation)
  }

  @Test func `helpers' time that is not known leaves net as it is`() {
    let weight = cpu([.cpuUsage: .value(100_000_000), .cpuHelpers: .missing(.noPermission)])
    #expect((weight.gross, weight.net, weight.tare) == (nil, 10, nil))
    #expect(weight.reason == .noPermission)
  }

  @Test func `a first sample has memory and waits for the second with its CPU`() {
    let frame = Frame(
      previous: nil,
      current: makeSample([(makeWorkload("w"), 1, [.memoryCurrent: .value(5), .cpuUsage: .value(5)])]))
    #expect(frame.pair(0).memoryWeight.gross == 5)
    #expect(frame.pair(0).cpuWeight.gross == nil)
    #expect(frame.pair(0).cpuWeight.reason == .firstSample)
  }

  @Test func `a counter that went back says so`() {
    let workload = makeWorkload("w")
    let frame = Frame(
      previous: makeSample(at: 10, [(workload, 1, [.cpuUsage: .value(9)])]),
      current: makeSample(at: 11, [(workload, 1, [.cpuUsage: .value(5)])]))
    #expect(frame.pair(0).cpuWeight.reason == .counterReset)
  }

  // MARK: Anything

  @Test(arguments: Workload.Kind.allCases)
  func `shares add up, net and tare make gross, and bounds hold, whatever is read`(kind: Workload.Kind) {
    var random = SplitMix(seed: 6)
    func reading(_ large: Bool) -> Reading {
      switch UInt8.random(in: 0...9, using: &random) {
      case 0: .missing(Reason.allCases.randomElement(using: &random) ?? .ended)
      case 1: .value(0)
      case 2: .unlimited
      case 3 where large: .value(.max)
      default: .value(UInt64.random(in: 0...(1 << 40), using: &random))
      }
    }
    for round in 0..<3000 {
      let isLarge = round % 50 == 0
      let readings = Dictionary(uniqueKeysWithValues: Metric.allCases.map { ($0, reading(isLarge)) })
      let pair = pair(readings, kind: kind)
      for weight in [pair.memoryWeight, pair.cpuWeight] {
        #expect(weight.shares.allSatisfy { $0.amount > 0 && $0.amount.isFinite })
        guard let least = weight.grossAtLeast, let most = weight.netAtMost, let known = weight.tareAtLeast else {
          #expect(weight.shares.isEmpty && weight.absence != nil)
          continue
        }
        let error = max(least, 1) * 1e-12
        #expect(abs(least - weight.shares.reduce(0) { $0 + $1.amount }) <= error)
        #expect(abs(most + known - least) <= error)
        if let gross = weight.gross, let net = weight.net, let tare = weight.tare {
          #expect(abs(net + tare - gross) <= error)
          #expect(weight.reason == nil)
        } else {
          #expect(weight.reason != nil && weight.certainty == .unknown)
        }
      }
      for figure in Figure.catalogue where figure.group == "tare" { _ = figure.evaluate(pair) }
    }
  }

  @Test func `bytes stay whole: the three figures add up to the byte`() {
    let pair = pair(
      [.memoryCurrent: .value(9_007_199_254_740_001), .memoryHelpers: .value(990), .memoryAnon: .value(123_456_789)])
    #expect(Figure.memoryGross.evaluate(pair) == .integer(9_007_199_254_740_991))
    #expect(Figure.memoryNet.evaluate(pair) == .integer(9_007_199_254_740_001))
    #expect(Figure.memoryTare.evaluate(pair) == .integer(990))
  }

  @Test func `the boxes of each kind are outermost ones, and what is unknown makes them bounds`() {
    var inner = makeWorkload("inner")
    inner.parent = "vm"
    let frame = Frame(
      previous: nil,
      current: makeSample([
        (makeWorkload("a"), 1, [.memoryCurrent: .value(100), .memoryHelpers: .value(10)]),
        (makeWorkload("b"), 2, [.memoryCurrent: .missing(.noController)]),
        (makeWorkload("vm", kind: .vm), 3, Self.machine), (inner, 4, [.memoryCurrent: .value(50)]),
      ]))
    let boxes = frame.boxWeights
    #expect((boxes.containers.count, boxes.containers.unknown) == (2, 1))
    #expect((boxes.containers.gross, boxes.containers.tare) == (110, 10))
    #expect(boxes.containers.isAtLeast && boxes.containers.isKnown && boxes.containers.absence == .noController)
    #expect((boxes.machines.count, boxes.machines.gross, boxes.machines.tare) == (1, 1007, 107))
    #expect(boxes.machines.isAtLeast)
    #expect(boxes.containers.percent.map { Int($0 * 10) } == 90)
    #expect(BoxWeight().percent == nil && !BoxWeight().isKnown)
  }
}
