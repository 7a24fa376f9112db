import TareModel
import Testing

struct CatalogueTests {
  @Test func `every metric is declared once and in the order of its cases`() {
    #expect(Metric.catalogue.map(\.metric) == Metric.allCases)
  }

  @Test func `metric names are all different`() {
    #expect(Set(Metric.catalogue.map(\.name)).count == Metric.count)
  }

  @Test(arguments: Metric.allCases)
  func `a metric's help is one sentence that ends with a full stop`(metric: Metric) {
    let help = metric.declaration.help
    #expect(help.hasSuffix("."))
    #expect(help.filter { $0 == "." }.count == 1)
    #expect(help.first?.isUppercase == true)
  }

  @Test(arguments: Metric.allCases)
  func `a metric comes from somewhere`(metric: Metric) {
    let declaration = metric.declaration
    let words = [declaration.machine, declaration.container].compactMap { $0 }
    #expect(declaration.v1 != nil || declaration.v2 != nil || words.contains { !$0.isEmpty })
  }

  @Test(arguments: Metric.allCases)
  func `a metric's place says where and in which unit`(metric: Metric) {
    for place in [metric.declaration.v1, metric.declaration.v2].compactMap({ $0 }) {
      #expect(!place.file.isEmpty)
      #expect(!place.file.contains("/"))
      #expect(place.scale > 0)
    }
  }

  @Test func `figures are those of the schema and in its order`() {
    #expect(Figure.catalogue.map(\.name) == schema)
  }

  @Test func `figure names are all different`() {
    #expect(Set(Figure.catalogue.map(\.name)).count == Figure.catalogue.count)
  }

  @Test(arguments: Figure.catalogue.map(\.name))
  func `a figure says how it is made and of what`(name: String) throws {
    let figure = try #require(Figure.named(name))
    #expect(!figure.formula.isEmpty)
    #expect(!figure.inputs.isEmpty)
    #expect(figure.inputs.allSatisfy { Metric.catalogue.map(\.metric).contains($0) })
    #expect("\(figure.group).\(figure.field)" == name)
  }

  @Test(arguments: Figure.catalogue.map(\.name))
  func `a figure's name ends in its unit`(name: String) throws {
    let unit = try #require(Figure.named(name)).unit
    switch unit {
    case .percent: #expect(name.hasSuffix("_percent"))
    case .bytes: #expect(name.hasSuffix("_bytes"))
    case .bytesPerSecond: #expect(name.hasSuffix("_bytes_per_second"))
    case .perSecond: #expect(name.hasSuffix("s_per_second") && !name.contains("bytes"))
    case .seconds: #expect(name.hasSuffix("_seconds_total"))
    case .cores: #expect(name.hasSuffix("_cores"))
    case .count: #expect(["cpu.vcpus", "memory.oom_kills_total", "processes.count", "processes.limit"].contains(name))
    }
  }

  @Test(arguments: Figure.catalogue.map(\.name))
  func `a rate is made of a counter and a level of a gauge`(name: String) throws {
    let figure = try #require(Figure.named(name))
    let kinds = Set(figure.inputs.map(\.declaration.kind))
    if name.hasSuffix("_percent") || name.hasSuffix("_per_second") || name.hasSuffix("_total") {
      #expect(kinds == [.counter])
    } else {
      #expect(kinds == [.gauge])
    }
  }

  @Test(arguments: Figure.catalogue.map(\.name))
  func `a figure says what other tools show for it, or that none does`(name: String) throws {
    let others = try #require(Figure.named(name)).others
    #expect(others.tools.isEmpty == (others.none != nil))
    if let none = others.none { #expect(none.hasSuffix(".") && none.first?.isUppercase == true) }
    for tool in others.tools {
      #expect(!tool.name.isEmpty && !tool.shows.isEmpty)
      // It stands behind a colon.
      #expect(!tool.shows.hasSuffix("."))
    }
    #expect(Set(others.tools.map(\.name)).count == others.tools.count)
  }

  @Test(arguments: Figure.catalogue.map(\.name))
  func `a figure that is a sum has its shares, any other none`(name: String) throws {
    #expect((try #require(Figure.named(name)).weight != nil) == name.hasPrefix("tare."))
  }

  @Test(arguments: Metric.allCases)
  func `where a metric comes from is said for every kind of workload that can have it`(metric: Metric) {
    let declaration = metric.declaration
    let said = Metric.Declaration.Origin.allCases.compactMap { declaration.words($0) }
    #expect(!said.isEmpty)
    #expect(said.allSatisfy { !$0.isEmpty && !$0.hasSuffix(".") })
    // A cgroup's file, and words in its place: one of them would never be read.
    #expect(declaration.v2 == nil || declaration.container == nil)
  }

  private let schema = [
    "cpu.usage_percent", "cpu.user_percent", "cpu.system_percent", "cpu.guest_percent", "cpu.emulator_percent",
    "cpu.wait_percent", "cpu.throttled_percent", "cpu.throttled_seconds_total", "cpu.limit_cores", "cpu.vcpus",
    "cpu.usage_seconds_total", "cpu.helpers_percent", "memory.current_bytes", "memory.working_set_bytes",
    "memory.anon_bytes",
    "memory.file_bytes", "memory.kernel_bytes", "memory.limit_bytes", "memory.configured_bytes",
    "memory.resident_bytes", "memory.guest_used_bytes", "memory.ksm_saved_bytes", "memory.oom_kills_total",
    "memory.guest_resident_bytes", "memory.vmm_bytes", "memory.helpers_bytes", "memory.balloon_bytes",
    "memory.hugetlb_bytes", "memory.swap_bytes", "memory.swap_limit_bytes", "memory.zswap_bytes",
    "pressure.cpu_some_percent", "pressure.memory_some_percent", "pressure.memory_full_percent",
    "pressure.io_some_percent", "io.read_bytes_per_second", "io.written_bytes_per_second", "io.reads_per_second",
    "io.writes_per_second",
    "network.received_bytes_per_second", "network.sent_bytes_per_second", "processes.count", "processes.limit",
    "tare.memory.gross_bytes", "tare.memory.net_bytes", "tare.memory.tare_bytes", "tare.cpu.gross_percent",
    "tare.cpu.net_percent", "tare.cpu.tare_percent",
  ]
}
