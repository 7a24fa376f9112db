internal import TareModel

/// What a workload is, in words.
enum Title {
  /// `C api   docker   shop/api:2.3   up 2 h 14 min   pid 48213`
  @discardableResult
  static func draw(
    _ state: ScreenState, _ frame: Frame, _ row: Int, on canvas: inout Canvas, x: Int, y: Int, limit: Int
  ) -> Int {
    let workload = frame.current.workloads[row]
    let style: Style = Style(of: workload.kind)
    var at = canvas.put(workload.kind.letter, x: x, y: y, style) + 1
    at = canvas.put(workload.name.harmless.fittedAtMost(30), x: at, y: y, .bold, limit: limit)
    for fact in facts(state, frame, row) {
      guard at + 3 + fact.displayWidth <= limit else { continue }
      at = canvas.put(fact, x: at + 3, y: y)
    }
    return at
  }

  /// The head of a page about one workload: what it is, which of how many, and a rule.
  static func drawPage(_ state: ScreenState, _ frame: Frame, _ row: Int, on canvas: inout Canvas) {
    let width = canvas.size.width
    let place = state.list.place(of: frame.current.workloads[row].id, in: frame)
    let counter = place.map { "\($0.index + 1) of \($0.count)" } ?? ""
    draw(state, frame, row, on: &canvas, x: 1, y: 1, limit: width - counter.count - 2)
    canvas.put(counter, x: width - 1 - counter.count, y: 1, .dim)
    canvas.fill("─", x: 1, y: 2, width: width - 2, .dim)
  }

  private static func facts(_ state: ScreenState, _ frame: Frame, _ row: Int) -> [String] {
    let workload = frame.current.workloads[row]
    var facts = [workload.runtime.rawValue]
    if let accelerator = workload.machine?.accelerator {
      facts[0] += accelerator == .kvm ? ", KVM" : accelerator == .tcg ? ", emulated (TCG)" : ""
    }
    if let image = workload.image { facts.append(image.harmless.fittedAtMost(36)) }
    if let vcpus = Figure.named("cpu.vcpus").flatMap({ frame.value($0, row: row).number }) {
      facts.append("\(Scaled.count(vcpus)) vCPU\(vcpus == 1 ? "" : "s")")
    }
    if let given = frame.value(.memoryConfigured, row: row).number {
      facts.append(Amount.text(given, state.settings.units))
    }
    if [.paused, .pausing].contains(frame.runState(row: row)), let word = frame.runState(row: row).word {
      facts.append(word)
    }
    if let started = workload.start, frame.current.realtime >= started {
      facts.append("up \(Clock.age(frame.current.realtime - started))")
    }
    if let pid = workload.mainPid { facts.append("pid \(pid)") }
    return facts
  }

  /// What the box shares with the host, and what not.
  static func box(_ workload: Workload, _ host: Host) -> String {
    if workload.kind == .user {
      return "none: processes of the host, which only their user's rights keep from others"
    }
    if workload.kind != .vm {
      return "the host's kernel, Linux \(host.kernelRelease.harmless), seen through namespaces; no kernel of its own"
    }
    switch workload.machine?.accelerator {
    case .tcg: return "a kernel of its own, each of its instructions translated by the VMM; nothing shared but the VMM"
    case .kvm: return "a kernel of its own: processes, files, network, users; host and guest share hardware and KVM"
    case .uml: return "a kernel of its own, a process of the host like its guest's processes: no hardware is virtual"
    case .vbox, nil: return "a kernel of its own: processes, files, network, users"
    }
  }

  /// `S 0.104   I 0.170r   U 0.238!`: seconds since the request, or the first phase that is known.
  static func phases(_ boot: BootTimeline) -> String {
    if boot.kind == .absent { return BootWords.noBoot(.absent) }
    guard let start = boot.start?.mark.at else { return "nothing is known of its phases" }
    return BootTimeline.Phase.allCases.compactMap { phase -> String? in
      guard let mark = boot[phase] else { return nil }
      let sign = mark.isDoubtful ? "!" : FigureText.mark(mark.label).trimmedStart
      return "\(BootBar.letter(phase)) \(seconds(mark.at, since: start))\(sign)"
    }.joined(separator: "   ")
  }

  /// `0.104`, `-0.012`: seconds.
  static func seconds(_ at: UInt64, since start: UInt64) -> String {
    // Half a millisecond before is no time to speak of.
    at + 500_000 > start ? milliseconds(at > start ? at - start : 0) : "-\(milliseconds(start - at))"
  }

  /// `0.104`
  static func milliseconds(_ nanoseconds: UInt64) -> String {
    let thousandths = nanoseconds / 1_000_000 + (nanoseconds % 1_000_000 >= 500_000 ? 1 : 0)
    let fraction = String(thousandths % 1000)
    return "\(thousandths / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)"
  }
}

extension String {
  var trimmedStart: String { String(drop { $0 == " " }) }
}
