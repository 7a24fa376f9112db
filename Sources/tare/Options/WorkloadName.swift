import TareModel

/// What a person calls a workload: its name, its id, or the beginning of its id, with or without the runtime before it.
struct WorkloadName {
  enum Answer: Equatable {
    case found(Int)
    /// Lines for a person: which there are, or which one was probably meant.
    case failed([String])
  }

  let text: String

  init(_ text: String) { self.text = text }

  /// - Parameter hidden: why others may run and cannot be seen.
  func row(in workloads: [Workload], hidden: HiddenProcesses? = nil) -> Answer {
    let rules: [(Workload) -> Bool] = [
      { $0.id == text }, { $0.name == text }, { Self.bare($0.id) == text },
      { !text.isEmpty && ($0.id.hasPrefix(text) || Self.bare($0.id).hasPrefix(text)) },
    ]
    for rule in rules {
      let rows = workloads.indices.filter { rule(workloads[$0]) }
      if rows.count == 1 { return .found(rows[0]) }
      if rows.count > 1 { return .failed(several(rows.map { workloads[$0] })) }
    }
    return .failed(none(workloads, hidden) + (hidden.map { ["\($0.cause). Remedy: \($0.remedy)".harmless] } ?? []))
  }

  /// Without the runtime: `9f31…` of `docker:9f31…`.
  private static func bare(_ id: String) -> Substring {
    id.firstIndex(of: ":").map { id[id.index(after: $0)...] } ?? id[...]
  }

  private func several(_ workloads: [Workload]) -> [String] {
    ["\(text.harmless): \(workloads.count) are called so; give one of these ids"]
      + workloads.prefix(20).map { "  \($0.id.harmless)  \($0.name.harmless)" }
  }

  private func none(_ workloads: [Workload], _ hidden: HiddenProcesses?) -> [String] {
    guard !workloads.isEmpty else {
      return ["\(text.harmless): no container or VM \(hidden == nil ? "runs" : "can be seen from") here"]
    }
    if let near = Nearest.name(to: text, in: workloads.map(\.name)) {
      return ["\(text.harmless): no workload is called so; did you mean \(near.harmless)?"]
    }
    let names = workloads.prefix(8).map(\.name.harmless).joined(separator: ", ")
    return ["\(text.harmless): no workload is called so; there \(workloads.count == 1 ? "is" : "are") \(names)"]
  }
}
