internal import TareModel

/// What engines said of one start of a container, out of all that they said of it.
struct EngineEvidence {
  private(set) var signals: [BootSignal] = []
  /// What began; nil where they did not say.
  private(set) var start: BootTimeline.Kind?
  /// When it was paused for the first time; nil where they did not say.
  private(set) var haltedFrom: UInt64?

  init(_ names: any EngineNames, of row: Discovery.Row, now: UInt64) {
    let began = row.workload.startedAt
    let written = row.signals.first { $0.phase == .requested && $0.kind == .engineState }?.mark.at
    self.init(
      began == nil ? [] : row.description.engineID.map(names.events) ?? [], by: row.finding.runtime, began: began ?? 0,
      written: written, now: now)
  }

  /// - Parameters:
  ///   - events: in order of time, of all runs of the container.
  ///   - began: when its first process began at the earliest, to the tick. Realtime nanoseconds, as all here.
  ///   - written: when the engine wrote down that it was asked for the container.
  init(_ events: [EngineEvent], by runtime: Workload.Runtime, began: UInt64, written: UInt64?, now: UInt64) {
    guard !events.isEmpty else { return }
    let begins = began &+ Self.tick
    // Its own end comes after its beginning, that of the run before comes before.
    let end = events.last { $0.action == .die && $0.at <= begins }
    let run = events.filter { $0.at > end?.at ?? 0 }.prefix { $0.action != .die }
    if run.contains(where: { $0.action == .restore }) {
      start = .restored
    } else if end != nil || run.contains(where: { $0.action == .restart && ($0.at <= begins || runtime == .docker) }) {
      start = .restart
    }
    haltedFrom = run.first { $0.action == .pause && $0.latest >= began }?.at
    if let create = run.first(where: { $0.action == .create }), create.at <= begins {
      signals.append(BootSignal(.requested, .engineEvent, Self.requested(create, written)))
    }
    if let started = run.first(where: { $0.action == .start && $0.latest >= began }) {
      // Some engines say so before they let the payload go, some after.
      let mark = Self.mark(
        started, lo: started.at &- Self.second, hi: max(started.at, min(now, started.latest &+ Self.second)))
      signals.append(BootSignal(.executing, .engineStart, mark))
    }
    if let healthy = run.first(where: { $0.action == .healthy && $0.latest >= began }) {
      signals.append(BootSignal(.ready, .engineHealth, Self.mark(healthy, lo: healthy.at, hi: healthy.latest)))
    }
  }

  /// An engine says that it has made a container some time after it was asked to. What it wrote down first is nearer.
  private static func requested(_ create: EngineEvent, _ written: UInt64?) -> BootTimeline.Mark {
    let asked = written.flatMap { $0 <= create.latest && create.at &- $0 < maxDelay ? $0 : nil } ?? create.at
    var mark = mark(create, lo: min(asked, create.at), hi: create.latest)
    mark.at = asked
    return mark
  }

  private static func mark(_ event: EngineEvent, lo: UInt64, hi: UInt64) -> BootTimeline.Mark {
    BootTimeline.Mark(
      at: event.at, lo: lo, hi: hi, clock: .realtime, label: .reported,
      source: "the engine's event \(event.action.word)")
  }

  private static let second: UInt64 = 1_000_000_000
  /// Making a container takes no longer.
  private static let maxDelay: UInt64 = 60_000_000_000
  /// Of the clock that starts are counted in.
  private static let tick: UInt64 = 10_000_000
}

extension EngineEvent.Action {
  /// As engines write it.
  fileprivate var word: String {
    switch self {
    case .healthy, .unhealthy: "health_status: \(rawValue)"
    default: rawValue
    }
  }
}
