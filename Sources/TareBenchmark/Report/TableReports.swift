internal import TareModel

/// The report as comma-separated values: hyperfine's columns first, then tare's. Times in seconds, empty where unknown.
public enum CSVReport {
  static let columns = [
    "command", "mean", "stddev", "median", "user", "system", "min", "max", "p90", "p99", "spread", "stop_median",
    "cold",
    "runs", "failed",
  ]

  public static func text(_ report: BootReport) -> String {
    var lines = [columns.joined(separator: ",")]
    for command in report.commands {
      let figures = command.starting
      let times: [Double?] = [
        figures?.mean, figures?.standardDeviation, figures?.median, command.user, command.system, figures?.min,
        figures?.max, figures?.percentile(90), figures?.percentile(99), figures?.spread, command.stopping?.median,
        command.cold?.ready,
      ]
      let cells = times.map { $0.map { "\($0)" } ?? "" } + ["\(figures?.count ?? 0)", "\(command.failed.count)"]
      lines.append(([quoted(command.name)] + cells).joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// RFC 4180, and harmless: a table is looked at in a terminal, too.
  private static func quoted(_ text: String) -> String {
    let safe = text.harmless
    guard safe.contains(where: { $0 == "," || $0 == "\"" }) else { return safe }
    return "\"" + safe.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
  }
}

/// The report as a Markdown table, one unit for all times.
public enum MarkdownReport {
  public static func text(_ report: BootReport) -> String {
    // The fastest must not become 0.0.
    let least = report.commands.compactMap { $0.starting?.median }.min() ?? 0
    let (unit, factor) = least >= 1 ? ("s", 1.0) : least >= 1e-3 ? ("ms", 1e3) : ("µs", 1e6)
    let digits = unit == "s" ? 3 : 1
    func cell(_ seconds: Double?) -> String {
      seconds.map { DurationText.decimal($0 * factor, digits: digits) } ?? "?"
    }
    var lines = [
      "| Command | Median [\(unit)] | Mean [\(unit)] | p90 [\(unit)] | p99 [\(unit)] | Min [\(unit)] | Max [\(unit)] "
        + "| Stop [\(unit)] | Cold [\(unit)] | Runs | Relative (95 %) |",
      "|:---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    let comparisons = report.comparisons
    for command in report.commands {
      let figures = command.starting
      let comparison = comparisons.first { $0.name == command.name }
      let mean = cell(figures?.mean) + (figures?.standardDeviation.map { " ± \(cell($0))" } ?? "")
      let relative: String =
        if let comparison {
          DurationText.ratio(comparison.interval.ratio)
            + (comparison.refusal == nil
              ? " (\(DurationText.ratio(comparison.interval.low)) … \(DurationText.ratio(comparison.interval.high)))"
              : ", too few runs")
        } else {
          figures == nil ? "?" : "1.00"
        }
      let stop = command.stopping.map { cell($0.median) } ?? "–"
      lines.append(
        "| `\(escaped(command.name))` | \(cell(figures?.median)) | \(mean) | \(cell(figures?.percentile(90))) "
          + "| \(cell(figures?.percentile(99))) | \(cell(figures?.min)) | \(cell(figures?.max)) | \(stop) "
          + "| \(cell(command.cold?.ready)) | \(figures?.count ?? 0) | \(relative) |")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func escaped(_ text: String) -> String {
    text.harmless.map { $0 == "|" ? "\\|" : $0 == "`" ? "'" : String($0) }.joined()
  }
}
