extension Figure {
  /// All figures in the order of the JSON schema. To add one, add it to its group.
  public static let catalogue: [Figure] = cpu + memory + pressure + io + network + processes + tare

  /// The figure of this name: `cpu.usage_percent`.
  public static func named(_ name: String) -> Figure? { byName[name] }

  private static let byName = Dictionary(uniqueKeysWithValues: catalogue.map { ($0.name, $0) })

  // MARK: Kinds of figures

  /// Growth of a number of nanoseconds, percent of a core.
  static func cpuShare(
    _ field: String, _ label: String, _ metric: Metric, others: Others
  ) -> Figure {
    Figure(
      "cpu.\(field)", .percent, label,
      "growth of \(metric.declaration.name) ÷ time between the two reads; 100 is one core",
      inputs: [metric], others: others
    ) {
      $0.perSecond(metric).map { $0 / 1e7 }
    }
  }

  /// Growth a second.
  static func rate(_ name: String, _ label: String, _ metric: Metric, others: Others) -> Figure {
    Figure(
      name, .bytesPerSecond, label, "growth of \(metric.declaration.name) ÷ time between the two reads",
      inputs: [metric], others: others
    ) {
      $0.perSecond(metric)
    }
  }

  /// A number as it was read.
  static func gauge(
    _ name: String, _ unit: Unit, _ label: String, _ metric: Metric, _ certainty: Certainty = .measured,
    others: Others
  ) -> Figure {
    Figure(
      name, unit, label, "\(metric.declaration.name) as read", inputs: [metric], certainty: { _ in certainty },
      others: others, evaluate: { FigureValue($0.now(metric)) })
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
