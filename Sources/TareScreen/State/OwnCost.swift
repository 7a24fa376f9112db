internal import TareModel

extension ScreenState {
  /// What tare itself costs, longest first: the first that fits is shown.
  func ownCost(_ frame: Frame) -> [String] {
    switch source.kind {
    case .live: break
    case .capture: return ["a captured host", ""]
    case .recording: return ["a recording", ""]
    case .remote: return ["another machine", ""]
    }
    let own = frame.current.own
    guard let resident = own.resident, let sampling = own.sampling else { return [""] }
    let memory = Amount.text(Double(resident), settings.units)
    var cpu = "?"
    if let now = own.cpu, let then = frame.previous?.own.cpu, now >= then, let elapsed = frame.elapsed {
      cpu = Scaled.decimal(Double(now - then) * 100 / Double(elapsed))
    }
    let workloads = frame.current.workloads.count
    let read = summary?.read ?? 0
    let duration = Scaled.decimal(Double(sampling) / 1e6)
    // The only expensive thing that is read.
    let looks = own.looking.flatMap { looking -> String? in
      guard let all = own.cpu, all > 0 else { return nil }
      return ", \(Scaled.decimal(min(100, Double(looking) * 100 / Double(all)), digits: 0)) % of it for smaps"
    }
    return [
      "tare itself  \(cpu) % CPU\(looks ?? "")   \(memory)   \(duration) ms a sample   \(read) of \(workloads) read   "
        + "\(missedDeadlines) deadline\(missedDeadlines == 1 ? "" : "s") missed",
      "tare itself \(cpu) % CPU, \(memory), \(duration) ms a sample",
      "tare itself \(cpu) %, \(memory)", "\(cpu) %, \(memory)",
    ]
  }
}
