extension Figure {
  /// All figures in the order of the JSON schema. To add one, add its line here.
  public static let catalogue: [Figure] = cpu + memory + pressure + io + network + processes

  /// The figure of this name: `cpu.usage_percent`.
  public static func named(_ name: String) -> Figure? { byName[name] }

  private static let byName = Dictionary(uniqueKeysWithValues: catalogue.map { ($0.name, $0) })

  public static let cpuUsage = cpuShare("usage_percent", .cpuUsage)
  public static let cpuWait = cpuShare("wait_percent", .cpuWait)
  public static let throttled = Figure(
    "cpu.throttled_percent", .percent, "throttled periods ÷ periods of the window; not applicable without a limit",
    inputs: [.cpuPeriods, .cpuThrottledPeriods]
  ) { pair in
    // Without a limit of its own no period ever starts.
    if pair.now(.cpuPeriods) == .value(0) { return .missing(.notApplicable) }
    switch (pair.growth(.cpuThrottledPeriods), pair.growth(.cpuPeriods)) {
    case (.value(let held), .value(let periods)):
      return .number(periods == 0 ? 0 : Double(held) * 100 / Double(periods))
    case (.missing(let reason), _), (_, .missing(let reason)): return .missing(reason)
    case (.unlimited, _), (_, .unlimited): return .missing(.notApplicable)
    }
  }
  public static let memoryCurrent = gauge("memory.current_bytes", .bytes, .memoryCurrent)
  public static let memoryLimit = gauge("memory.limit_bytes", .bytes, .memoryLimit)
  public static let memoryConfigured = gauge("memory.configured_bytes", .bytes, .memoryConfigured)
  public static let memoryResident = gauge("memory.resident_bytes", .bytes, .memoryResident)
  public static let workingSet = Figure(
    "memory.working_set_bytes", .bytes, "current - inactive_file, not below 0: what docker stats and the kubelet show",
    inputs: [.memoryCurrent, .memoryInactiveFile]
  ) { pair in
    guard pair.workload.kind == .container else { return .missing(.notApplicable) }
    switch (pair.now(.memoryCurrent), pair.now(.memoryInactiveFile)) {
    case (.value(let current), .value(let inactive)): return .integer(current > inactive ? current - inactive : 0)
    case (.missing(let reason), _), (_, .missing(let reason)): return .missing(reason)
    case (.unlimited, _), (_, .unlimited): return .missing(.malformed)
    }
  }
  public static let processCount = gauge("processes.count", .count, .processCount)

  private static let cpu: [Figure] = [
    cpuUsage, cpuShare("user_percent", .cpuUser), cpuShare("system_percent", .cpuSystem),
    cpuShare("guest_percent", .cpuGuest), cpuShare("emulator_percent", .cpuEmulator),
    cpuWait, throttled,
    total("cpu.throttled_seconds_total", .cpuThrottled),
    Figure("cpu.limit_cores", .cores, "the smallest limit on the path to the root, in cores", inputs: [.cpuLimit]) {
      FigureValue($0.now(.cpuLimit)).map { $0 / 1e6 }
    },
    gauge("cpu.vcpus", .count, .cpuCount),
    total("cpu.usage_seconds_total", .cpuUsage),
  ]

  private static let memory: [Figure] = [
    memoryCurrent, workingSet, gauge("memory.anon_bytes", .bytes, .memoryAnon),
    gauge("memory.file_bytes", .bytes, .memoryFile), gauge("memory.kernel_bytes", .bytes, .memoryKernel),
    memoryLimit, memoryConfigured, memoryResident, gauge("memory.guest_used_bytes", .bytes, .memoryGuestUsed),
    gauge("memory.ksm_saved_bytes", .bytes, .memoryKsmSaved),
    gauge("memory.oom_kills_total", .count, .memoryOomKills),
  ]

  private static let pressure: [Figure] = [
    stall("cpu_some_percent", .pressureCpuSome), stall("memory_some_percent", .pressureMemorySome),
    stall("memory_full_percent", .pressureMemoryFull), stall("io_some_percent", .pressureIoSome),
  ]

  private static let io: [Figure] = [
    rate("io.read_bytes_per_second", .ioRead), rate("io.written_bytes_per_second", .ioWritten),
  ]

  private static let network: [Figure] = [
    rate("network.received_bytes_per_second", .networkReceived), rate("network.sent_bytes_per_second", .networkSent),
  ]

  private static let processes: [Figure] = [processCount, gauge("processes.limit", .count, .processLimit)]

  private static func cpuShare(_ field: String, _ metric: Metric) -> Figure {
    Figure(
      "cpu.\(field)", .percent, "growth of \(metric.declaration.name) ÷ time between the two reads; 100 is one core",
      inputs: [metric]
    ) {
      $0.perSecond(metric).map { $0 / 1e7 }
    }
  }

  private static func stall(_ field: String, _ metric: Metric) -> Figure {
    Figure(
      "pressure.\(field)", .percent, "growth of \(metric.declaration.name) ÷ time between the two reads",
      inputs: [metric]
    ) {
      $0.perSecond(metric).map { $0 / 1e4 }
    }
  }

  private static func rate(_ name: String, _ metric: Metric) -> Figure {
    Figure(name, .bytesPerSecond, "growth of \(metric.declaration.name) ÷ time between the two reads", inputs: [metric])
    {
      $0.perSecond(metric)
    }
  }

  private static func gauge(_ name: String, _ unit: Unit, _ metric: Metric) -> Figure {
    Figure(name, unit, "\(metric.declaration.name) as read", inputs: [metric]) { FigureValue($0.now(metric)) }
  }

  private static func total(_ name: String, _ metric: Metric) -> Figure {
    Figure(name, .seconds, "\(metric.declaration.name) since the workload began", inputs: [metric]) {
      FigureValue($0.now(metric)).map { $0 / 1e9 }
    }
  }
}
