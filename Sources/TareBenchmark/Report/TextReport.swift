internal import TareModel

/// The report for people: a block a command, then how they compare.
public enum TextReport {
  public static func text(_ report: BootReport, _ style: OutputStyle) -> String {
    var lines: [String] = []
    for (index, command) in report.commands.enumerated() {
      lines += block(command, number: index + 1, of: report, style) + [""]
    }
    let comparison = self.comparison(report, style)
    if !comparison.isEmpty { lines += comparison + [""] }
    if report.wasInterrupted { lines += ["interrupted: these are the runs until then", ""] }
    return lines.joined(separator: "\n")
  }

  private static func row(_ label: String, _ text: String, _ style: OutputStyle) -> String {
    "  " + style.ink(label.fitted(to: 10), .dim) + text
  }

  private static func block(_ command: CommandReport, number: Int, of report: BootReport, _ style: OutputStyle)
    -> [String]
  {
    let name = style.foreign(command.name).fittedAtMost(max(20, style.width - 4))
    var title = "\(number)  \(style.ink(name, .bold))"
    let words = style.foreign(command.command)
    if command.command != command.name {
      title += "  \(words.fittedAtMost(max(20, style.width - name.displayWidth - 6)))"
    }
    var lines = [title]
    let copies = report.concurrency > 1 ? ", \(report.concurrency) copies at once: until all are" : ""
    lines.append(row("ready", "at \(style.foreign(command.readyAt))\(copies)", style))
    if let figures = command.starting {
      lines += starting(figures, command, style)
    } else {
      lines.append(row("median", style.ink("?  no run succeeded", .red), style))
    }
    if let phases = phases(command, style) { lines.append(row("phases", phases, style)) }
    if let stopping = command.stopping { lines.append(stop(stopping, command, style)) }
    if let cold = command.cold { lines.append(row("cold", self.cold(cold, style), style)) }
    if !command.outliers.isEmpty { lines.append(row("outliers", outliers(command.outliers, style), style)) }
    return lines + failures(command, style) + notes(command, style)
  }

  private static func starting(_ figures: Summary, _ command: CommandReport, _ style: OutputStyle) -> [String] {
    var first = style.ink(style.time(figures.median), .green)
    if let p90 = figures.percentile(90), let p99 = figures.percentile(99) {
      first += "   p90 \(style.time(p90))   p99 \(style.time(p99))"
      if figures.count < Summary.leastForOwnP99 { first += style.ink("  the largest of \(figures.count)", .dim) }
    } else {
      first += style.ink("   p90 and p99 need \(Summary.leastForPercentiles) runs", .dim)
    }
    var lines = [row("median", first, style)]
    var mean = style.ink(style.time(figures.mean), .green)
    if let deviation = figures.standardDeviation {
      mean += " \(style.plusMinus) \(style.words(deviation)) \(style.sigma)"
    }
    if let user = command.user, let system = command.system {
      mean += "   [user \(style.words(user)), system \(style.words(system))]"
    }
    lines.append(row("mean", mean, style))
    let runs = "\(figures.count) run\(figures.count == 1 ? "" : "s")"
    let range = "\(style.time(figures.min)) \(style.dots) \(style.words(figures.max))"
    lines.append(row("range", "\(style.ink(range, .cyan))   \(runs)", style))
    if let quartiles = figures.quartiles, let spread = figures.spread {
      let half = "the middle half from \(style.words(quartiles.first)) to \(style.words(quartiles.third))"
      lines.append(row("spread", "\(style.time(spread))   \(half)", style))
    }
    if style.hasHistograms, figures.count > 1 {
      let width = max(10, min(40, style.width - 40))
      let bars = Histogram.line(command.times, width: width, isUnicode: style.isUnicode)
      let ends = (style.words(figures.min), style.words(figures.max))
      lines.append(row("", "\(ends.0) [\(style.ink(bars, .cyan))] \(ends.1)", style))
    }
    return lines
  }

  /// What lies between the request and ready, where all runs know more than that they were spawned.
  private static func phases(_ command: CommandReport, _ style: OutputStyle) -> String? {
    let medians = BootTimeline.Phase.allCases.compactMap { phase -> (BootTimeline.Phase, Double)? in
      let instants = command.counted.compactMap { run in run.phases.first { $0.phase == phase }?.at }
      guard phase != .requested, phase != .ready, instants.count == command.counted.count else { return nil }
      return Summary(instants).map { (phase, $0.median) }
    }
    guard medians.contains(where: { $0.0 != .spawned }) else { return nil }
    let words = medians.map { "\($0.0.rawValue) at \(style.words($0.1))" }
    return "   \(words.joined(separator: ", "))" + style.ink("  medians", .dim)
  }

