public import TareModel

/// A table for people: both kinds in the same columns, the rest of the host, and a sum that is the machine. 80 cells wide,
/// and with READY too where there is room.
public struct TableExporter: Exporter {
  public let name = "table"
  private let columns: [Column]
  private let width: Int

  /// - Parameter room: cells in a line at most; never less than 80 are used.
  public init(room: Int = 80) {
    columns = Self.columns.filter { !$0.isWide || room >= Self.wideWidth }
    width = columns.reduce(0) { $0 + $1.width }
  }

  private static let wideWidth = columns.reduce(0) { $0 + $1.width }

  public func text(_ frame: Frame, order: [Int]) -> String {
    var lines = [header(frame), ""]
    if frame.current.workloads.isEmpty {
      lines.append("No container or VM runs here. tare doctor says where was looked.")
    } else {
      lines.append(columns.map { $0.title.fitted(to: $0.width, atEnd: $0.atEnd) }.joined())
      lines += order.map { row in columns.map { $0.cell(frame, row) }.joined().trimmedEnd }
    }
    lines += totals(frame, shown: order)
    lines += unnamed(frame)
    lines += frame.current.problems.map { "! \($0.source): \($0.message)".harmless }
    return lines.joined(separator: "\n") + "\n"
  }

  private func header(_ frame: Frame) -> String {
    let host = frame.current.host
    var parts = [
      "tare", host.hostname.harmless.fittedAtMost(20), "Linux \(host.kernelRelease.harmless.fittedAtMost(24))",
    ]
    parts.append("\(host.cpusOnline) CPU\(host.cpusOnline == 1 ? "" : "s")")
    parts.append("cgroup \(host.cgroupMode?.rawValue ?? "none")")
    if let outer = host.virtualization { parts.append("in \(outer)") }
    if let elapsed = frame.elapsed { parts.append("\(Scaled.decimal(Double(elapsed) / 1e9, digits: 2)) s") }
    return parts.joined(separator: "  ").fittedAtMost(80)
  }

  /// Engines' sockets and state may be closed to this user.
  private func unnamed(_ frame: Frame) -> [String] {
    let engines = frame.current.workloads.filter { $0.kind != .vm }
    let without = engines.filter { $0.image == nil && $0.absences["image"] == .noPermission }.count
    guard without > 0 else { return [] }
    return [
      "! \(without) of \(engines.count) names or images need the engine's socket: join the group docker or use sudo"
    ]
  }

  private func totals(_ frame: Frame, shown: [Int]) -> [String] {
    let totals = frame.hostTotals
    let host = frame.current.host
    let used = Self.memory(totals.memoryUsed)
    // What a filter leaves out, so that the column still adds up to the machine.
    let hidden = frame.outermost(besides: Set(shown))
    let rest = totals.restMemory.number.map { "~" + Scaled.bytes($0 + hidden.memory) } ?? "?"
    let restName = hidden.count == 0 ? "rest of host" : "rest of host, \(hidden.count) hidden"
    let restCpu = totals.restCpu.number.map { Scaled.decimal($0 + hidden.cpu) } ?? Self.absence(totals.restCpu)
    // Where the kernel's ticks caught less than the workloads' own counters, those are what is known.
    let least = totals.workloadsCpu.number.flatMap { sum in
      totals.cpu.number.flatMap { sum > $0 + 0.05 ? "≥" + Scaled.decimal(sum) : nil }
    }
    func line(_ name: String, _ cpu: String, _ memory: String, _ note: String) -> String {
      ("  " + name.fitted(to: 28) + cpu.fitted(to: 7, atEnd: true) + "".fitted(to: 7)
        + memory.fitted(to: 11, atEnd: true) + note).trimmedEnd
    }
    let total = FigureValue(frame.current.hostReadings.memoryTotal).number.map { " of \(Scaled.bytes($0))" } ?? ""
    return [
      String(repeating: "─", count: width),
      line(restName, least == nil ? restCpu : "~\(Scaled.decimal(hidden.cpu))", rest, ""),
      line("\(host.hostname.harmless.fittedAtMost(24)) used", least ?? Self.decimal(totals.cpu), used, total),
      "  100 % is one core; this machine has \(host.cpusOnline * 100) %.  – not applicable  ? see json",
      width < Self.wideWidth
        ? "  BOOT is from the request to user space: r reported, ~ inferred, ≥ < bounds."
        : "  BOOT: request to user space; READY: to the answer; r reported, ~ inferred, ≥ < bounds",
    ]
  }

