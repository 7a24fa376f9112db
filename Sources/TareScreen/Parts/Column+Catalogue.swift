internal import TareModel

extension Column {
  /// One for everything that can be asked of a workload.
  public static let catalogue: [Column] = RowKey.columns.map(Column.init)

  /// Those that want another than what follows from the kind of value.
  private static let widths = [
    "name": 16, "kind": 4, "runtime": 8, "image": 24, "id": 22, "cgroup": 32, "accelerator": 6, "note": 7, "state": 7,
    "memory": 11, "limit": 8, "boot": 7, "ready": 8, "up": 8, "pid": 9, "cpu": 8, "throttled": 12,
    "tasks": 7, "wait": 10, "read": 12, "written": 14, "received": 15, "sent": 12, "oom": 10, "gross": 11, "net": 10,
    "tare": 10,
  ]

  init(_ key: RowKey) {
    let width = Self.widths[key.name]
    if let special = Self.special(key, width ?? 16) {
      self = special
    } else if let figure = key.figure {
      self.init(key, width ?? max(9, figure.label.count + 8), unit: figure.unit) { frame, row, settings in
        FigureText.cell(frame.value(figure, row: row), figure.bound(frame.pair(row)), figure.unit, settings)
      }
    } else {
      switch key.value {
      case .text(let value):
        self.init(key, width ?? 16) { frame, row in
          value(frame, row).map { Text($0.harmless) }
            ?? Text(frame.current.workloads[row].sign(ofMissing: key.name), .dim)
        }
      case .number(_, let value):
        self.init(key, width ?? 12) { frame, row, _ in "\(value(frame, row).map { Scaled.count($0) } ?? "?") " }
      case .instant(let value):
        self.init(key, width ?? 22) { frame, row, _ in "\(value(frame, row).map(Timestamp.short) ?? "?") " }
      }
    }
  }

  /// What is more than a text or a number.
  private static func special(_ key: RowKey, _ width: Int) -> Column? {
    switch key.name {
    case "kind":
      Column(key, width) { frame, row in
        let kind = frame.current.workloads[row].kind
        return Text(kind.letter, Style(of: kind))
      }
    case "runtime":
      Column(key, width) { frame, row in
        let workload = frame.current.workloads[row]
        let isEmulated = workload.machine?.accelerator == .tcg
        return Text(workload.runtime.rawValue + (isEmulated ? "/tcg" : ""))
      }
    case "note":
      Column(key, width) { frame, row in
        let note = frame.note(row: row)
        return Text(note?.text(in: width) ?? "", note?.isWarning == true ? .warning : .text)
      }
    case "memory":
      Column(key, width, unit: .bytes) { frame, row, settings in
        FigureText.cell(frame.heldMemory(row: row), frame.heldMemoryBound(row: row), .bytes, settings)
      }
    case "gross", "net", "tare":
      Column(key, width, unit: .bytes) { frame, row, settings in
        FigureText.cell(Weight.Total(rawValue: key.name) ?? .gross, frame.pair(row).memoryWeight, settings)
      }
    case "limit":
      Column(key, width, suffix: " %") { frame, row, _ in
        let (value, isBound) = frame.memoryOfLimit(row: row)
        guard let share = value.number else { return "\(value.sign) " }
        return "\(isBound ? "≤" : "")\(Scaled.decimal(share)) "
      }
    case "boot", "ready":
      Column(key, width, suffix: " s") { frame, row, _ in
        FigureText.text(frame.current.workloads[row].boot.span(to: key.name == "boot" ? .userspace : .ready))
      }
    case "up":
      Column(key, width) { frame, row, _ in
        "\(frame.age(row: row).map { Scaled.age(UInt64($0 * 1e9)) } ?? "?") "
      }
    default: nil
    }
  }
}