  private static func stop(_ figures: Summary, _ command: CommandReport, _ style: OutputStyle) -> String {
    var text = style.time(figures.median)
    text += "   range \(style.words(figures.min)) \(style.dots) \(style.words(figures.max))"
    let killed = command.counted.count { $0.wasKilled }
    if killed > 0 { text += style.ink("   \(killed) did not end on SIGTERM and were killed", .yellow) }
    return row("stop", text, style)
  }

  private static func cold(_ run: BootRun, _ style: OutputStyle) -> String {
    guard let ready = run.ready else { return "?  the first run failed" }
    return "\(style.time(ready))   the first run of all, not counted"
  }

  private static func outliers(_ runs: [BootRun], _ style: OutputStyle) -> String {
    let named = runs.prefix(6).map { "run \($0.number) (\(style.words($0.ready ?? 0)))" }
    return style.ink(named.joined(separator: ", ") + (runs.count > 6 ? " and \(runs.count - 6) more" : ""), .yellow)
  }

  /// What failed, the first of each reason with the command's own words.
  private static func failures(_ command: CommandReport, _ style: OutputStyle) -> [String] {
    let failed = command.failed
    guard !failed.isEmpty else { return [] }
    var text = "\(failed.count) of \(command.runs.count) runs, not counted"
    if command.isGivenUp { text += "; given up: none had succeeded" }
    var lines = [row("failed", style.ink(text, .red), style)]
    var told: Set<String> = []
    for run in failed where told.insert(run.failure ?? "").inserted && told.count <= 3 {
      lines.append("            \(title(of: run)): \(style.foreign(run.failure ?? ""))")
      for line in run.output.suffix(10) { lines.append("            | \(style.foreign(line))") }
    }
    return lines
  }

  private static func notes(_ command: CommandReport, _ style: OutputStyle) -> [String] {
    var told: Set<String> = []
    var lines: [String] = []
    for run in command.runs {
      for note in run.notes where told.insert(note).inserted && told.count <= 3 {
        lines.append(row("note", "\(title(of: run)): \(style.foreign(note))", style))
      }
    }
    return lines
  }

  static func title(of run: BootRun) -> String {
    switch run.kind {
    case .cold: "first run"
    case .warmup: "warm-up \(run.number)"
    case .measured: "run \(run.number)"
    }
  }

  private static func comparison(_ report: BootReport, _ style: OutputStyle) -> [String] {
    let comparisons = report.comparisons
    guard let first = comparisons.first else { return [] }
    var lines = [style.ink("Ratio of medians", .bold) + ", with its 95 % interval"]
    let longest = max(16, (style.width - 40) / 2)
    func short(_ name: String) -> String { style.foreign(name).fittedAtMost(longest) }
    let best = short(first.fastest)
    let width = comparisons.map { short($0.name).displayWidth }.max() ?? 0
    for comparison in comparisons {
      let interval = comparison.interval
      let ratio = DurationText.ratio(interval.ratio)
      let padded = String(repeating: " ", count: max(0, 6 - ratio.count)) + ratio
      var line = "  \(short(comparison.name).fitted(to: width))  \(padded) \(style.times) \(best)"
      if let refusal = comparison.refusal {
        // An interval of so few would look more certain than it is.
        line += "  \(style.ink(refusal, .yellow))"
      } else {
        line += "  (\(DurationText.ratio(interval.low)) \(style.dots) \(DurationText.ratio(interval.high)))"
        if !interval.excludesOne { line += "  no difference can be told" }
      }
      lines.append(line)
    }
    let told = comparisons.filter { $0.refusal == nil && $0.interval.excludesOne }
    if let next = told.first, told.count == comparisons.count {
      let ratio = DurationText.ratio(next.interval.ratio)
      let end = told.count > 1 ? ", the next" : ""
      lines.append("  \(style.ink(best, .green)) starts \(ratio) times faster than \(short(next.name))\(end)")
    }
    return lines
  }
}