  // MARK: Columns

  private struct Column {
    let title: String
    let width: Int
    var atEnd = true
    /// Only where there is room for it.
    var isWide = false
    let value: @Sendable (Frame, Int) -> String

    func cell(_ frame: Frame, _ row: Int) -> String { value(frame, row).fitted(to: width, atEnd: atEnd) }
  }

  private static let columns: [Column] = [
    Column(title: "", width: 2, atEnd: false) { frame, row in
      frame.current.workloads[row].kind.letter
    },
    Column(title: "NAME", width: 18, atEnd: false) { frame, row in
      frame.current.workloads[row].name.harmless.fittedAtMost(17)
    },
    Column(title: "RUNTIME", width: 10, atEnd: false) { frame, row in
      let workload = frame.current.workloads[row]
      // Of the others each has one of its own.
      guard [.qemu, .libvirt, .proxmox].contains(workload.runtime), let accelerator = workload.machine?.accelerator
      else {
        return workload.runtime.rawValue
      }
      return "\(workload.runtime.rawValue)/\(accelerator.rawValue)"
    },
    Column(title: "CPU %", width: 7) { frame, row in decimal(frame.value(.cpuUsage, row: row)) },
    Column(title: "HELD %", width: 7) { frame, row in decimal(frame.value(.throttled, row: row)) },
    Column(title: "MEMORY", width: 11) { frame, row in memory(frame.heldMemory(row: row)) },
    Column(title: "LIMIT %", width: 8) { frame, row in ofLimit(frame, row) },
    Column(title: "BOOT s ", width: 9) { frame, row in boot(frame.current.workloads[row].boot.span(to: .userspace)) },
    Column(title: "READY s ", width: 10, isWide: true) { frame, row in
      boot(frame.current.workloads[row].boot.span(to: .ready))
    },
    Column(title: "UP", width: 8) { frame, row in
      guard let started = frame.current.workloads[row].startedAt else { return "?" }
      return Scaled.age(frame.current.realtime > started ? frame.current.realtime - started : 0)
    },
  ]

  private static func ofLimit(_ frame: Frame, _ row: Int) -> String {
    let (value, isBound) = frame.memoryOfLimit(row: row)
    return value.number.map { (isBound ? "≤" : "") + Scaled.decimal($0) } ?? absence(value)
  }

  /// `0.24r`, `≥1.20`, `?`. The last cell is for the mark.
  private static func boot(_ span: BootSpan) -> String {
    func digits(_ seconds: Double) -> String {
      Scaled.decimal(seconds, digits: seconds < 99.995 ? 2 : seconds < 999.95 ? 1 : 0)
    }
    switch span {
    case .exact(let seconds, .measured): return "\(digits(seconds)) "
    case .exact(let seconds, .reported): return "\(digits(seconds))r"
    case .exact(let seconds, _): return "\(digits(seconds))~"
    case .atLeast(let seconds): return "≥\(digits(seconds)) "
    case .atMost(let seconds): return "<\(digits(seconds)) "
    case .unknown: return "? "
    case .notApplicable: return "– "
    }
  }

  private static func memory(_ value: FigureValue) -> String { value.number.map(Scaled.bytes) ?? absence(value) }
  private static func decimal(_ value: FigureValue) -> String {
    value.number.map { Scaled.decimal($0) } ?? absence(value)
  }

  private static func absence(_ value: FigureValue) -> String {
    switch value {
    case .unlimited, .missing(.notApplicable): "–"
    default: "?"
    }
  }
}
