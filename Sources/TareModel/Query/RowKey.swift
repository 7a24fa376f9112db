/// What can be asked of a workload: a text, a number or an instant. Rows are sorted and filtered by it, and every table, on the screen
/// and in exports, has it as a column of the same name. To add one, add it here; every figure has one without that.
public struct RowKey: Sendable {
  public enum Value: Sendable {
    case text(@Sendable (Frame, Int) -> String?)
    /// In the figure's unit, or seconds, bytes, percent.
    case number(Unit, @Sendable (Frame, Int) -> Double?)
    /// Realtime nanoseconds since 1970.
    case instant(@Sendable (Frame, Int) -> UInt64?)
  }

  public enum Unit: Sendable { case percent, bytes, bytesPerSecond, seconds, plain }

  /// As in `--sort`, `--filter`, `--columns` and the configuration.
  public let name: String
  /// In a heading, without the unit.
  public let title: String
  /// What it is, in a few words.
  public let help: String
  /// In the heading of a file: the path in the JSON joined by `_`, its unit at the end.
  public let field: String
  public let value: Value
  /// What the number comes from, where it is a figure; that has the reason too if there is none.
  public let figure: Figure?
  /// Names of those that say how far the value may be believed: a file that has it has them beside it.
  public private(set) var companions: [String] = []

  /// All of them: those of a workload first, then short names of figures, then every figure.
  public static let catalogue: [RowKey] = texts + numbers + weights + aliases + figures

  /// Those to choose columns from: no figure twice.
  public static let columns: [RowKey] = {
    let short = Set(aliases.map(\.field))
    let trust = Set(catalogue.flatMap(\.companions))
    return texts.filter { !trust.contains($0.name) } + numbers
      + weights.filter { !trust.contains($0.name) } + aliases + figures.filter { !short.contains($0.field) }
  }()

  public static func named(_ name: String) -> RowKey? {
    if let key = byName[name] { return key }
    guard name.hasPrefix("label."), name.count > 6 else { return nil }
    let label = String(name.dropFirst(6))
    return text(name, label, "a label that an engine gave", field: "label_\(label)") { $0.labels?[label] }
  }

  private static let byName = Dictionary(catalogue.map { ($0.name, $0) }) { first, _ in first }

  private static let texts: [RowKey] = [
    text("name", "NAME", "what people call it") { $0.name },
    text("kind", "KIND", "container, pod (K), VM or user (P)") { $0.kind.rawValue },
    text("runtime", "RUNTIME", "engine or hypervisor; tcg is emulation") { $0.runtime.rawValue },
    text("image", "IMAGE", "image or boot disk") { $0.image },
    text("id", "ID", "as in the JSON") { $0.id },
    text("pod", "POD", "the pod that it belongs to") { $0.pod },
    text("namespace", "NAMESPACE", "the pod's namespace") { $0.namespace },
    text("parent", "RUNS IN", "the workload that it runs in") { $0.parent },
    text("cgroup", "CGROUP", "path below the root of cgroups") { $0.cgroup },
    text("accelerator", "ACCEL", "kvm, or tcg: emulation", field: "machine_accelerator") {
      $0.machine?.accelerator?.rawValue
    },
    RowKey("state", "STATE", "running, pausing or paused", field: "state", .text { $0.runState(row: $1).word }),
    RowKey("note", "NOTE", "what holds it back", field: "note", .text { $0.note(row: $1)?.text }),
    text("boot.kind", "BOOT KIND", "boot, restart, restored or migrated") { $0.boot.kind.rawValue },
    text("boot.bound", "BOOT BOUND", "exact, at-least, at-most or unknown") { $0.boot.span(to: .userspace).bound },
    text("boot.label", "BOOT LABEL", "how BOOT is known") { $0.boot.label(to: .userspace).rawValue },
    text("ready.bound", "READY BOUND", "exact, at-least, at-most or unknown") { $0.boot.span(to: .ready).bound },
    text("ready.label", "READY LABEL", "how READY is known") { $0.boot.label(to: .ready).rawValue },
    RowKey(
      "memory.bound", "MEMORY BOUND", "exact, at-least or at-most", field: "memory_held_bound",
      .text { frame, row in
        frame.heldMemory(row: row).number == nil ? nil : frame.heldMemoryBound(row: row).rawValue
      }),
    RowKey(
      "bounds", "BOUNDS", "figures that are bounds, and which", field: "bounds",
      .text { frame, row in frame.bounds(row: row).map { "\($0.name)=\($0.bound.rawValue)" }.joined(separator: " ") }),
    RowKey(
      "limit.bound", "LIMIT BOUND", "exact, or at-most of a VM", field: "memory_of_limit_bound",
      .text { frame, row in
        let (value, isBound) = frame.memoryOfLimit(row: row)
        return value.number == nil ? nil : isBound ? "at-most" : "exact"
      }),
  ]

