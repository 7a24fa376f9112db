internal import TareModel

/// What a machine's VMM and its guest told of it: state, balloon, the guest's own memory, disks.
struct GuestSection {
  let answer: GuestAnswer
  /// Bytes of RAM that the machine was given.
  let given: UInt64?
  let now: UInt64
  let settings: Settings

  /// Without lines where nobody was to be asked.
  var sections: [Section] {
    switch answer {
    case .missing(_, let why):
      let lines = why.map { [Section.Line(name: $0.harmless, isWhole: true, style: .dim)] } ?? []
      return [Section(title: "GUEST", lines: lines)]
    case .told(let report):
      return [
        Section(title: "GUEST", note: "told \(age(report.at)) ago", lines: lines(report)),
        Section(
          title: "VIRTUAL DISKS", note: "size that the guest sees, and of the image", lines: report.disks.map(line)),
      ]
    }
  }

  private func lines(_ report: GuestReport) -> [Section.Line] {
    var lines: [Section.Line] = []
    if let status = report.status {
      lines.append(Section.Line(name: "state", value: status, valueStyle: report.isRunning ? .text : .warning))
    }
    if let version = report.version { lines.append(Section.Line(name: "QEMU", value: version)) }
    if let balloon = report.balloon {
      lines.append(line("balloon leaves", balloon, given.map { "of \(Amount.text(Double($0), settings.units))" } ?? ""))
    }
    guard let memory = report.memory else { return lines + notes(report, "The guest has told nothing of its memory.") }
    if memory.isStale(at: now) {
      return lines + notes(report, "The guest told of its memory \(age(memory.at)) ago: too long.")
    }
    let used = memory.used(at: now).number
    let total = memory.total.map { "of \(Amount.text(Double($0), settings.units)), told \(age(memory.at)) ago" } ?? ""
    lines += [
      used.map { line("used", $0, total) }, memory.free.map { line("free", $0) },
      memory.available.map { line("available", $0) }, memory.caches.map { line("disk caches", $0) },
      memory.swappedIn.map { line("swapped in", $0, "since its start") },
      memory.swappedOut.map { line("swapped out", $0, "since its start") },
    ].compactMap { $0 }
    if let faults = memory.majorFaults {
      lines.append(
        Section.Line(name: "major faults", value: Scaled.count(Double(faults)), tail: .text("since its start", .dim)))
    }
    return lines
  }

  private func line(_ disk: GuestReport.Disk) -> Section.Line {
    let held = disk.actualSize.map { "takes \(Amount.text(Double($0), settings.units))" }
    let rest = [disk.format, held, disk.file].compactMap { $0?.harmless }.joined(separator: ", ")
    return Section.Line(
      name: disk.device.harmless, value: disk.virtualSize.map { Amount.text(Double($0), settings.units) } ?? "–",
      tail: .text(rest.isEmpty ? "empty" : rest, .dim))
  }

  private func line(_ name: String, _ bytes: UInt64, _ tail: String = "") -> Section.Line {
    Section.Line(name: name, value: Amount.text(Double(bytes), settings.units), tail: .text(tail, .dim))
  }

  /// Why its memory is not known, and what to do about it. One that stands still tells nothing whoever asks.
  private func notes(_ report: GuestReport, _ text: String) -> [Section.Line] {
    var texts = [text]
    if !report.hasBalloon {
      texts = ["It has no virtio-balloon to tell of its memory."]
    } else if report.isRunning {
      texts.append("Its balloon needs guest-stats-polling-interval=2.")
    }
    return texts.map { Section.Line(name: $0, isWhole: true, style: .dim) }
  }

  private func age(_ then: UInt64) -> String { Clock.age(now > then ? now - then : 0) }
}
