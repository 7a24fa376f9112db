public import TareModel

/// One workload as `tare inspect` prints it for people.
public struct InspectText: Sendable {
  /// Cells in a line.
  private let width: Int

  public init(width: Int) { self.width = max(40, width) }

  public func text(_ frame: Frame, row: Int, _ inspection: Inspection) -> String {
    let pair = frame.pair(row)
    var blocks = [identity(frame.current.workloads[row], frame)]
    blocks.append(weight("MEMORY", pair.memoryWeight) { Scaled.bytes($0) })
    blocks.append(weight("CPU, 100 % IS ONE CORE", pair.cpuWeight) { "\(Scaled.decimal($0)) %" })
    if let disk = disk(frame.current.workloads[row], inspection) { blocks.append(disk) }
    for part in IsolationTable(frame, row: row, inspection).parts {
      let title = part.legend.isEmpty ? part.title : "\(part.title)   \(part.legend)"
      blocks.append([title] + part.lines.flatMap { $0.wrapped(to: width - 2) }.map { "  \($0)" })
    }
    if !inspection.problems.isEmpty { blocks.append(["NOT READ"] + inspection.problems.map { "  \($0.harmless)" }) }
    return blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }

  /// Nil of what has nothing on disk of its own.
  private func disk(_ workload: Workload, _ inspection: Inspection) -> [String]? {
    let disk = DiskTare(
      kind: workload.kind, image: inspection.imageSize, hardware: inspection.isolation?.hardware)
    if disk.reason == .notApplicable { return nil }
    var lines = ["DISK, WHAT ITS BOX TAKES"]
    for part in disk.parts {
      let amount = (Scaled.bytes(Double(part.bytes)) + part.certainty.sign).fitted(to: 12, atEnd: true)
      lines.append("  \(part.name.harmless.fittedAtMost(max(16, width - 20)).fitted(to: 16))\(amount)")
    }
    if let reason = disk.reason {
      let why = workload.kind == .container ? inspection.imageSize.explanation : nil
      lines.append("  ?  \((why ?? reason.explanation).harmless)")
    } else if disk.parts.isEmpty {
      lines.append("  nothing")
    } else if workload.kind == .container {
      lines.append("  layers that other images share are in it; what of it the application uses nobody can know")
    }
    return lines
  }

  private func identity(_ workload: Workload, _ frame: Frame) -> [String] {
    let facts: [(String, String?)] = [
      ("id", workload.id), ("image", workload.image), ("pod", workload.pod), ("runs in", workload.parent),
      ("first process", workload.mainPid.map { String($0) }), ("cgroup", workload.cgroup),
      ("started", workload.start.map(Timestamp.text)),
    ]
    return ["\(workload.name.harmless), a \(Self.word(workload.kind)) of \(workload.runtime.rawValue)"]
      + facts.compactMap { name, value in value.map { "  \(name.fitted(to: 15)) \($0.harmless)" } }
  }

  private static func word(_ kind: Workload.Kind) -> String {
    switch kind {
    case .container: "container"
    case .pod: "pod"
    case .vm: "virtual machine"
    case .user: "user"
    }
  }

  private func weight(_ title: String, _ weight: Weight, _ text: (Double) -> String) -> [String] {
    func line(_ name: String, _ amount: String, _ more: String) -> String {
      "  \(name.fitted(to: 16))\(amount.fitted(to: 12, atEnd: true))   \(more)".trimmedEnd
    }
    guard let gross = weight.grossAtLeast else {
      return [title, line("gross", "?", (weight.reason ?? .notReported).explanation)]
    }
    func sum(_ total: Weight.Total, of nothing: String) -> String {
      guard let (value, bound, _) = weight[total] else { return nothing }
      return (bound == .exact ? "" : "\(bound.sign) ") + text(value)
    }
    var lines = [title, line("gross", sum(.gross, of: text(gross)), "what the host pays")]
    lines.append(line("net", sum(.net, of: "?"), "what it would cost without its box"))
    lines += shares(weight, .net, text, line)
    lines.append(line("tare", sum(.tare, of: "≥ \(text(0))"), "what its box adds"))
    lines += shares(weight, .tare, text, line)
    if let reason = weight.obstacle {
      lines.append(line("unopened", text(weight.sum(.unopened)), reason.explanation))
      lines += shares(weight, .unopened, text, line)
    }
    return lines
  }

  private func shares(
    _ weight: Weight, _ side: Weight.Side, _ text: (Double) -> String, _ line: (String, String, String) -> String
  ) -> [String] {
    weight.shares.filter { $0.side == side }.map { share in
      let amount =
        share.bound == .exact
        ? text(share.amount) + share.certainty.sign : "\(share.bound.sign) \(text(share.amount))"
      return line("  \(share.part.title)", amount, share.part.help)
    }
  }
}