  private static let numbers: [RowKey] = [
    RowKey(
      "memory", "MEMORY", "working set of a container, own memory of a VM", field: "memory_held_bytes",
      .number(.bytes) { $0.heldMemory(row: $1).number }, companions: ["memory.bound"]),
    RowKey(
      "limit", "LIMIT", "of its memory limit; of a VM's RAM at most", field: "memory_of_limit_percent",
      .number(.percent) { $0.memoryOfLimit(row: $1).value.number }, companions: ["limit.bound"]),
    RowKey(
      "boot", "BOOT", "from the request to user space", field: "boot_seconds",
      .number(.seconds) { $0.current.workloads[$1].boot.span(to: .userspace).seconds },
      companions: ["boot.bound", "boot.label"]),
    RowKey(
      "ready", "READY", "from the request until it answers", field: "ready_seconds",
      .number(.seconds) { $0.current.workloads[$1].boot.span(to: .ready).seconds },
      companions: ["ready.bound", "ready.label"]),
    RowKey(
      "up", "UP", "since it started", field: "up_seconds", .number(.seconds) { $0.age(row: $1) }),
    // The latest start first, where `up` has the longest life first.
    RowKey(
      "started", "STARTED", "when it started: where BOOT ends, UTC", field: "started_at",
      .instant { $0.current.workloads[$1].start }),
    RowKey(
      "pid", "PID", "its first process", field: "main_pid",
      .number(.plain) { $0.current.workloads[$1].mainPid.map(Double.init) }),
  ]

  private static let shortNames = [
    ("cpu", "cpu.usage_percent", "100 is one core"),
    ("throttled", "cpu.throttled_percent", "share of periods held back by its limit"),
    ("tasks", "processes.count", "threads too"), ("wait", "cpu.wait_percent", "what vCPUs waited for a core"),
    ("read", "io.read_bytes_per_second", "from disks"), ("written", "io.written_bytes_per_second", "to disks"),
    ("received", "network.received_bytes_per_second", "from the network"),
    ("sent", "network.sent_bytes_per_second", "to the network"),
    ("swap", "memory.swap_bytes", "in swap"), ("reads", "io.reads_per_second", "requests to disks"),
    ("writes", "io.writes_per_second", "requests to disks"),
    ("oom", "memory.oom_kills_total", "killed for want of memory"),
  ]
  private static let aliases = shortNames.compactMap { alias, name, help in
    Figure.named(name).map { figure($0, name: alias, help) }
  }

  /// The figure of a name, a short one too.
  public static func figure(named name: String) -> Figure? { byName[name]?.figure ?? weighed[name] }

  private static let figures = Figure.catalogue.map {
    figure($0, name: $0.name, $0.formula, companions: trust(of: $0.name))
  }

  init(
    _ name: String, _ title: String, _ help: String, field: String, _ value: Value, figure: Figure? = nil,
    companions: [String] = []
  ) {
    (self.name, self.title, self.help, self.field) = (name, title, help, field)
    (self.value, self.figure, self.companions) = (value, figure, companions)
  }

