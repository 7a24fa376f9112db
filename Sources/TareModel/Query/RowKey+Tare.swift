extension RowKey {
  /// What a workload weighs. Unlike a figure each has a number where only a bound is known, and beside it the word that says so:
  /// a machine that nobody can look into does not go to the end of a list.
  static let weights: [RowKey] =
    [
      weight("gross", "GROSS", "memory that the host pays: net + tare", .gross),
      weight("net", "NET", "memory without its box, or at most so much", .net),
      weight("tare", "TARE", "memory of its box, or at least so much", .tare),
      bound("gross", .gross), bound("net", .net), bound("tare", .tare),
    ] + details("memory", .bytes, "bytes", \.memoryWeight) + details("cpu", .percent, "percent", \.cpuWeight)

  /// The figures that these come from.
  static let weighed: [String: Figure] = ["gross": .memoryGross, "net": .memoryNet, "tare": .memoryTare]

  /// What says how far a figure of the weight may be believed.
  static func trust(of figure: String) -> [String] {
    for kind in ["memory", "cpu"] where figure.hasPrefix("tare.\(kind).") {
      let unit = kind == "cpu" ? "percent" : "bytes"
      return ["tare.\(kind).tare_at_least_\(unit)", "tare.\(kind).net_at_most_\(unit)", "tare.\(kind).label"]
    }
    return []
  }

  private static func weight(_ name: String, _ title: String, _ help: String, _ value: Weight.Total) -> RowKey {
    RowKey(
      name, title, help, field: "\(name)_bytes",
      .number(.bytes) { frame, row in frame.pair(row).memoryWeight[value]?.value }, companions: ["\(name).bound"])
  }

  private static func bound(_ name: String, _ value: Weight.Total) -> RowKey {
    RowKey(
      "\(name).bound", "\(name.uppercased()) BOUND", "exact, at-least or at-most", field: "\(name)_bound",
      .text { frame, row in frame.pair(row).memoryWeight[value]?.bound.rawValue })
  }

  /// As in the JSON.
  private static func details(
    _ kind: String, _ unit: Unit, _ suffix: String, _ weight: @escaping @Sendable (Frame.Pair) -> Weight
  ) -> [RowKey] {
    func number(_ name: String, _ title: String, _ value: @escaping @Sendable (Weight) -> Double?) -> RowKey {
      RowKey(
        "tare.\(kind).\(name)_\(suffix)", title, "bound of \(kind)", field: "tare_\(kind)_\(name)_\(suffix)",
        .number(unit) { frame, row in value(weight(frame.pair(row))) })
    }
    let title = kind == "cpu" ? " CPU" : ""
    return [
      number("tare_at_least", "TARE\(title) ≥", \.tareForSure), number("net_at_most", "NET\(title) ≤", \.netAtMost),
      RowKey(
        "tare.\(kind).label", "TARE\(title) LABEL", "how its weakest share is known", field: "tare_\(kind)_label",
        .text { frame, row in weight(frame.pair(row)).certainty.rawValue }),
    ]
  }
}
