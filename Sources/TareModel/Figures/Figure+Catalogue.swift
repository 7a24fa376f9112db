extension Figure {
  /// All figures in the order of the JSON schema. To add one, add it to its group.
  public static let catalogue: [Figure] = cpu + memory + pressure + io + network + processes + tare

  /// The figure of this name: `cpu.usage_percent`.
  public static func named(_ name: String) -> Figure? { byName[name] }

  private static let byName = Dictionary(uniqueKeysWithValues: catalogue.map { ($0.name, $0) })

  // MARK: Kinds of figures

  /// Growth of a number of nanoseconds, percent of a core. A part of another counter is bounded by it.
  static func cpuShare(
    _ field: String, _ label: String, _ metric: Metric, others: Others
  ) -> Figure {
    let whole = metric.whole(.vm)
    return Figure(
      "cpu.\(field)", .percent, label,
      "growth of \(metric.declaration.name) ÷ time between the two reads; 100 is one core"
        + (whole.map { "; not more than \($0.declaration.name)" } ?? ""),
      inputs: [metric] + (whole.map { [$0] } ?? []),
      certainty: { $0.isBounded(metric, $0.perSecond) ? .inferred : .measured },
      others: others, evaluate: { $0.bounded(metric, $0.perSecond).map { $0 / 1e7 } })
  }

  /// Growth a second.
  static func rate(
    _ name: String, _ label: String, _ metric: Metric, _ unit: Unit = .bytesPerSecond, others: Others
  ) -> Figure {
    Figure(
      name, unit, label, "growth of \(metric.declaration.name) ÷ time between the two reads",
      inputs: [metric], others: others
    ) {
      $0.perSecond(metric)
    }
  }

  /// A number as it was read. A part of another number is bounded by it.
  static func gauge(
    _ name: String, _ unit: Unit, _ label: String, _ metric: Metric, _ certainty: Certainty = .measured,
    others: Others
  ) -> Figure {
    let whole = metric.whole(.container)
    return Figure(
      name, unit, label,
      "\(metric.declaration.name) as read"
        + (whole.map { "; of a container not more than \($0.declaration.name)" } ?? ""),
      inputs: [metric] + (whole.map { [$0] } ?? []),
      certainty: { pair in pair.isBounded(metric) { FigureValue(pair.now($0)) } ? .inferred : certainty },
      others: others, evaluate: { pair in pair.bounded(metric) { FigureValue(pair.now($0)) } })
  }

  /// Nanoseconds so far, in seconds.
  static func total(_ name: String, _ label: String, _ metric: Metric, others: Others) -> Figure {
    Figure(
      name, .seconds, label, "\(metric.declaration.name) since the workload began", inputs: [metric], others: others
    ) {
      FigureValue($0.now(metric)).map { $0 / 1e9 }
    }
  }
}

extension Frame.Pair {
  /// A part's value, not more than that of its whole: the kernel counts the two by different clocks.
  func bounded(_ metric: Metric, _ value: (Metric) -> FigureValue) -> FigureValue {
    isBounded(metric, value) ? value(metric.whole(workload.kind) ?? metric) : value(metric)
  }

  /// Whether a part came out larger than its whole.
  func isBounded(_ metric: Metric, _ value: (Metric) -> FigureValue) -> Bool {
    guard let whole = metric.whole(workload.kind), let most = value(whole).number, let part = value(metric).number
    else { return false }
    return part > most
  }
}
