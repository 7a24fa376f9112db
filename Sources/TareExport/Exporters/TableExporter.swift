public import TareModel

/// A table for people: both kinds in the same columns, the rest of the host, and a sum that is the machine. Its own columns
/// are 80 cells wide, and with READY too where there is room; those that somebody chose are as wide as what is in them.
public struct TableExporter: Exporter {
  public let name = "table"
  public let hasColumns = true
  private let columns: [TableColumn]
  /// Cells of the first line at most; nil where lines may be as long as what is in them.
  private let headerRoom: Int?

  /// - Parameter room: cells in a line at most; never less than 80 are used. Nil where no terminal cuts lines.
  public init(room: Int? = 80) {
    columns = room ?? 80 >= Self.readyWidth ? TableColumn.own : TableColumn.own.filter { $0.name != "ready" }
    headerRoom = room.map { max(80, $0) }
  }

  private init(columns: [RowKey]) {
    self.columns = TableColumn.chosen(columns)
    headerRoom = nil
  }

  private static let readyWidth = TableColumn.own.reduce(0) { $0 + $1.gap + $1.width }

  public func with(_ choice: ExportChoice) -> any Exporter {
    if let columns = choice.columns { return TableExporter(columns: columns) }
    return choice.isWide ? TableExporter(columns: Self.wide) : TableExporter(room: choice.room)
  }

  /// What is of use to people, short texts first: an image has no end.
  private static let wide = [
    "runtime", "state", "cpu", "throttled", "wait", "memory", "gross", "net", "tare", "limit", "boot", "ready", "up",
    "tasks",
    "read", "written",
    "received", "sent", "pid", "started", "pod", "parent", "image",
  ].compactMap(RowKey.named)

