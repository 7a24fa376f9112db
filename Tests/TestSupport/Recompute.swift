public import TareModel

/// What a figure is, computed again from nothing but raw values. Written independently of the figures' own functions: one
/// formula a name, so that a figure that nobody has written here fails its test.
public struct Recompute {
  /// Raw values of one input.
  public struct Raw {
    public var now: UInt64?
    public var before: UInt64?
    public var nanoseconds: UInt64?
    public var reason: String?

    public init(now: UInt64?, before: UInt64?, nanoseconds: UInt64?, reason: String?) {
      (self.now, self.before, self.nanoseconds, self.reason) = (now, before, nanoseconds, reason)
    }
  }

  /// By name of the metric.
  public let raw: [String: Raw]
  public let isMachine: Bool

  public init(_ raw: [String: Raw], isMachine: Bool) { (self.raw, self.isMachine) = (raw, isMachine) }

  public enum Answer: Equatable {
    case number(Double)
    case none
    /// Nobody has written it down here.
    case unwritten
  }

  public func figure(_ name: String) -> Answer {
    if let (metric, scale) = Self.rates[name] { return answer(share(metric).map { $0 * scale }) }
    if let (metric, scale) = Self.levels[name] { return answer(part(metric).map { $0 * scale }) }
    switch name {
    case "cpu.throttled_percent": return answer(throttled)
    case "memory.working_set_bytes":
      guard let current = raw["memory.current"]?.now, let inactive = raw["memory.inactive_file"]?.now else {
        return .none
      }
      return isMachine || current < inactive ? .none : .number(Double(current - inactive))
    case "tare.memory.gross_bytes": return answer(memory?.gross)
    case "tare.memory.net_bytes": return answer(memory?.net)
    case "tare.memory.tare_bytes": return answer(memory?.tare)
    case "tare.cpu.gross_percent": return answer(cpu?.gross)
    case "tare.cpu.net_percent": return answer(cpu?.net)
    case "tare.cpu.tare_percent": return answer(cpu?.tare)
    default: return .unwritten
    }
  }

  private func answer(_ number: Double?) -> Answer { number.map { .number($0) } ?? .none }

  /// A second, of nanoseconds percent of a core, of microseconds percent of the time.
  private static let rates: [String: (String, Double)] = [
    "cpu.usage_percent": ("cpu.usage", 1e-7), "cpu.user_percent": ("cpu.user", 1e-7),
    "cpu.system_percent": ("cpu.system", 1e-7), "cpu.guest_percent": ("cpu.guest", 1e-7),
    "cpu.emulator_percent": ("cpu.emulator", 1e-7), "cpu.wait_percent": ("cpu.wait", 1e-7),
    "cpu.helpers_percent": ("cpu.helpers", 1e-7), "pressure.cpu_some_percent": ("pressure.cpu_some", 1e-4),
    "pressure.memory_some_percent": ("pressure.memory_some", 1e-4),
    "pressure.memory_full_percent": ("pressure.memory_full", 1e-4),
    "pressure.io_some_percent": ("pressure.io_some", 1e-4), "io.read_bytes_per_second": ("io.read", 1),
    "io.written_bytes_per_second": ("io.written", 1), "network.received_bytes_per_second": ("network.received", 1),
    "io.reads_per_second": ("io.reads", 1), "io.writes_per_second": ("io.writes", 1),
    "network.sent_bytes_per_second": ("network.sent", 1),
  ]

  private static let levels: [String: (String, Double)] = [
    "cpu.throttled_seconds_total": ("cpu.throttled", 1e-9), "cpu.usage_seconds_total": ("cpu.usage", 1e-9),
    "cpu.limit_cores": ("cpu.limit", 1e-6), "cpu.vcpus": ("cpu.vcpus", 1),
    "memory.current_bytes": ("memory.current", 1), "memory.anon_bytes": ("memory.anon", 1),
    "memory.file_bytes": ("memory.file", 1), "memory.kernel_bytes": ("memory.kernel", 1),
    "memory.limit_bytes": ("memory.limit", 1), "memory.configured_bytes": ("memory.configured", 1),
    "memory.resident_bytes": ("memory.resident", 1), "memory.guest_used_bytes": ("memory.guest_used", 1),
    "memory.ksm_saved_bytes": ("memory.ksm_saved", 1), "memory.oom_kills_total": ("memory.oom_kills", 1),
    "memory.guest_resident_bytes": ("memory.guest_resident", 1), "memory.vmm_bytes": ("memory.vmm", 1),
    "memory.helpers_bytes": ("memory.helpers", 1), "memory.balloon_bytes": ("memory.balloon", 1),
    "memory.hugetlb_bytes": ("memory.hugetlb", 1), "memory.swap_bytes": ("memory.swap", 1),
    "memory.swap_limit_bytes": ("memory.swap_limit", 1), "memory.zswap_bytes": ("memory.zswap", 1),
    "processes.count": ("processes.count", 1), "processes.limit": ("processes.limit", 1),
  ]

