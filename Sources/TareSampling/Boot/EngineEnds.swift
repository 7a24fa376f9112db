internal import TareModel

extension EngineNames {
  /// When rows that are there no more ended, by serial, where an engine has said it: realtime nanoseconds.
  func ends(of before: [Discovery.Row], without now: [Discovery.Row]) -> [UInt64: UInt64] {
    let kept = Set(now.map(\.serial))
    let pairs = before.filter { !kept.contains($0.serial) }.compactMap { row -> (UInt64, UInt64)? in
      guard let id = row.description.engineID, let began = row.workload.startedAt else { return nil }
      // The end of this run, not of one before. An engine that says whole seconds says too little.
      guard let end = events(of: id).first(where: { $0.action == .die && $0.latest >= began }), end.latest == end.at
      else { return nil }
      return (row.serial, end.at)
    }
    return Dictionary(pairs) { first, _ in first }
  }
}
