import TareModel
import TestSupport
import Testing

/// Explanations of samples made by hand: all that a value is made of is in them.
struct ExplanationTests {
  private static let reasons: [Reading] = Reason.allCases.map { .missing($0) }
  private static let limits: Set<Metric> = [.cpuLimit, .memoryLimit, .memorySwapLimit, .processLimit]

  /// As large as it can be on a machine with two CPUs, within a second, and a little larger.
  private static func most(_ metric: Metric) -> UInt64 {
    switch metric.boundKind {
    case .stall: 1_250_000
    case .tasks: 4_500_000
    case .vcpus: 70_000
    case .cpuTime, .resident, .traffic, .count, .any: 2_500_000_000
    }
  }

  /// Rows in every state that readings can be in, more often with a value than without.
  private func frame(_ random: inout SplitMix, kind: Workload.Kind) -> Frame {
    let workload = makeWorkload("w", kind: kind)
    func readings(after earlier: [Metric: Reading] = [:]) -> [Metric: Reading] {
      var readings: [Metric: Reading] = [:]
      for metric in Metric.allCases {
        let isGap = Int.random(in: 0..<12, using: &random) == 0
        let least = Int.random(in: 0..<20, using: &random) == 0 ? 0 : earlier[metric]?.number ?? 0
        readings[metric] =
          isGap
          ? (Self.limits.contains(metric) ? .unlimited : Self.reasons.randomElement(using: &random) ?? .unlimited)
          : .value(least + UInt64.random(in: 0...Self.most(metric), using: &random))
      }
      return readings
    }
    let before = readings()
    let previous = makeSample(at: 10, [(workload, 1, before)])
    var current = makeSample(at: 11, [(workload, 1, readings(after: before))])
    current.readAt[0] += UInt64.random(in: 0...900_000_000, using: &random)
    if Bool.random(using: &random) {
      // What stands still is read seldom.
      (current.carriedAt[0], current.carriedBefore[0]) = (current.readAt[0] - 5, 3_000_000_000)
      for index in Metric.carried.indices {
        current.earlier[index] = before[Metric.carried[index]] ?? .missing(.firstSample)
      }
    }
    let isFirst = Int.random(in: 0..<15, using: &random) == 0
    return Frame(previous: isFirst ? nil : previous, current: current)
  }

  @Test(arguments: Figure.catalogue.map(\.name))
  func `a figure's raw values compute to what is shown, whatever was read`(name: String) throws {
    let figure = try #require(Figure.named(name))
    var random = SplitMix(seed: 40)
    var numbers = 0
    for turn in 0..<600 {
      let frame = frame(&random, kind: [.container, .vm, .pod][turn % 3])
      let explanation = Explanation(figure, frame, row: 0)
      let shown = frame.value(figure, row: 0)
      #expect(explanation.value == shown)
      #expect((explanation.certainty == .unknown) == (explanation.reason != nil), "turn \(turn)")
      switch (shown.number, Recompute(explanation).figure(name)) {
      case (let shown?, .number(let again)):
        numbers += 1
        #expect(abs(shown - again) <= 1e-9 * max(1, abs(shown)), "turn \(turn): \(shown), again \(again)")
      case (nil, .none): break
      case (_, let again): Issue.record("turn \(turn): \(shown), again \(again)")
      }
    }
    #expect(numbers > 40)
  }

  @Test(arguments: Figure.catalogue.filter { $0.weight != nil }.map(\.name))
  func `shares add up to gross and their sides to net and tare`(name: String) throws {
    let figure = try #require(Figure.named(name))
    var random = SplitMix(seed: 41)
    for turn in 0..<300 {
      let frame = frame(&random, kind: [.container, .vm][turn % 2])
      let explanation = Explanation(figure, frame, row: 0)
      guard let value = explanation.value.number, let weight = explanation.weight else { continue }
      let shares = weight.shares.filter { share in
        name.contains("gross") || share.side == (name.contains("net") ? .net : .tare)
      }
      let sum = shares.reduce(0) { $0 + $1.amount }
      #expect(abs(sum - value) <= 1e-6 * max(1, value) + 1, "turn \(turn)")
    }
  }