  static func text(
    _ name: String, _ title: String, _ help: String, field: String? = nil,
    _ value: @escaping @Sendable (Workload) -> String?
  ) -> RowKey {
    let path = name.split(separator: ".").joined(separator: "_")
    return RowKey(name, title, help, field: field ?? path, .text { value($0.current.workloads[$1]) })
  }

  private static func figure(_ figure: Figure, name: String, _ help: String, companions: [String] = []) -> RowKey {
    let unit: Unit =
      switch figure.unit {
      case .percent: .percent
      case .bytes: .bytes
      case .bytesPerSecond: .bytesPerSecond
      case .seconds: .seconds
      case .cores, .count, .perSecond: .plain
      }
    return RowKey(
      name, figure.label.uppercased(), help, field: figure.name.split(separator: ".").joined(separator: "_"),
      .number(unit) { $0.value(figure, row: $1).number }, figure: figure, companions: companions)
  }
}

extension RowKey {
  /// Names joined by commas, as columns in their order.
  public static func list(_ text: String) throws(UnknownColumn) -> [RowKey] {
    var keys: [RowKey] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let name = String(part).trimmedBlanks
      guard let key = RowKey.named(name) else { throw UnknownColumn(name: name) }
      if !keys.contains(where: { $0.name == name }) { keys.append(key) }
    }
    return keys
  }
}

/// A name that no column has.
public struct UnknownColumn: Error, Hashable, CustomStringConvertible {
  public let name: String

  public init(name: String) { self.name = name }

  public var description: String {
    if name.isEmpty { return "expected names of columns, joined by commas: name,cpu,memory" }
    let near = Nearest.name(to: name, in: RowKey.catalogue.map(\.name))
    return "unknown column '\(name)'\(near.map { ": did you mean '\($0)'?" } ?? "")"
  }
}

extension BootSpan {
  /// What the number of seconds is, in a word.
  public var bound: String {
    switch self {
    case .exact: "exact"
    case .atLeast: "at-least"
    case .atMost: "at-most"
    case .unknown, .notApplicable: "unknown"
    }
  }
}

extension Workload {
  /// What stands in a table where this text of it is missing: `–` for what it does not have, `?` for what nobody knows.
  public func sign(ofMissing name: String) -> String {
    let isNone = absences[name].map { $0 == .notApplicable } ?? (kind == .vm || name != "image")
    return isNone ? "–" : "?"
  }
}

extension FigureValue {
  /// What stands in a table where there is no number.
  public var sign: String {
    switch self {
    case .unlimited, .missing(.notApplicable): "–"
    default: "?"
    }
  }
}

extension Frame {
  /// Seconds since a workload started.
  public func age(row: Int) -> Double? {
    guard let started = current.workloads[row].start else { return nil }
    return current.realtime > started ? Double(current.realtime - started) / 1e9 : 0
  }

  /// A container's working set of its limit; a VM's resident guest RAM of the RAM that it was given. Where guest RAM cannot be
  /// told from the VMM's own, both together are a bound. Percent.
  public func memoryOfLimit(row: Int) -> (value: FigureValue, isBound: Bool) {
    let isMachine = current.workloads[row].kind == .vm
    if isMachine, let guest = value(.memoryGuestResident, row: row).number {
      guard let given = value(.memoryConfigured, row: row).number else {
        return (value(.memoryConfigured, row: row), false)
      }
      return (.number(given > 0 ? min(100, guest * 100 / given) : 100), false)
    }
    let held = value(isMachine ? .memoryResident : .workingSet, row: row)
    let limit = value(isMachine ? .memoryConfigured : .memoryLimit, row: row)
    guard let bytes = held.number else { return (held, false) }
    guard let most = limit.number else { return (limit, false) }
    if isMachine { return (.number(most > 0 ? min(100, bytes * 100 / most) : 100), true) }
    return (.number(most > 0 ? bytes * 100 / most : 100), false)
  }
}
