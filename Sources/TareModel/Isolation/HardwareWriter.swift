/// The lines about the computer that a guest sees.
struct HardwareWriter {
  typealias Line = IsolationTable.Line

  let hardware: VirtualHardware
  /// What its VMM told, where it was asked: its sizes come before those that were read.
  let told: GuestReport?
  let kernelLine: Line

  var lines: [Line] {
    let all: [[Line?]] = [
      [kernelLine, accelerator],
      [
        line("machine", hardware.machineType) { Line(.none, "machine", $0.harmless) },
        line("vCPUs", hardware.vcpus) { Line(.limited, "vCPUs", "\($0)") }, memory,
        line("balloon", hardware.balloon) { Line(.none, "balloon", $0 ? "there" : "none") },
      ], images("disk", hardware.disks, none: "none"), images("loaded", hardware.kernel, none: nil), cards,
      [line("confidential", hardware.confidential, confidential)],
    ]
    return all.flatMap { $0 }.compactMap { $0 }
  }

  private func line<Value>(_ name: String, _ fact: Fact<Value>, _ make: (Value) -> Line?) -> Line? {
    switch fact {
    case .known(let value): make(value)
    case .unknown(.notApplicable, nil): nil
    case .unknown: Line(.unknown, name, fact.explanation ?? "")
    }
  }

  private var accelerator: Line {
    switch hardware.accelerator {
    case .kvm: Line(.none, "accelerator", "KVM: the processor runs its instructions")
    case .tcg: Line(.none, "accelerator", "! TCG: every instruction is translated", isWarning: true)
    case .uml: Line(.none, "accelerator", "none: user-mode Linux")
    case .vbox: Line(.none, "accelerator", "VirtualBox's driver")
    case nil: Line(.unknown, "accelerator", Reason.noPermission.explanation)
    }
  }

  private var memory: Line? {
    line("RAM", hardware.memory) { bytes in
      Line(.limited, "RAM", "\(IsolationWriter.bytes(bytes)), \(backing)")
    }
  }

  private var backing: String {
    guard let backing = hardware.backing.value else { return "what it is made of is unknown" }
    let kind =
      switch backing.kind {
      case .anonymous: "anonymous memory"
      case .memfd: "a memfd"
      case .file: "file \(backing.path?.harmless ?? "")"
      }
    return kind + (backing.isHuge ? ", huge pages" : "") + (backing.isShared ? ", shared" : "")
  }

  /// The name stands at the first one only.
  private func images(_ name: String, _ fact: Fact<[VirtualHardware.Image]>, none: String?) -> [Line?] {
    guard let images = fact.value else { return [line(name, fact) { _ in nil }] }
    if images.isEmpty { return [none.map { Line(.none, name, $0) }] }
    return images.map { image in
      var words = image.path.harmless
      let said = told?.disks.first { $0.file == image.path }
      if let format = image.format ?? said?.format { words += ", \(format.harmless)" }
      if image.isReadOnly { words += ", read-only" }
      return Line(name == "disk" ? .own : .none, name, "\(words), \(size(image, said))")
    }
  }

  private func size(_ image: VirtualHardware.Image, _ said: GuestReport.Disk?) -> String {
    if let actual = said?.actualSize, let virtual = said?.virtualSize {
      return "\(IsolationWriter.bytes(actual)) here of \(IsolationWriter.bytes(virtual)), reported"
    }
    switch image.size {
    case .known(let size):
      let here = IsolationWriter.bytes(size.allocated)
      return size.virtual > size.allocated ? "\(here) here of \(IsolationWriter.bytes(size.virtual))" : here
    case .unknown: return "size unknown: \(image.size.explanation ?? "")"
    }
  }

  private var cards: [Line?] {
    guard let cards = hardware.cards.value else { return [line("network", hardware.cards) { _ in nil }] }
    if cards.isEmpty { return [Line(.none, "network", "no card")] }
    return cards.map { Line(.own, "network", $0.words) }
  }

  private func confidential(_ kinds: [String]) -> Line {
    kinds.isEmpty
      ? Line(.none, "confidential", "no: the host can read its memory")
      : Line(.own, "confidential", "\(kinds.joined(separator: ", ")): the host cannot read its memory")
  }
}
