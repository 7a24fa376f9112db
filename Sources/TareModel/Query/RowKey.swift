/// What rows can be sorted and filtered by: a text or a number of a workload.
public struct RowKey: Sendable {
  public enum Value: Sendable {
    case text(@Sendable (Frame, Int) -> String?)
    /// In the figure's unit, or seconds, bytes, percent.
    case number(Unit, @Sendable (Frame, Int) -> Double?)
  }

  public enum Unit: Sendable { case percent, bytes, bytesPerSecond, seconds, plain }

  public let name: String
  public let value: Value

  /// All of them: those of a workload first, then short names of figures, then every figure.
  public static let catalogue: [RowKey] = texts + numbers + aliases + figures

  public static func named(_ name: String) -> RowKey? {
    if let key = byName[name] { return key }
    guard name.hasPrefix("label."), name.count > 6 else { return nil }
    let label = String(name.dropFirst(6))
    return text(name) { $0.labels?[label] }
  }

  private static let byName = Dictionary(catalogue.map { ($0.name, $0) }) { first, _ in first }

  private static let texts: [RowKey] = [
    text("name") { $0.name }, text("kind") { $0.kind.rawValue }, text("runtime") { $0.runtime.rawValue },
    text("image") { $0.image }, text("id") { $0.id }, text("pod") { $0.pod }, text("parent") { $0.parent },
    text("cgroup") { $0.cgroup }, text("accelerator") { $0.machine?.accelerator?.rawValue },
  ]

  private static let numbers: [RowKey] = [
    RowKey(name: "memory", value: .number(.bytes) { $0.heldMemory(row: $1).number }),
    RowKey(name: "limit", value: .number(.percent) { $0.memoryOfLimit(row: $1).value.number }),
    RowKey(name: "boot", value: .number(.seconds) { $0.current.workloads[$1].boot.span(to: .userspace).seconds }),
    RowKey(name: "ready", value: .number(.seconds) { $0.current.workloads[$1].boot.span(to: .ready).seconds }),
    RowKey(name: "up", value: .number(.seconds) { frame, row in frame.age(row: row) }),
    // The latest start first, where `up` has the longest life first.
    RowKey(
      name: "started", value: .number(.plain) { frame, row in frame.current.workloads[row].startedAt.map(Double.init) }),
    RowKey(name: "pid", value: .number(.plain) { frame, row in frame.current.workloads[row].mainPid.map(Double.init) }),
  ]

  private static let aliases: [RowKey] = [
    ("cpu", "cpu.usage_percent"), ("tasks", "processes.count"), ("wait", "cpu.wait_percent"),
    ("throttled", "cpu.throttled_percent"), ("read", "io.read_bytes_per_second"),
    ("written", "io.written_bytes_per_second"), ("received", "network.received_bytes_per_second"),
    ("sent", "network.sent_bytes_per_second"), ("oom", "memory.oom_kills_total"),
  ].compactMap { alias, name in Figure.named(name).map { figure($0, name: alias) } }

  private static let figures = Figure.catalogue.map { figure($0, name: $0.name) }

  private static func text(_ name: String, _ value: @escaping @Sendable (Workload) -> String?) -> RowKey {
    RowKey(name: name, value: .text { value($0.current.workloads[$1]) })
  }

  private static func figure(_ figure: Figure, name: String) -> RowKey {
    let unit: Unit =
      switch figure.unit {
      case .percent: .percent
      case .bytes: .bytes
      case .bytesPerSecond: .bytesPerSecond
      case .seconds: .seconds
      case .cores, .count: .plain
      }
    return RowKey(name: name, value: .number(unit) { $0.value(figure, row: $1).number })
  }
}

extension Frame {
  /// Seconds since a workload's first process began.
  public func age(row: Int) -> Double? {
    guard let started = current.workloads[row].startedAt else { return nil }
    return current.realtime > started ? Double(current.realtime - started) / 1e9 : 0
  }

  /// A container's working set of its limit; a VM's resident memory, VMM included, of the RAM that it was given, which is
  /// a bound: guest RAM alone cannot be told apart here. Percent.
  public func memoryOfLimit(row: Int) -> (value: FigureValue, isBound: Bool) {
    let isMachine = current.workloads[row].kind == .vm
    let held = value(isMachine ? .memoryResident : .workingSet, row: row)
    let limit = value(isMachine ? .memoryConfigured : .memoryLimit, row: row)
    guard let bytes = held.number else { return (held, false) }
    guard let most = limit.number else { return (limit, false) }
    if isMachine { return (.number(most > 0 ? min(100, bytes * 100 / most) : 100), true) }
    return (.number(most > 0 ? bytes * 100 / most : 100), false)
  }
}
