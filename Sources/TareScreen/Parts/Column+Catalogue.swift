internal import TareModel

extension Column {
  /// All columns: those of a workload first, then one for every figure that has none there.
  public static let catalogue: [Column] = workload + numbers + short + figures

  private static let workload: [Column] = [
    Column("name", "NAME", 16, "what people call it") { frame, row in
      Text(frame.current.workloads[row].name.harmless)
    },
    Column("kind", "KIND", 4, "container, pod (K) or VM") { frame, row in
      let kind = frame.current.workloads[row].kind
      return Text(kind.letter, Style(of: kind))
    },
    Column("runtime", "RUNTIME", 8, "engine or hypervisor; tcg is emulation") { frame, row in
      let workload = frame.current.workloads[row]
      let isEmulated = workload.machine?.accelerator == .tcg
      return Text(workload.runtime.rawValue + (isEmulated ? "/tcg" : ""))
    },
    text("image", "IMAGE", 24, "image or boot disk") { $0.image },
    text("id", "ID", 22, "as in the JSON") { $0.id },
    text("pod", "POD", 16, "the pod that it belongs to") { $0.pod },
    text("parent", "RUNS IN", 16, "the workload that it runs in") { $0.parent },
    text("cgroup", "CGROUP", 32, "path below the root of cgroups") { $0.cgroup },
    text("accelerator", "ACCEL", 6, "kvm, or tcg: emulation") { $0.machine?.accelerator?.rawValue },
  ]

  private static let numbers: [Column] = [
    Column("memory", "MEMORY", 11, "working set of a container, own memory of a VM", unit: .bytes) {
      "\(FigureText.cell($0.heldMemory(row: $1), .bytes, $2)) "
    },
    Column("limit", "LIMIT %", 8, "of its memory limit; of a VM's RAM at most") { frame, row, _ in
      let (value, isBound) = frame.memoryOfLimit(row: row)
      guard let share = value.number else { return "\(FigureText.absence(value)) " }
      return "\(isBound ? "≤" : "")\(Scaled.decimal(share)) "
    },
    Column("boot", "BOOT s", 7, "from the request to user space") { frame, row, _ in
      FigureText.text(frame.current.workloads[row].boot.span(to: .userspace))
    },
    Column("ready", "READY s", 8, "from the request until it answers") { frame, row, _ in
      FigureText.text(frame.current.workloads[row].boot.span(to: .ready))
    },
    Column("up", "UP", 8, "since its first process began") { frame, row, _ in
      "\(frame.age(row: row).map { Scaled.age(UInt64($0 * 1e9)) } ?? "?") "
    },
    Column("pid", "PID", 9, "its first process") { frame, row, _ in
      "\(frame.current.workloads[row].mainPid.map { String($0) } ?? "?") "
    },
    Column("note", "NOTE", 7, "what holds it back") { frame, row in note(frame, row) },
  ]

  /// Figures that have a short name too.
  private static let short: [Column] = [
    ("cpu", 8, "100 is one core"), ("throttled", 12, "share of periods held back by its limit"),
    ("tasks", 7, "threads too"),
    ("wait", 10, "what vCPUs waited for a core"), ("read", 12, "from disks"), ("written", 14, "to disks"),
    ("received", 15, "from the network"), ("sent", 12, "to the network"), ("oom", 10, "killed for want of memory"),
  ].compactMap { name, width, help in RowKey.figure(named: name).map { figure($0, name, width, help) } }

  private static let figures: [Column] = Figure.catalogue.filter { figure in
    !short.contains { RowKey.figure(named: $0.name)?.name == figure.name }
  }.map { figure($0, $0.name, max(9, $0.label.count + 8), $0.formula) }

  private static func figure(_ figure: Figure, _ name: String, _ width: Int, _ help: String) -> Column {
    Column(name, figure.label.uppercased(), width, help, unit: figure.unit) { frame, row, settings in
      "\(FigureText.cell(frame.value(figure, row: row), figure.unit, settings)) "
    }
  }

  private static func text(
    _ name: String, _ title: String, _ width: Int, _ help: String, _ value: @escaping @Sendable (Workload) -> String?
  ) -> Column {
    Column(name, title, width, help) { frame, row in
      let workload = frame.current.workloads[row]
      if let text = value(workload) { return Text(text.harmless) }
      let isKnown = workload.absences[name].map { $0 == .notApplicable } ?? (workload.kind == .vm || name != "image")
      return Text(isKnown ? "–" : "?", .dim)
    }
  }

  /// The worst that holds it back.
  private static func note(_ frame: Frame, _ row: Int) -> Text {
    func number(_ figure: Figure?) -> Double { figure.flatMap { frame.value($0, row: row).number } ?? 0 }
    /// Seven cells: the blank goes where the number needs its place.
    func text(_ word: String, _ value: Double) -> String {
      let digits = Scaled.decimal(min(999, value), digits: 0)
      return word + (word.count + 1 + digits.count > 7 ? "" : " ") + digits
    }
    let kills = number(Figure.named("memory.oom_kills_total"))
    if kills > 0 { return Text(text("!OOM", kills), .warning) }
    let held = number(.throttled)
    if held >= 0.5 { return Text(text("!THR", held), .warning) }
    let stalled = number(Figure.named("pressure.memory_some_percent"))
    if stalled >= 5 { return Text(text("!MEM", stalled), .warning) }
    let waiting = number(.cpuWait)
    return waiting >= 2 ? Text(text("WAIT", waiting)) : Text("")
  }
}