  public func text(_ frame: Frame, order: [Int]) -> String {
    let nested = Self.nested(frame, order)
    let sums = sums(frame, shown: order)
    let columns = columns.map { column in
      column.fitted(to: frame, order, nested, sums: sums.compactMap { $0.texts[column.name] })
    }
    var lines = [header(frame), ""]
    if frame.current.workloads.isEmpty {
      lines.append(Self.nothing(frame.current.host))
    } else {
      lines.append(columns.map(\.heading).joined().trimmedEnd)
      lines += order.map { row in columns.map { $0.cell(frame, row, nested) }.joined().trimmedEnd }
    }
    lines.append(String(repeating: "─", count: columns.reduce(0) { $0 + $1.gap + $1.width }))
    lines += sums.compactMap { line($0, columns) }
    lines += legend(frame) + paused(frame, order)
    lines += unnamed(frame)
    // Where nothing is found it was said already.
    let isSaid = frame.current.workloads.isEmpty
    let problems = frame.current.problems.filter { !isSaid || $0 != frame.current.host.hidden?.problem }
    lines += problems.map { "! \($0.source): \($0.message)".harmless }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func nothing(_ host: Host) -> String {
    guard let hidden = host.hidden else { return "No container or VM runs here. tare doctor says where was looked." }
    return "No container or VM can be seen: \(hidden.cause). Remedy: \(hidden.remedy)".harmless
  }

  /// Rows right below the one that they run in, or below another that does.
  private static func nested(_ frame: Frame, _ order: [Int]) -> Set<Int> {
    var rows: Set<Int> = []
    for (above, row) in zip(order, order.dropFirst()) {
      guard let parent = frame.current.workloads[row].parent else { continue }
      let before = frame.current.workloads[above]
      if before.id == parent || rows.contains(above) && before.parent == parent { rows.insert(row) }
    }
    return rows
  }

  private func header(_ frame: Frame) -> String {
    let host = frame.current.host
    // The kernel keeps 64 bytes of each; a capture may say anything.
    let (name, release) = (headerRoom == nil ? 64 : 20, headerRoom == nil ? 64 : 24)
    var parts = [
      "tare", host.hostname.harmless.fittedAtMost(name), "Linux \(host.kernelRelease.harmless.fittedAtMost(release))",
    ]
    parts.append("\(host.cpusOnline) CPU\(host.cpusOnline == 1 ? "" : "s")")
    parts.append("cgroup \(host.cgroupMode?.rawValue ?? "none")")
    if let outer = host.virtualization { parts.append("in \(outer)") }
    if let elapsed = frame.elapsed { parts.append("\(Scaled.decimal(Double(elapsed) / 1e9, digits: 2)) s") }
    let text = parts.joined(separator: "  ")
    return headerRoom.map(text.fittedAtMost) ?? text
  }

  /// Why nothing of them moves.
  private func paused(_ frame: Frame, _ order: [Int]) -> [String] {
    let names = frame.pausedRows.filter(order.contains).map {
      frame.current.workloads[$0].name.harmless.fittedAtMost(24)
    }
    guard !names.isEmpty else { return [] }
    let more = names.count > 3 ? " and \(names.count - 3) more" : ""
    return ["  paused: \(names.prefix(3).joined(separator: ", "))\(more)"]
  }

  /// Engines' sockets and state may be closed to this user.
  private func unnamed(_ frame: Frame) -> [String] {
    let engines = frame.current.workloads.filter(\.kind.isContainer)
    let without = engines.filter { $0.image == nil && $0.absences["image"] == .noPermission }
    guard !without.isEmpty else { return [] }
    let what = "\(without.count) of \(engines.count) names or images"
    // A group helps with Docker's socket alone; all else is root's, or another user's.
    guard let group = frame.current.openGroup?.harmless, without.contains(where: { $0.runtime == .docker }) else {
      return ["! \(what) may not be read by this user: use sudo"]
    }
    let others = without.contains { $0.runtime != .docker }
    return [
      "! \(what) may not be read by this user: use sudo, or for Docker\(others ? "'s" : "") join the group \(group)"
    ]
  }

  /// A line below the columns that can be added up.
  private struct Sum {
    let name: String
    /// By the column's name.
    let texts: [String: String]
    /// Behind the memory.
    var note = ""
  }

  private func sums(_ frame: Frame, shown: [Int]) -> [Sum] {
    let totals = frame.hostTotals
    let host = frame.current.host
    // What a filter leaves out, so that the column still adds up to the machine.
    let hidden = frame.outermost(besides: Set(shown))
    let sign = totals.restMemoryBound == .exact ? "~" : totals.restMemoryBound.sign
    let rest = totals.restMemory.number.map { sign + Scaled.bytes($0 + hidden.memory) } ?? "?"
    let restName = hidden.count == 0 ? "rest of host" : "rest of host, \(hidden.count) hidden"
    let restCpu =
      totals.restCpu.number.map { totals.restCpuBound.sign + Scaled.decimal($0 + hidden.cpu) } ?? totals.restCpu.sign
    // Where the kernel's ticks caught less than the workloads' own counters, those are what is known.
    let least = totals.workloadsCpu.number.flatMap { sum in
      totals.cpu.number.flatMap { sum > $0 + 0.05 ? "≥" + Scaled.decimal(sum) : nil }
    }
    let total = FigureValue(frame.hostMemoryTotal).number.map { " of \(Scaled.bytes($0))" } ?? ""
    let used = ["cpu": least ?? TableColumn.decimal(totals.cpu), "memory": TableColumn.memory(totals.memoryUsed)]
    return [
      Sum(name: restName, texts: ["cpu": least == nil ? restCpu : "~\(Scaled.decimal(hidden.cpu))", "memory": rest]),
      Sum(name: "\(host.hostname.harmless.fittedAtMost(24)) used", texts: used, note: total),
    ]
  }

  /// Nil where there are no such columns.
  private func line(_ sum: Sum, _ columns: [TableColumn]) -> String? {
    guard let first = columns.firstIndex(where: { sum.texts[$0.name] != nil }),
      let last = columns.lastIndex(where: { sum.texts[$0.name] != nil })
    else { return nil }
    let room = columns[..<first].reduce(0) { $0 + $1.gap + $1.width }
    let cells = columns[first...last].map { ($0.gap + $0.width, sum.texts[$0.name] ?? "") }
    return
      (("  " + sum.name).fitted(to: room)
      + cells.map { $0.1.shortenedNumber(to: $0.0).fitted(to: $0.0, atEnd: true) }.joined()
      + (columns[last].name == "memory" ? sum.note : "")).trimmedEnd
  }

  private func legend(_ frame: Frame) -> [String] {
    let all = frame.current.host.cpusOnline * 100
    var lines = ["  100 % is one core; this machine has \(all) %.  – not applicable  ? see json"]
    let names = columns.map(\.name)
    if names.contains("ready") {
      lines.append("  BOOT: request to user space; READY: to the answer; r reported, ~ inferred, ≥ < bounds")
    } else if names.contains("boot") {
      lines.append("  BOOT is from the request to user space: r reported, ~ inferred, ≥ < bounds.")
    }
    return lines
  }
}
