internal import KernelStats
internal import TareModel

/// Owns what is known of starts, and makes the one timeline of each: of what discovery found, what engines and guests say, and what
/// was seen while somebody looked.
final class BootTracker {
  /// All that a timeline is made of.
  private struct Evidence: Equatable {
    let signals: [BootSignal]
    let kind: BootTimeline.Kind
    let haltedFrom: UInt64?
  }

  private let root: KernelRoot
  private let names: any EngineNames
  private let guests: any GuestClocks
  private let progress: BootProgress?
  /// The last timeline of each row: it is asked for at every pass, and seldom another.
  private var made: [UInt64: (evidence: Evidence, timeline: BootTimeline)] = [:]

  init(
    _ root: KernelRoot, _ layout: CgroupLayout, _ names: any EngineNames, _ guests: any GuestClocks,
    _ watch: StartMonitor?
  ) {
    (self.root, self.names, self.guests) = (root, names, guests)
    progress = watch.map { BootProgress(root, layout, $0) }
  }

  /// Other hierarchies are mounted now.
  func adopt(_ layout: CgroupLayout) { progress?.layout = layout }

  /// Forgets workloads that are gone.
  func keep(_ serials: [UInt64]) {
    progress?.keep(serials)
    let alive = Set(serials)
    if made.keys.contains(where: { !alive.contains($0) }) { made = made.filter { alive.contains($0.key) } }
  }

  func timeline(of row: Discovery.Row) -> BootTimeline {
    let evidence = evidence(of: row)
    if let last = made[row.serial], last.evidence == evidence { return last.timeline }
    let timeline = BootTimeline(
      evidence.signals, of: row.finding.kind, as: evidence.kind, haltedFrom: evidence.haltedFrom)
    made[row.serial] = (evidence, timeline)
    return timeline
  }

  private func evidence(of row: Discovery.Row) -> Evidence {
    let said = EngineEvidence(names, of: row, now: root.now().realtime)
    let told = guests.signals(of: row.identity)
    let seen = progress?.found(row) ?? []
    // Who let it run says when, and began it to do so: until then it came up.
    let isLetGo = told.contains { $0.phase == .executing }
    let halts = [isLetGo ? nil : row.description.haltedFrom, progress?.haltedFrom(row), said.haltedFrom]
    return Evidence(
      signals: row.signals + seen + said.signals + told, kind: said.start ?? row.description.start,
      haltedFrom: halts.compactMap(\.self).min())
  }

  /// Looks whether workloads that are coming up are up.
  /// - Parameters:
  ///   - rows: in the order of the sample.
  ///   - changed: called with the place and the new timeline of each of which something was found.
  /// - Returns: whether a health check is under way: its engine is worth asking.
  func look(
    at rows: [Discovery.Row], in sample: Sample, _ known: [String: EngineName], buffer: inout [UInt8],
    changed: (Int, BootTimeline) -> Void
  ) -> Bool {
    guard let progress else { return false }
    progress.begin()
    for (place, row) in rows.enumerated()
    where progress.look(
      at: row, place, isBoot: sample.workloads[place].boot.kind == .boot, in: sample, known, buffer: &buffer)
    {
      changed(place, timeline(of: row))
    }
    return progress.awaitsHealth
  }
}