  @Test func `a rate that is read seldom is divided by its own time`() throws {
    let workload = makeWorkload("w")
    let previous = makeSample(at: 10, [(workload, 1, [.ioRead: .value(9)])])
    var current = makeSample(at: 11, [(workload, 1, [.ioRead: .value(50)])])
    (current.carriedAt[0], current.carriedBefore[0]) = (11_000_000_000, 6_000_000_000)
    current.earlier[try #require(Metric.ioRead.carriedIndex)] = .value(10)
    let explanation = Explanation(
      try #require(Figure.named("io.read_bytes_per_second")), Frame(previous: previous, current: current), row: 0)
    #expect(explanation.inputs.map(\.before) == [.value(10)])
    #expect(explanation.inputs.map(\.nanoseconds) == [5_000_000_000])
    #expect(explanation.value == .number(8))
  }

  @Test func `an inspection's files stand with their metric, another workload's do not`() {
    let frame = Frame(previous: nil, current: makeSample([(makeWorkload("w"), 1, [.memoryCurrent: .value(7)])]))
    var inspection = Inspection(workload: "w")
    let file = MetricFile(.memoryCurrent, "/sys/fs/cgroup/w/memory.current")
    inspection.files = [file, MetricFile(.cpuUsage, "/sys/fs/cgroup/w/cpu.stat", "usage_usec")]
    func files(_ inspection: Inspection?) -> [MetricFile] {
      Explanation(.memoryCurrent, frame, row: 0, inspection: inspection).inputs.flatMap(\.files)
    }
    #expect(files(inspection) == [file])
    inspection.workload = "other"
    #expect(files(inspection).isEmpty)
    #expect(files(nil).isEmpty)
  }

  @Test func `without an inspection the file and the cgroup are named`() {
    func words(_ figure: Figure, kind: Workload.Kind = .container, _ mode: Host.CgroupMode = .v2) -> [String] {
      var sample = makeSample([(makeWorkload("w", kind: kind), 1, [:])])
      sample.host.cgroupMode = mode
      return Explanation(figure, Frame(previous: nil, current: sample), row: 0).inputs.map { $0.words ?? "" }
    }
    #expect(words(.memoryCurrent) == ["memory.current, cgroup /w"])
    #expect(words(.memoryCurrent, .v1) == ["memory.usage_in_bytes, cgroup /w"])
    #expect(
      words(.memoryCurrent, .hybrid)
        == ["memory.usage_in_bytes, or memory.current where the controller is in v2, cgroup /w"])
    #expect(words(.memoryLimit) == ["the smallest memory.max from its cgroup to the root, cgroup /w"])
    #expect(words(.processCount, kind: .vm) == ["pids.current of its own cgroup /w"])
    #expect(
      words(.memoryResident, kind: .vm) == ["resident of /proc/100/statm + HugetlbPages of /proc/100/status"])
    #expect(words(.memoryResident) == [""])
  }

  @Test func `a user's figures come from its slice and from processes one by one`() {
    func words(_ figure: Figure, slice: String?) -> [String] {
      var workload = makeWorkload("user:1000", kind: .user)
      workload.cgroup = slice
      let frame = Frame(previous: nil, current: makeSample([(workload, 1, [:])]))
      return Explanation(figure, frame, row: 0).inputs.map { $0.words ?? "" }
    }
    let each = "Pss of each /proc/PID/smaps_rollup, every minute"
    #expect(words(.memoryCurrent, slice: nil) == [each])
    #expect(
      words(.memoryCurrent, slice: "/user.slice/user-1000.slice")
        == ["memory.current, cgroup /user.slice/user-1000.slice, and for processes outside of it \(each)"])
    #expect(words(.memoryResident, slice: nil) == [""])
  }

  @Test(arguments: Figure.catalogue.map(\.name))
  func `what is foreign is harmless in every part`(name: String) throws {
    let figure = try #require(Figure.named(name))
    for hostile in hostileNames {
      var workload = makeWorkload("w", name: hostile)
      workload.cgroup = "/\(hostile)"
      let frame = Frame(previous: nil, current: makeSample([(workload, 1, [:])]))
      for line in Explanation(figure, frame, row: 0).parts({ number, _ in "\(number)" }).flatMap(\.lines) {
        #expect(line.text == line.text.harmless && line.name == line.name.harmless)
      }
    }
  }
}
