extension Figure {
  /// All figures in the order of the JSON schema. To add one, add its line here.
  public static let catalogue: [Figure] = cpu + memory + pressure + io + network + processes + tare

  /// The figure of this name: `cpu.usage_percent`.
  public static func named(_ name: String) -> Figure? { byName[name] }

  private static let byName = Dictionary(uniqueKeysWithValues: catalogue.map { ($0.name, $0) })

  public static let cpuUsage = cpuShare("usage_percent", "CPU", .cpuUsage)
  public static let cpuWait = cpuShare("wait_percent", "waiting", .cpuWait)
  public static let throttled = Figure(
    "cpu.throttled_percent", .percent, "throttled",
    "throttled periods ÷ periods of the window; not applicable without a limit",
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
  public static let memoryCurrent = gauge("memory.current_bytes", .bytes, "charged", .memoryCurrent)
  public static let memoryLimit = gauge("memory.limit_bytes", .bytes, "memory limit", .memoryLimit)
  public static let memoryConfigured = gauge("memory.configured_bytes", .bytes, "RAM given", .memoryConfigured)
  public static let memoryResident = gauge("memory.resident_bytes", .bytes, "resident", .memoryResident)
  public static let memoryGuestResident = gauge(
    "memory.guest_resident_bytes", .bytes, "guest RAM", .memoryGuestResident)
  public static let workingSet = Figure(
    "memory.working_set_bytes", .bytes, "working set",
    "current - inactive_file, not below 0: what docker stats and the kubelet show",
    inputs: [.memoryCurrent, .memoryInactiveFile]
  ) { pair in
    guard pair.workload.kind != .vm else { return .missing(.notApplicable) }
    switch (pair.now(.memoryCurrent), pair.now(.memoryInactiveFile)) {
    case (.value(let current), .value(let inactive)): return .integer(current > inactive ? current - inactive : 0)
    case (.missing(let reason), _), (_, .missing(let reason)): return .missing(reason)
    case (.unlimited, _), (_, .unlimited): return .missing(.malformed)
    }
  }
  public static let processCount = gauge("processes.count", .count, "tasks", .processCount)

  private static let cpu: [Figure] = [
    cpuUsage, cpuShare("user_percent", "user", .cpuUser), cpuShare("system_percent", "system", .cpuSystem),
    cpuShare("guest_percent", "guest", .cpuGuest), cpuShare("emulator_percent", "emulator", .cpuEmulator),
    cpuWait, throttled,
    total("cpu.throttled_seconds_total", "held back", .cpuThrottled),
    Figure(
      "cpu.limit_cores", .cores, "CPU limit", "the smallest limit on the path to the root, in cores",
      inputs: [.cpuLimit]
    ) {
      FigureValue($0.now(.cpuLimit)).map { $0 / 1e6 }
    },
    gauge("cpu.vcpus", .count, "vCPUs", .cpuCount),
    total("cpu.usage_seconds_total", "CPU in all", .cpuUsage),
    cpuShare("helpers_percent", "helpers' CPU", .cpuHelpers),
  ]

  private static let memory: [Figure] = [
    memoryCurrent, workingSet, gauge("memory.anon_bytes", .bytes, "anonymous", .memoryAnon),
    gauge("memory.file_bytes", .bytes, "file cache", .memoryFile),
    gauge("memory.kernel_bytes", .bytes, "kernel", .memoryKernel),
    memoryLimit, memoryConfigured, memoryResident,
    gauge("memory.guest_used_bytes", .bytes, "guest used", .memoryGuestUsed),
    gauge("memory.ksm_saved_bytes", .bytes, "KSM saved", .memoryKsmSaved),
    gauge("memory.oom_kills_total", .count, "OOM kills", .memoryOomKills),
    memoryGuestResident,
    gauge("memory.vmm_bytes", .bytes, "VMM", .memoryVmm),
    gauge("memory.helpers_bytes", .bytes, "helpers", .memoryHelpers),
    gauge("memory.balloon_bytes", .bytes, "balloon", .memoryBalloon),
  ]

  private static let pressure: [Figure] = [
    stall("cpu_some_percent", "CPU stall", .pressureCpuSome),
    stall("memory_some_percent", "memory stall", .pressureMemorySome),
    stall("memory_full_percent", "all stalled", .pressureMemoryFull),
    stall("io_some_percent", "disk stall", .pressureIoSome),
  ]

  private static let io: [Figure] = [
    rate("io.read_bytes_per_second", "read", .ioRead), rate("io.written_bytes_per_second", "written", .ioWritten),
  ]

  private static let network: [Figure] = [
    rate("network.received_bytes_per_second", "received", .networkReceived),
    rate("network.sent_bytes_per_second", "sent", .networkSent),
  ]

  private static let processes: [Figure] = [
    processCount, gauge("processes.limit", .count, "task limit", .processLimit),
  ]

  private static func cpuShare(_ field: String, _ label: String, _ metric: Metric) -> Figure {
    Figure(
      "cpu.\(field)", .percent, label,
      "growth of \(metric.declaration.name) ÷ time between the two reads; 100 is one core",
      inputs: [metric]
    ) {
      $0.perSecond(metric).map { $0 / 1e7 }
    }
  }

  private static func stall(_ field: String, _ label: String, _ metric: Metric) -> Figure {
    Figure(
      "pressure.\(field)", .percent, label, "growth of \(metric.declaration.name) ÷ time between the two reads",
      inputs: [metric]
    ) {
      $0.perSecond(metric).map { $0 / 1e4 }
    }
  }

  private static func rate(_ name: String, _ label: String, _ metric: Metric) -> Figure {
    Figure(
      name, .bytesPerSecond, label, "growth of \(metric.declaration.name) ÷ time between the two reads",
      inputs: [metric]
    ) {
      $0.perSecond(metric)
    }
  }

  private static func gauge(_ name: String, _ unit: Unit, _ label: String, _ metric: Metric) -> Figure {
    Figure(name, unit, label, "\(metric.declaration.name) as read", inputs: [metric]) { FigureValue($0.now(metric)) }
  }

  private static func total(_ name: String, _ label: String, _ metric: Metric) -> Figure {
    Figure(name, .seconds, label, "\(metric.declaration.name) since the workload began", inputs: [metric]) {
      FigureValue($0.now(metric)).map { $0 / 1e9 }
    }
  }
}
