internal import TareModel

/// The start of one workload in its details: the bar, both spans, and every phase with its bracket, clock and source.
struct BootSection {
  let workload: Workload
  let now: UInt64

  private var boot: BootTimeline { workload.boot }

  var section: Section {
    var lines: [Section.Line] = []
    var note = "nothing tells of its start"
    if let start = boot.start {
      let since = start.phase == .requested ? "the request" : "\(start.phase.rawValue): no request is known"
      note = "since \(boot.kind == .boot ? since : "\(start.phase.rawValue): \(BootWords.noBoot(boot.kind))")"
    }
    if let bar = BootBar(workload, now: now) {
      let axis = BootAxis(from: bar.begin, to: bar.end, width: 40)
      lines.append(Section.Line(name: "", tail: .boot(bar, axis)))
    }
    lines += [span(.userspace, "BOOT, R to U"), span(.ready, "READY, R to A"), kernel]
    for phase in BootTimeline.Phase.allCases { lines += self.lines(phase) }
    return Section(title: "BOOT s", note: note, lines: lines)
  }

  private func span(_ phase: BootTimeline.Phase, _ name: String) -> Section.Line {
    var line = Section.Line(name: name, value: FigureText.text(boot.span(to: phase)))
    let why = boot.gap(to: phase)?.words(phase)
    let isWaiting = boot[phase] == nil && BootBar.isComingUp(boot, now: now)
    line.tail = .text(isWaiting ? "not yet" : why ?? boot.label(to: phase).rawValue, .dim)
    return line
  }

  /// From the first instruction to user space.
  private var kernel: Section.Line {
    guard workload.kind == .vm else {
      return Section.Line(name: "guest kernel", value: "– ", tail: .text("shared with the host", .dim))
    }
    guard let begin = boot[.executing], let end = boot[.userspace], end.at >= begin.at else {
      return Section.Line(name: "guest kernel", value: "? ", tail: .text("X or U is unknown", .dim))
    }
    let label = begin.label.weakness > end.label.weakness ? begin.label : end.label
    let text = FigureText.text(.exact(BootBar.seconds(from: begin.at, to: end.at), label))
    return Section.Line(name: "guest kernel", value: text, tail: .text("X to U", .dim))
  }

  // MARK: Phases

  private func lines(_ phase: BootTimeline.Phase) -> [Section.Line] {
    let name = "\(BootBar.letter(phase)) \(phase.rawValue)"
    guard let mark = boot[phase], let start = boot.start?.mark.at else {
      let isOpen = BootBar.isComingUp(boot, now: now)
      return [Section.Line(name: name, value: "? ", tail: .text(isOpen ? "not yet, or unknown" : "unknown", .dim))]
    }
    let value = "\(Title.seconds(mark.at, since: start))\(FigureText.mark(mark.label))"
    if phase == .userspace, workload.kind != .vm, boot[.executing]?.at == mark.at {
      return [Section.Line(name: name, value: value, tail: .text("when it executes", .dim))]
    }
    var lines = [Section.Line(name: name, value: value, tail: .text(Self.certainty(mark), .dim))]
    // One narrower than a millisecond would show the same instant twice.
    let isNarrow: Bool
    if let lo = mark.lo, let hi = mark.hi { isNarrow = hi - lo < 1_000_000 } else { isNarrow = false }
    let bracket =
      isNarrow
      ? ""
      : "[\(mark.lo.map { Title.seconds($0, since: start) } ?? "?"), \(mark.hi.map { Title.seconds($0, since: start) } ?? "?")]  "
    lines.append(
      Section.Line(
        name: "    \(bracket)\(mark.clock.rawValue)  \(mark.source.harmless)", isWhole: true, style: .dim))
    if let doubt = BootWords.doubt(boot, phase) {
      lines.append(Section.Line(name: "  ! \(doubt)", isWhole: true, style: .warning))
    }
    return lines
  }

  /// `measured, within 10 ms`
  private static func certainty(_ mark: BootTimeline.Mark) -> String {
    let label = mark.label.rawValue
    switch (mark.lo, mark.hi) {
    case (let lo?, let hi?): return hi > lo ? "\(label), within \(length(hi - lo))" : label
    case (.some, nil): return "\(label), or later"
    case (nil, .some): return "\(label), or before"
    case (nil, nil): return label
    }
  }

  /// `250 µs`, `10 ms`, `2.0 s`. Nanoseconds.
  private static func length(_ nanoseconds: UInt64) -> String {
    switch nanoseconds {
    case ..<1000: "\(nanoseconds) ns"
    case ..<1_000_000: "\(nanoseconds / 1000) µs"
    case ..<1_000_000_000: "\(nanoseconds / 1_000_000) ms"
    default: "\(Scaled.decimal(Double(nanoseconds) / 1e9)) s"
    }
  }
}
