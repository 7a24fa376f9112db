internal import TareModel

extension EngineNames {
  /// What engines have said a moment ago of rows of the pass before, and of this one.
  /// - Parameter now: realtime nanoseconds.
  func news(of before: [Discovery.Row], _ rows: [Discovery.Row], now: UInt64) -> EngineNews {
    var news = EngineNews()
    guard eventCount > 0 else { return news }
    news.ends = ends(of: before, without: rows)
    for row in rows {
      guard let id = row.description.engineID, let began = row.workload.startedAt else { continue }
      let said = events(of: id).filter { event in
        event.at >= began && event.at &+ Self.moment >= now
          && [.pause, .unpause, .healthy, .unhealthy, .oom].contains(event.action)
      }
      if !said.isEmpty { news.events[row.serial] = said }
    }
    return news
  }

  /// Longer than between an event and the pass that it brings about.
  private static var moment: UInt64 { 10_000_000_000 }

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