  /// A part is never more than its whole: modes and threads of all CPU time, classes of a container's charge. Nothing stands
  /// still for longer than the time.
  private func share(_ metric: String) -> Double? {
    guard let rate = rate(metric) else { return nil }
    if metric.hasPrefix("pressure.") { return min(rate, 1e6) }
    let parts: Set = ["cpu.user", "cpu.system", "cpu.guest", "cpu.emulator"]
    return parts.contains(metric) ? min(rate, self.rate("cpu.usage") ?? rate) : rate
  }

  private func part(_ metric: String) -> Double? {
    guard let bytes = level(metric) else { return nil }
    let classes: Set = ["memory.anon", "memory.file", "memory.kernel"]
    return !isMachine && classes.contains(metric) ? min(bytes, level("memory.current") ?? bytes) : bytes
  }

  private func rate(_ metric: String) -> Double? {
    guard let raw = raw[metric], let now = raw.now, let before = raw.before, now >= before,
      let time = raw.nanoseconds, time > 0
    else { return nil }
    return Double(now - before) * 1e9 / Double(time)
  }

  private var throttled: Double? {
    guard let periods = raw["cpu.periods"], let held = raw["cpu.throttled_periods"], let all = periods.now, all > 0,
      let before = periods.before, let now = held.now, let then = held.before, all >= before, now >= then,
      now - then <= all - before
    else { return nil }
    return all == before ? 0 : Double(now - then) * 100 / Double(all - before)
  }

  // MARK: What the box weighs

  private struct Split {
    var gross: Double?
    var net: Double?
    var tare: Double?
  }

  private func level(_ metric: String) -> Double? { raw[metric]?.now.map { Double($0) } }
  private func isAbsent(_ metric: String) -> Bool { raw[metric]?.reason == "not-applicable" }

  private var memory: Split? {
    let inside = level("memory.helpers_inside") ?? 0
    guard let charged = level("memory.current") else {
      guard isMachine, let resident = level("memory.resident") else { return nil }
      return Split(gross: helpers(with: inside).map { resident + $0 })
    }
    let within = min(inside, charged)
    let helpers = helpers(with: within)
    if !isMachine {
      let huge = level("memory.hugetlb")
      let isUnknown = huge == nil && !["not-applicable", "not-reported"].contains(raw["memory.hugetlb"]?.reason ?? "")
      let net = charged - within + (huge ?? 0)
      return Split(gross: isUnknown ? nil : helpers.map { net + $0 }, net: net, tare: isUnknown ? nil : helpers)
    }
    let gross = helpers.map { charged - within + $0 }
    guard let vmm = level("memory.vmm"), let ram = level("memory.guest_resident"),
      let total = level("memory.guest_total"), let free = level("memory.guest_free")
    else { return Split(gross: gross) }
    if free > total { return Split(gross: gross) }
    var left = charged - within
    let inGuest: Double
    if raw["memory.limit"]?.reason == "shared-cgroup" {
      left -= min(vmm, left)
      left -= min(level("memory.kernel") ?? 0, left)
      inGuest = min(ram, left)
    } else {
      left -= min(level("memory.kernel") ?? 0, left)
      let merged = min(level("memory.ksm_saved") ?? 0, ram)
      let alone = min(ram - merged, left)
      inGuest = alone + min(merged, max(0, left - alone - vmm))
    }
    let net = min(inGuest, max(0, total - free))
    return Split(gross: gross, net: net, tare: gross.map { $0 - net })
  }

  /// All helpers: those in the charge, and those outside of it; where nobody may look, what is resident of all of them.
  private func helpers(with inside: Double) -> Double? {
    if let outside = level("memory.helpers") { return inside + outside }
    if isAbsent("memory.helpers") { return inside }
    return level("memory.helpers_resident").map { max(inside, $0) }
  }

  private var cpu: Split? {
    guard let used = rate("cpu.usage").map({ $0 / 1e7 }) else { return nil }
    func share(_ metric: String) -> Double? {
      rate(metric).map { $0 / 1e7 } ?? (isAbsent(metric) ? 0 : nil)
    }
    let outside = share("cpu.helpers")
    let inside = min(share("cpu.helpers_inside") ?? 0, used)
    let gross = outside.map { used + $0 }
    if !isMachine { return Split(gross: gross, net: used - inside, tare: outside.map { $0 + inside }) }
    guard let guest = rate("cpu.guest").map({ $0 / 1e7 }) else { return Split(gross: gross) }
    let net = min(guest, used - inside - min(share("cpu.emulator") ?? 0, used - inside))
    return Split(gross: gross, net: net, tare: gross.map { $0 - net })
  }
}

extension Recompute {
  /// All that an explanation holds, and nothing else.
  public init(_ explanation: Explanation) {
    var raw: [String: Raw] = [:]
    for input in explanation.inputs {
      raw[input.metric.declaration.name] = Raw(
        now: input.now.number, before: input.before.number, nanoseconds: input.nanoseconds,
        reason: FigureValue(input.now).reason)
    }
    self.init(raw, isMachine: explanation.workload.kind == .vm)
  }
}
