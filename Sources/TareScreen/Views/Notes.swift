internal import TareModel

/// What a person should know, one line each, the most urgent first.
struct Note {
  /// Stands before it in the style of warnings; empty for what is only worth knowing.
  let sign: String
  let subject: String
  let text: String
  /// What is said where that has no room.
  var shorter: String?
  var style = Style.warning

  /// All of it.
  var width: Int { sign.displayWidth + subject.displayWidth + text.displayWidth + 3 }

  /// - Returns: where it ends.
  @discardableResult
  func draw(on canvas: inout Canvas, x: Int, y: Int, limit: Int) -> Int {
    var at = x
    if !sign.isEmpty { at = canvas.put(sign, x: at, y: y, style) + 1 }
    if !subject.isEmpty { at = canvas.put(subject, x: at, y: y, .bold, limit: limit) + 2 }
    let fits = text.displayWidth <= limit - at
    return canvas.put((fits ? text : shorter ?? text).fittedAtMost(max(0, limit - at)), x: at, y: y)
  }
}

enum Notes {
  static func lines(_ state: ScreenState, _ frame: Frame, _ summary: Summary) -> [Note] {
    var notes: [Note] = []
    if let message = state.message { notes.append(Note(sign: "", subject: "", text: message.harmless)) }
    // Where the cause is known it is among the problems.
    if frame.current.host.isInContainer, frame.current.host.hidden == nil {
      notes.append(
        Note(
          sign: "!", subject: "",
          text: "tare sees only its own box: run it with --pid=host and /sys/fs/cgroup mounted read-only"))
    }
    notes += frame.current.problems.map { problem in
      Note(sign: "!", subject: problem.source.harmless, text: problem.message.harmless)
    }
    if let names = unnamed(frame) { notes.append(names) }
    notes += held(frame, summary) + standing(frame) + [unopened(state, frame, summary)].compactMap { $0 }
    if frame.current.host.kernelRelease.lowercased().contains("microsoft") {
      notes.append(
        Note(sign: "", subject: "", text: "This Linux is itself a guest: of Windows, in a virtual machine of its own."))
    }
    return notes
  }

  /// Where a CPU limit holds workloads back.
  private static func held(_ frame: Frame, _ summary: Summary) -> [Note] {
    (summary.containers.throttled + summary.machines.throttled).prefix(3).map { row in
      let share = frame.value(.throttled, row: row).number.map { Scaled.decimal($0, digits: 0) } ?? "?"
      var text = "held back in \(share) % of its periods"
      if let limit = Figure.named("cpu.limit_cores"), let cores = frame.value(limit, row: row).number {
        text += ": its limit is \(Scaled.decimal(cores, digits: 2)) of a core"
      }
      return Note(sign: "!", subject: frame.current.workloads[row].name.harmless.fittedAtMost(20), text: text)
    }
  }

  /// What is paused, and machines that run no guest now, in their VMM's word.
  private static func standing(_ frame: Frame) -> [Note] {
    let rows = frame.pausedRows
    var notes = rows.prefix(3).map { row in
      let report = frame.current.guests[row].report
      let status = report?.isRunning == false ? report?.status : nil
      let word = status ?? frame.runState(row: row).word ?? ""
      return Note(sign: "", subject: frame.current.workloads[row].name.harmless.fittedAtMost(20), text: word.harmless)
    }
    if rows.count > 3 { notes.append(Note(sign: "", subject: "\(rows.count - 3) more", text: "paused")) }
    return notes
  }

  /// Machines of which nobody tells what is in them, in one line however many there are.
  private static func unopened(_ state: ScreenState, _ frame: Frame, _ summary: Summary) -> Note? {
    guard let row = summary.unopened.rows.first, let reason = frame.pair(row).memoryWeight.obstacle else { return nil }
    let count = summary.unopened.rows.count
    let unit = Amount.tableUnit(state.settings.units)
    let bytes = "\(Scaled.decimal(summary.unopened.bytes / unit.bytes)) \(unit.name)"
    let workload = frame.current.workloads[row]
    let isQemu = [.qemu, .libvirt, .proxmox].contains(workload.runtime)
    let (cause, remedy): (String, String?) =
      switch reason {
      case .noGuestAgent: count == 1 ? ("guest not asked", isQemu ? "--qmp" : nil) : ("not asked", "--qmp")
      case .stale: ("the balloon has not told lately", "guest-stats-polling-interval=2")
      case .noPermission: ("this user may not look", "sudo")
      case .notApplicable, .notReported: ("nothing tells", nil)
      default: (reason.rawValue, nil)
      }
    let whose = count == 1 ? "its" : "their"
    return Note(
      sign: "▒", subject: count == 1 ? workload.name.harmless.fittedAtMost(20) : "\(count) VMs",
      text: "\(cause): what \(whose) \(bytes) hold is unknown." + (remedy.map { " Remedy: \($0)" } ?? ""),
      shorter: "\(cause): inside unknown", style: .vm)
  }

  /// Engines' sockets and state may be closed to this user.
  private static func unnamed(_ frame: Frame) -> Note? {
    let containers = frame.current.workloads.filter(\.kind.isContainer)
    let without = containers.filter { $0.image == nil && $0.absences["image"] == .noPermission }
    guard !without.isEmpty else { return nil }
    let group = without.contains { $0.runtime == .docker } ? frame.current.openGroup?.harmless : nil
    return Note(
      sign: "!", subject: "",
      text: "\(without.count) of \(containers.count) names need "
        + (group.map { "docker.sock: group \($0) or sudo" } ?? "root: sudo"))
  }

  /// Where nothing runs, or nothing is left by the filter.
  static func nothing(_ state: ScreenState, _ frame: Frame) -> [String] {
    if !frame.current.workloads.isEmpty { return ["No workload matches the filter.", "Esc clears it."] }
    if let hidden = frame.current.host.hidden {
      return [
        "No container or VM can be seen from here:", hidden.cause.harmless + ".", "Remedy: \(hidden.remedy.harmless).",
      ]
    }
    let help = Footer.Hint(.help, "").label
    var lines = ["No container or VM runs here. tare demo starts one of each · \(help) help"]
    if !state.places.isEmpty {
      lines.append("Looked for \(state.places.joined(separator: ", ")): tare doctor says where.")
    }
    return lines
  }
}
