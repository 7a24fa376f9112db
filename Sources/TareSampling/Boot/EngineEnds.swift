internal import TareModel

extension EngineNames {
  /// What engines have said of the ends of rows that are there no more, by serial.
  func ends(of before: [Discovery.Row], without now: [Discovery.Row]) -> [UInt64: LifeEnd] {
    let kept = Set(now.map(\.serial))
    let pairs = before.filter { !kept.contains($0.serial) }.compactMap { row -> (UInt64, LifeEnd)? in
      guard let id = row.description.engineID, let began = row.workload.startedAt else { return nil }
      // Of this run, not of one before. An engine that says whole seconds says too little.
      let run = events(of: id).filter { $0.latest >= began }
      guard let end = run.first(where: { $0.action == .die }), end.latest == end.at else { return nil }
      let kill = run.first { $0.action == .oom && $0.at <= end.at &+ Self.late }
      return (row.serial, LifeEnd(at: end.at, exitCode: end.exitCode, outOfMemoryAt: kill.map { min($0.at, end.at) }))
    }
    return Dictionary(pairs) { first, _ in first }
  }

  /// Some engines hear of the kill after the end.
  private static var late: UInt64 { 1_000_000_000 }
}
