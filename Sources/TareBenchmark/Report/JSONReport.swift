internal import TareModel

/// The report as JSON, in the shape of hyperfine's `--export-json`, so that its scripts work: `results[]` with `command`,
/// `mean`, `stddev`, `median`, `user`, `system`, `min`, `max`, `times`, `memory_usage_byte` and `exit_codes`, in seconds and
/// bytes. What tare knows beyond is in `tare`, of each result and of the whole.
public enum JSONReport {
  public static let schema = "tare.boot/1"

  public static func text(_ report: BootReport, checks: [BootCheck] = []) -> String {
    let value = JSON.object([
      ("results", .array(report.commands.map(result))),
      (
        "tare",
        .object([
          ("schema", .string(schema)),
          ("runs", .integer(report.runs)),
          ("warmups", .integer(report.warmups)),
          ("concurrency", .integer(report.concurrency)),
          ("interrupted", .bool(report.wasInterrupted)),
          ("comparisons", .array(report.comparisons.map(comparison))),
          ("assertions", .array(checks.map(check))),
        ])
      ),
    ])
    return value.text(indent: 0) + "\n"
  }

  private static func result(_ command: CommandReport) -> JSON {
    let figures = command.starting
    return .object([
      ("command", .string(command.name)),
      ("mean", .number(figures?.mean)),
      ("stddev", .number(figures?.standardDeviation)),
      ("median", .number(figures?.median)),
      ("user", .number(command.user)),
      ("system", .number(command.system)),
      ("min", .number(figures?.min)),
      ("max", .number(figures?.max)),
      ("times", .array(command.times.map { .number($0) })),
      ("memory_usage_byte", .array(command.counted.map { .integer($0.memory.map { Int(clamping: $0) }) })),
      ("exit_codes", .array(command.counted.map { .integer($0.exitCode.map { Int($0) }) })),
      (
        "tare",
        .object([
          ("command", .string(command.command)),
          ("ready", .string(command.readiness)),
          ("p90", .number(figures?.percentile(90))),
          ("p99", .number(figures?.percentile(99))),
          ("spread", .number(figures?.spread)),
          ("cold", .number(command.cold?.ready)),
          ("outliers", .array(command.outliers.map { .integer($0.number) })),
          ("failed", .integer(command.failed.count)),
          ("given_up", .bool(command.isGivenUp)),
          ("stop", stop(command.stopping)),
          ("runs", .array(command.runs.map(run))),
        ])
      ),
    ])
  }

  private static func stop(_ figures: Summary?) -> JSON {
    guard let figures else { return .null }
    return .object([
      ("mean", .number(figures.mean)), ("stddev", .number(figures.standardDeviation)),
      ("median", .number(figures.median)), ("min", .number(figures.min)), ("max", .number(figures.max)),
      ("p90", .number(figures.percentile(90))), ("p99", .number(figures.percentile(99))),
    ])
  }

  private static func run(_ run: BootRun) -> JSON {
    .object([
      ("kind", .string(run.kind.rawValue)),
      ("number", .integer(run.number)),
      ("began", .number(run.began)),
      ("ready", .number(run.ready)),
      ("phases", .object(run.phases.map { ($0.phase.rawValue, .number($0.at)) })),
      ("copies", .array(run.copies.map { .number($0) })),
      ("stop", .number(run.stop)),
      ("killed", .bool(run.wasKilled)),
      ("user", .number(run.user)),
      ("system", .number(run.system)),
      ("memory_usage_byte", .integer(run.memory.map { Int(clamping: $0) })),
      ("exit_code", .integer(run.exitCode.map { Int($0) })),
      ("failure", .string(run.failure)),
      ("output", .array(run.output.map { .string($0) })),
      ("notes", .array(run.notes.map { .string($0) })),
    ])
  }

  private static func comparison(_ comparison: BootReport.Comparison) -> JSON {
    .object([
      ("command", .string(comparison.name)),
      ("fastest", .string(comparison.fastest)),
      ("ratio", .number(comparison.interval.ratio)),
      ("low", .number(comparison.interval.low)),
      ("high", .number(comparison.interval.high)),
      ("refusal", .string(comparison.refusal)),
    ])
  }

  private static func check(_ check: BootCheck) -> JSON {
    let value: Double? =
      switch check.outcome {
      case .holds(let value), .fails(let value, _): value
      case .unknown: nil
      }
    return .object([
      ("assertion", .string(check.assertion.description)), ("command", .string(check.command)),
      ("value", .number(value)), ("holds", .bool(check.holds)),
    ])
  }
}

/// A JSON value whose fields keep their order.
enum JSON {
  case null
  case literal(String)
  case array([JSON])
  case object([(String, JSON)])

  static func bool(_ value: Bool) -> JSON { .literal(value ? "true" : "false") }
  static func integer(_ value: Int?) -> JSON { value.map { .literal(String($0)) } ?? .null }
  static func string(_ value: String?) -> JSON { value.map { .literal(quoted($0)) } ?? .null }

  /// To the nanosecond: the clock says no more.
  static func number(_ value: Double?) -> JSON {
    guard let value, value.isFinite, abs(value) < 1e15 else { return .null }
    return .literal("\((value * 1e9).rounded() / 1e9)")
  }

  func text(indent: Int) -> String {
    let pad = String(repeating: " ", count: indent + 2)
    let end = "\n" + String(repeating: " ", count: indent)
    switch self {
    case .null: return "null"
    case .literal(let text): return text
    case .array(let values):
      if values.isEmpty { return "[]" }
      let isFlat = values.allSatisfy { if case .literal = $0 { true } else if case .null = $0 { true } else { false } }
      if isFlat { return "[" + values.map { $0.text(indent: 0) }.joined(separator: ", ") + "]" }
      return "[\n" + values.map { pad + $0.text(indent: indent + 2) }.joined(separator: ",\n") + end + "]"
    case .object(let fields):
      if fields.isEmpty { return "{}" }
      let lines = fields.map { "\(pad)\(Self.quoted($0.0)): \($0.1.text(indent: indent + 2))" }
      return "{\n" + lines.joined(separator: ",\n") + end + "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var quoted = ""
    quoted.append(quotedForJSON: text)
    return quoted
  }
}
