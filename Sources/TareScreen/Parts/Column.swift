public import TareModel

/// A column of the table: what it shows of a workload and how rows are sorted by it. To add one, add it to ``catalogue``;
/// every figure has one without that.
public struct Column: Sendable {
  /// What a cell shows.
  public struct Text: Sendable {
    public var text: String
    public var style: Style

    public init(_ text: String, _ style: Style = .text) {
      self.text = text
      self.style = style
    }
  }

  /// As in the configuration and in `--columns`: `cpu`, `memory.kernel_bytes`.
  public let name: String
  public let heading: String
  /// What it is, in a few words, for the choice of columns.
  public let help: String
  public let width: Int
  public let alignsAtEnd: Bool
  public let cell: @Sendable (Frame, Int, Settings) -> Text

  public static let defaults = [
    "kind", "name", "runtime", "cpu", "cpu.throttled_percent", "memory", "limit", "boot", "processes.count", "up",
  ]
}
extension Column {
  func heading(_ settings: Settings) -> String { heading }
  static func named(_ name: String) -> Column? { catalogue.first { $0.name == name } }
  static func number(_ name: String, _ heading: String, _ width: Int, _ f: @escaping @Sendable (Frame, Int) -> String)
    -> Column
  {
    Column(name: name, heading: heading, help: "", width: width, alignsAtEnd: true) { frame, row, _ in
      Text(f(frame, row) + " ")
    }
  }
  static let catalogue: [Column] = [
    Column(name: "name", heading: "NAME", help: "", width: 12, alignsAtEnd: false) { f, r, _ in
      Text(f.current.workloads[r].name.harmless)
    },
    Column(name: "runtime", heading: "RUNTIME", help: "", width: 9, alignsAtEnd: false) { f, r, _ in
      Text(f.current.workloads[r].runtime.rawValue)
    },
    Column(name: "image", heading: "IMAGE", help: "", width: 20, alignsAtEnd: false) { f, r, _ in
      Text(f.current.workloads[r].image ?? "?")
    },
    Column(name: "note", heading: "NOTE", help: "", width: 7, alignsAtEnd: false) { f, r, _ in
      Text((f.value(.throttled, row: r).number ?? 0) > 0.5 ? "!THR" : "", .warning)
    },
    number("memory", "MEMORY MiB ", 12) { f, r in
      f.heldMemory(row: r).number.map { Scaled.decimal($0 / 1_048_576) } ?? "?"
    },
    number("limit", "LIMIT % ", 8) { f, r in "–" },
    number("cpu", "CPU % ", 8) { f, r in f.value(.cpuUsage, row: r).number.map { Scaled.decimal($0) } ?? "?" },
    number("boot", "BOOT s ", 7) { f, r in
      switch f.current.workloads[r].boot.span(to: .userspace) {
      case .exact(let s, _): Scaled.decimal(s, digits: 2)
      case .atLeast(let s): "≥\(Scaled.decimal(s, digits: 2))"
      default: "?"
      }
    },
    number("up", "UP ", 7) { f, r in f.current.workloads[r].startedAt.map { Scaled.age(f.current.realtime - $0) } ?? "?"
    },
    number("processes.count", "TASKS ", 7) { f, r in
      f.value(.processCount, row: r).number.map { Scaled.count($0) } ?? "?"
    },
  ]
}
