internal import KernelStats
internal import TareModel

extension Census {
  /// The start of a process as its tick count brackets it.
  func startMark(_ process: Process) -> BootTimeline.Mark {
    let lo = started(process)
    return BootTimeline.Mark(
      at: lo + root.facts.tick / 2, lo: lo, hi: lo + root.facts.tick, clock: .boottime, label: .measured,
      source: "/proc/\(process.pid)/stat")
  }
}

extension BootTimeline.Mark {
  /// An instant that somebody wrote down.
  static func reported(_ text: String?, by source: String) -> BootTimeline.Mark? {
    guard let at = text.flatMap(Timestamp.parse) else { return nil }
    return BootTimeline.Mark(at: at, lo: at, hi: at, clock: .realtime, label: .reported, source: source)
  }
}

extension BootTimeline {
  /// A container's phases from what its runtime and engine wrote down. A container has no kernel to boot: its user space
  /// is there when the payload executes.
  mutating func setContainer(created: Mark?, started: Mark?) {
    self[.isolated] = created
    var executing = started
    if executing == nil, let created {
      // The runtime writes its state before it lets the payload go; when that was, nobody kept.
      executing = Mark(
        at: created.at, lo: created.at, hi: nil, clock: created.clock, label: .inferred, source: created.source)
    }
    self[.executing] = executing
    self[.userspace] = executing
  }
}
