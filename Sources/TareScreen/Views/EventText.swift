internal import TareModel

/// An event in words.
enum EventText {
  static func isWarning(_ kind: LifeEvent.Kind) -> Bool {
    [.oomKilled, .throttled, .unhealthy].contains(kind)
  }

  /// `14:03:22.123`, with as many decimals as are known; `14:03:22~` where it lies between two samples; `11-23 14:03` of
  /// another day.
  static func time(_ event: LifeEvent, now: UInt64, offset: Int, isShort: Bool) -> String {
    let date = Clock.date(event.hi, offset: offset)
    guard date.prefix(10) == Clock.date(now, offset: offset).prefix(10) else {
      return String(date.dropFirst(5).prefix(isShort ? 5 : 11))
    }
    let known = event.hi - event.lo
    let digits = known <= 2_000_000 ? 3 : known <= 20_000_000 ? 2 : known <= 200_000_000 ? 1 : 0
    if digits == 0 { return Clock.text(event.hi, offset: offset) + "~" }
    let clock = Clock.text(event.lo, offset: offset)
    if isShort { return clock }
    let thousandths = String(1000 + event.lo % 1_000_000_000 / 1_000_000).dropFirst()
    return "\(clock).\(thousandths.prefix(digits))"
  }

  static func detail(_ event: LifeEvent, _ workload: Workload, now: UInt64) -> String {
    if event.detail == .unseen { return "known by its cgroup only" }
    switch event.kind {
    case .started: return started(workload)
    case .restarted: return "not a boot: it had run before"
    case .restored: return "not a boot: it goes on from a checkpoint"
    case .migrated: return "not a boot: it ran elsewhere before"
    case .found: return workload.start.map { "up \(Clock.age(now > $0 ? now - $0 : 0)) already" } ?? ""
    case .paused: return "its processes stand still"
    case .resumed: return "its processes go on"
    case .unhealthy: return "its engine's check of it fails"
    case .healthy: return "its engine's check succeeds again"
    case .ended, .oomKilled, .throttled: break
    }
    switch event.detail {
    case .none, .unseen: return event.kind == .oomKilled ? "killed for want of memory" : ""
    case .ran(let time, let code):
      let words = "ran \(ran(time, isExact: event.hi - event.lo <= 20_000_000))"
      return code.map { "\(words)   exit \($0)" } ?? words
    case .kills(let count): return "killed for want of memory: \(count)"
    case .heldBack(let share): return "held back in \(Scaled.decimal(share, digits: 0)) % of its periods"
    }
  }

  private static func started(_ workload: Workload) -> String {
    let boot: String? =
      switch workload.boot.span(to: .userspace) {
      case .unknown, .notApplicable: nil
      case let span: "BOOT \(FigureText.text(span).trimmedEnd) s"
      }
    return [boot, workload.image?.harmless].compactMap { $0 }.joined(separator: "   ")
  }

  /// `3 min 12 s`, `4.25 s`, `~4 s`.
  private static func ran(_ time: UInt64, isExact: Bool) -> String {
    guard isExact else { return "~\(Clock.age(time))" }
    return time < 60_000_000_000 ? "\(Scaled.decimal(Double(time) / 1e9, digits: 2)) s" : Clock.age(time)
  }
}
