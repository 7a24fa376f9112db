internal import KernelStats
internal import TareModel

extension BootTimeline.Mark {
  /// An instant that somebody wrote down.
  static func reported(_ text: String?, by source: String) -> BootTimeline.Mark? {
    guard let at = text.flatMap(Timestamp.parse) else { return nil }
    return BootTimeline.Mark(at: at, lo: at, hi: at, clock: .realtime, label: .reported, source: source)
  }

  /// The same instant, guessed from another phase's.
  func inferred(_ source: String) -> BootTimeline.Mark {
    var mark = self
    mark.label = .inferred
    mark.source = source
    return mark
  }
}

extension DiscoveryContext {
  /// The monotonic clock stands still while the machine sleeps, so an instant on it is as far from one of today's clocks
  /// as now, unless it slept in between.
  func realtime(monotonic: UInt64) -> UInt64 { now.realtime &- now.monotonic &+ monotonic }

  /// Monotonic nanoseconds at which a process began, to the tick, and as if the machine had never slept.
  func monotonicStart(_ process: Process) -> UInt64 {
    process.start &* root.facts.tick &- (now.boottime &- now.monotonic)
  }

  /// The start of a process as its tick count brackets it.
  func startMark(_ process: Process) -> BootTimeline.Mark {
    startMark(ticks: process.start, file: "/proc/\(process.pid)/stat")
  }

  func startMark(ticks: UInt64, file: String) -> BootTimeline.Mark {
    let lo = now.realtime &- now.boottime &+ ticks &* root.facts.tick
    return BootTimeline.Mark(
      at: lo + root.facts.tick / 2, lo: lo, hi: lo + root.facts.tick, clock: .boottime, label: .measured, source: file)
  }

  /// The start of a task by the kernel's accounting; nil where it does not answer, and where the machine slept since.
  func accountedStart(ofTask task: Int32, ticks: UInt64) -> BootTimeline.Mark? {
    guard let start = root.start(ofTask: task) else { return nil }
    // The clocks' distance is known to a microsecond.
    let (lo, hi) = (realtime(monotonic: start.lowerBound) - 1000, realtime(monotonic: start.upperBound) + 1000)
    let coarse = startMark(ticks: ticks, file: "")
    guard let least = coarse.lo, let most = coarse.hi, hi + root.facts.tick >= least, lo <= most + root.facts.tick
    else {
      return nil
    }
    return BootTimeline.Mark(
      at: lo + (hi - lo) / 2, lo: lo, hi: hi, clock: .monotonic, label: .measured, source: "taskstats")
  }

  /// An instant that the watch over processes saw, with what may lie between it and the event.
  func watchedMark(_ at: UInt64, before: UInt64, after: UInt64, _ source: String) -> BootTimeline.Mark {
    let instant = realtime(monotonic: at)
    return BootTimeline.Mark(
      at: instant, lo: instant &- before, hi: instant + after, clock: .monotonic, label: .measured, source: source)
  }
}
