internal import TareModel

/// What there is to say of a start beside its bar, the most important first.
struct BootWords {
  struct Note: Equatable {
    /// Longest first: the first that fits is shown.
    let texts: [String]
    var style = Style.text
  }

  let workload: Workload
  let now: UInt64

  private var boot: BootTimeline { workload.boot }

  /// - Parameter lens: what an answer that lies beyond it is said for; nil says it never.
  func notes(beyond lens: BootAxis? = nil, _ bar: BootBar? = nil) -> [Note] {
    var notes: [Note] = []
    if boot.kind == .absent { return [Note(texts: [Self.noBoot(.absent), "no start"], style: .dim)] }
    if boot.start == nil { return [Note(texts: ["nothing tells of its start", "start unknown"], style: .dim)] }
    let doubtful = BootTimeline.Phase.allCases.filter { boot[$0]?.isDoubtful == true }
    if !doubtful.isEmpty {
      let letters = doubtful.map(BootBar.letter).joined(separator: " ")
      notes.append(Note(texts: ["! doubtful: \(letters)", "! doubtful"], style: .warning))
    }
    if boot.kind != .boot { notes.append(Note(texts: [Self.noBoot(boot.kind), "\(boot.kind.rawValue), no boot"])) }
    if let start = boot.start?.mark.at, BootBar.isComingUp(boot, now: now) {
      let age = "\((now - start) / 1_000_000_000) s"
      notes.append(
        Note(
          texts: boot[.userspace] == nil
            ? ["coming up for \(age)", "coming up \(age)"] : ["no answer for \(age)", "no answer \(age)"]))
    }
    if workload.kind == .vm, let guestKernel { notes.append(guestKernel) }
    if let lens, let ready = bar?.seconds(of: .ready), ready > lens.to, let mark = boot[.ready] {
      let verb = mark.source.contains("health") ? "healthy" : "answers"
      notes.append(
        Note(texts: ["\(verb) \(FigureText.digits(ready))\(FigureText.mark(boot.label(to: .ready)).trimmedStart)"]))
    }
    if workload.kind != .vm { notes.append(Note(texts: ["shared kernel"], style: .dim)) }
    if workload.kind == .vm, guestKernel == nil { notes.append(Note(texts: ["guest kernel ?"], style: .dim)) }
    return notes
  }

  /// From the first instruction to user space, of a VM.
  private var guestKernel: Note? {
    guard let executing = boot[.executing], let userspace = boot[.userspace], userspace.at >= executing.at else {
      return nil
    }
    let label = executing.label.weakness > userspace.label.weakness ? executing.label : userspace.label
    let seconds = FigureText.digits(BootBar.seconds(from: executing.at, to: userspace.at))
    let text = "kernel \(seconds)\(FigureText.mark(label).trimmedStart)"
    return Note(texts: ["guest \(text)", text], style: .dim)
  }

  /// In words: what contradicts what.
  static func doubt(_ boot: BootTimeline, _ phase: BootTimeline.Phase) -> String? {
    guard let mark = boot[phase], mark.isDoubtful else { return nil }
    let others = BootTimeline.Phase.allCases.filter { other in
      guard other != phase, let one = boot[other], one.isDoubtful else { return false }
      let isEarlier = place(other) < place(phase)
      return isEarlier ? mark.at < one.at : mark.at > one.at
    }
    guard let other = others.first else { return "doubtful" }
    return
      "doubtful: \(place(other) < place(phase) ? "before" : "after") \(other.rawValue), which it should \(place(other) < place(phase) ? "follow" : "precede")"
  }

  /// What goes on from an earlier run has no boot's duration.
  static func noBoot(_ kind: BootTimeline.Kind) -> String {
    switch kind {
    case .boot: ""
    case .restart: "restart, not a boot"
    case .restored: "restored, not a boot"
    case .migrated: "migrated here, not a boot"
    case .absent: "a user is not started"
    }
  }

  private static func place(_ phase: BootTimeline.Phase) -> Int {
    BootTimeline.Phase.allCases.firstIndex(of: phase) ?? 0
  }
}

extension BootGap {
  /// Why a start is in no median.
  func words(_ phase: BootTimeline.Phase) -> String {
    switch self {
    case .restart: BootWords.noBoot(.restart)
    case .restored: BootWords.noBoot(.restored)
    case .migrated: BootWords.noBoot(.migrated)
    case .halted: "paused meanwhile, or may have been"
    case .noRequest: "no request known"
    case .noEnd: phase == .ready ? "nothing tells of an answer" : "nothing tells of user space"
    case .openEnd: "only a bound known"
    case .outOfOrder: "out of order"
    case .nothing: "nothing tells of the start"
    }
  }
}
