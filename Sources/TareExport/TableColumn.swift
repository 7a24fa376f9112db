internal import TareModel

/// A column of the table for people.
struct TableColumn: Sendable {
  /// The ``RowKey``'s; empty for the letter of the kind.
  let name: String
  let title: String
  /// Cells; 0 where they follow from what is in it.
  var width: Int
  var atEnd = true
  /// Blank cells before it.
  var gap = 0
  let value: @Sendable (Frame, Int) -> String

  /// A text that somebody chose has no more cells than this: a stranger wrote it.
  private static let longest = 120

  var heading: String { blanks + title.fitted(to: width, atEnd: atEnd) }

  func cell(_ frame: Frame, _ row: Int, _ nested: Set<Int>) -> String {
    let text = text(frame, row, nested)
    return blanks + (atEnd ? text.shortenedNumber(to: width) : text).fitted(to: width, atEnd: atEnd)
  }

  /// As wide as all that is in it, where nobody said how wide.
  func fitted(to frame: Frame, _ order: [Int], _ nested: Set<Int>, sums: [String]) -> TableColumn {
    guard width == 0 else { return self }
    var column = self
    let widest = (order.map { text(frame, $0, nested) } + sums).map(\.displayWidth).max() ?? 0
    column.width = max(title.displayWidth, min(Self.longest, widest))
    // Below the names stands what the rest of the host is called.
    if name == "name" { column.width = max(column.width, 24) }
    return column
  }

  private var blanks: String { String(repeating: " ", count: gap) }

  private func text(_ frame: Frame, _ row: Int, _ nested: Set<Int>) -> String {
    let text = value(frame, row)
    return name == "name" && nested.contains(row) ? "└ \(text)" : text
  }
}

extension TableColumn {
  /// What the table shows unless somebody chooses: 80 cells without READY.
  static let own: [TableColumn] = [
    TableColumn(name: "", title: "", width: 2, atEnd: false) { frame, row in
      frame.current.workloads[row].kind.letter
    },
    TableColumn(name: "name", title: "NAME", width: 17, atEnd: false) { frame, row in
      frame.current.workloads[row].name.harmless
    },
    TableColumn(name: "runtime", title: "RUNTIME", width: 10, atEnd: false, gap: 1) { frame, row in
      let workload = frame.current.workloads[row]
      // Of the others each has one of its own.
      guard [.qemu, .libvirt, .proxmox].contains(workload.runtime), let accelerator = workload.machine?.accelerator
      else { return workload.runtime.rawValue }
      return "\(workload.runtime.rawValue)/\(accelerator.rawValue)"
    },
    TableColumn(name: "cpu", title: "CPU %", width: 7) { frame, row in decimal(frame.value(.cpuUsage, row: row)) },
    TableColumn(name: "throttled", title: "HELD %", width: 7) { frame, row in
      decimal(frame.value(.throttled, row: row))
    },
    TableColumn(name: "memory", title: "MEMORY", width: 11) { frame, row in
      let text = memory(frame.heldMemory(row: row))
      return frame.heldMemory(row: row).number == nil ? text : frame.heldMemoryBound(row: row).sign + text
    },
    TableColumn(name: "limit", title: "LIMIT %", width: 8) { frame, row in
      let (value, isBound) = frame.memoryOfLimit(row: row)
      return value.number.map { (isBound ? "≤" : "") + Scaled.decimal($0) } ?? value.sign
    },
    TableColumn(name: "boot", title: "BOOT s ", width: 9) { frame, row in
      boot(frame.current.workloads[row].boot.span(to: .userspace))
    },
    TableColumn(name: "ready", title: "READY s ", width: 10) { frame, row in
      boot(frame.current.workloads[row].boot.span(to: .ready))
    },
    TableColumn(name: "up", title: "UP", width: 8) { frame, row in
      guard let started = frame.current.workloads[row].start else { return "?" }
      return Scaled.age(frame.current.realtime > started ? frame.current.realtime - started : 0)
    },
  ]

  /// What a workload weighs, for those who ask.
  private static let weights = Weight.Total.allCases.map { total in
    TableColumn(name: total.rawValue, title: total.rawValue.uppercased(), width: 0) { frame, row in
      guard let sum = frame.pair(row).memoryWeight[total] else { return "?" }
      return "\(sum.bound.sign)\(Scaled.bytes(sum.value))"
    }
  }

  /// Letter and name, which stand first in any case, then these.
  static func chosen(_ keys: [RowKey]) -> [TableColumn] {
    var columns = own.prefix(2).map { $0 }
    columns[1].width = 0
    for key in keys where key.name != "name" {
      var column = (own + weights).first { $0.name == key.name } ?? TableColumn(key)
      (column.width, column.gap) = (0, 2)
      columns.append(column)
    }
    return columns
  }

  private init(_ key: RowKey) {
    name = key.name
    width = 0
    if let figure = key.figure {
      title = key.title + (figure.unit == .percent ? " %" : figure.unit == .seconds ? " s" : "")
      value = { frame, row in
        let value = frame.value(figure, row: row)
        let sign = value.number == nil ? "" : figure.bound(frame.pair(row)).sign
        return sign + Self.text(value, figure.unit)
      }
      return
    }
    title = key.title
    switch key.value {
    case .text(let text):
      atEnd = false
      value = { frame, row in
        text(frame, row)?.harmless ?? (key.name == "note" ? "" : frame.current.workloads[row].sign(ofMissing: key.name))
      }
    case .number(_, let number): value = { number($0, $1).map { Scaled.count($0) } ?? "?" }
    case .instant(let instant): value = { instant($0, $1).map(Timestamp.short) ?? "?" }
    }
  }

  private static func text(_ value: FigureValue, _ unit: Figure.Unit) -> String {
    guard let number = value.number else { return value.sign }
    switch unit {
    case .bytes: return Scaled.bytes(number)
    case .bytesPerSecond: return "\(Scaled.bytes(number))/s"
    case .percent, .seconds: return Scaled.decimal(number)
    case .perSecond: return "\(Scaled.decimal(number))/s"
    case .cores: return Scaled.decimal(number, digits: 2)
    case .count: return Scaled.count(number)
    }
  }

  static func memory(_ value: FigureValue) -> String { value.number.map(Scaled.bytes) ?? value.sign }
  static func decimal(_ value: FigureValue) -> String { value.number.map { Scaled.decimal($0) } ?? value.sign }

  /// `0.24r`, `≥1.20`, `?`. The last cell is for the mark.
  private static func boot(_ span: BootSpan) -> String {
    func digits(_ seconds: Double) -> String {
      Scaled.decimal(seconds, digits: seconds < 99.995 ? 2 : seconds < 999.95 ? 1 : 0)
    }
    switch span {
    case .exact(let seconds, .measured): return "\(digits(seconds)) "
    case .exact(let seconds, .reported): return "\(digits(seconds))r"
    case .exact(let seconds, _): return "\(digits(seconds))~"
    case .atLeast(let seconds): return "≥\(digits(seconds)) "
    case .atMost(let seconds): return "<\(digits(seconds)) "
    case .unknown: return "? "
    case .notApplicable: return "– "
    }
  }
}
