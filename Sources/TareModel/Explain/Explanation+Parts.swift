extension Explanation {
  /// Turns a number into text: bytes, percent of a core.
  public typealias Amount = (Double, Figure.Unit) -> String

  /// All that is to be said, in order.
  public func parts(_ amount: Amount) -> [ExplanationPart] {
    [why, figure.formulaPart, raw, weight.map { shares($0, amount) }, files, figure.othersPart].compactMap { $0 }
  }

  private var why: ExplanationPart? {
    if let value = onDemand?.number {
      return ExplanationPart(
        "WHILE SOMEBODY LOOKS",
        [.init("all tasks", "\(Scaled.decimal(value)) %, from the tasks one by one: dear, so never for all workloads")])
    }
    switch value {
    case .unlimited: return ExplanationPart("NO LIMIT", [.init("", "No limit is set: a value of its own kind.")])
    case .missing(let reason):
      var lines = [ExplanationPart.Line(reason.rawValue, reason.explanation)]
      if let inPlace {
        lines.append(.init("", "Lists show \(inPlace.declaration.name) in its place: at most so much (≤)."))
      }
      return ExplanationPart("WHY IT IS MISSING", lines)
    case .number, .integer:
      guard bound != .exact, weight == nil else { return nil }
      let reason = boundReason.map { ": \($0.rawValue). \($0.explanation)" } ?? "."
      return ExplanationPart("A BOUND (\(bound.sign))", [.init(bound.rawValue, "Not all of it was read\(reason)")])
    }
  }

  private var raw: ExplanationPart {
    var lines = existing.map { ExplanationPart.Line($0.metric.declaration.name, text($0)) }
    let absent = inputs.filter { $0.now == .missing(.notApplicable) }.map(\.metric.declaration.name)
    if !absent.isEmpty, absent.count < inputs.count {
      lines.append(.init("", "Not of this kind of workload: \(absent.joined(separator: ", "))."))
    }
    return ExplanationPart("RAW VALUES", lines)
  }

  /// Inputs that this kind of workload has; all where it has none.
  private var existing: [Input] {
    let some = inputs.filter { $0.now != .missing(.notApplicable) }
    return some.isEmpty ? inputs : some
  }

  private func text(_ input: Input) -> String {
    let declaration = input.metric.declaration
    switch (input.now, input.before) {
    case (.unlimited, _): return "no limit"
    case (.missing(let reason), _):
      let read = input.read.number.map { ": \($0) \(declaration.unit.sign) was read" } ?? ""
      return "none, \(reason.rawValue)\(read)"
    case (.value(let now), .value(let then)) where declaration.kind == .counter:
      let time = input.nanoseconds.map { ", in \($0) ns" } ?? ""
      let growth = now >= then ? "+\(now - then)" : "went back"
      return "\(then) → \(now) \(declaration.unit.sign): \(growth)\(time)"
    case (.value(let now), .missing) where declaration.kind == .counter:
      return "\(now) \(declaration.unit.sign), nothing before"
    case (.value(let now), _): return "\(now) \(declaration.unit.sign)"
    }
  }

  private func shares(_ weight: Weight, _ amount: Amount) -> ExplanationPart {
    var lines = weight.shares.map { share in
      ExplanationPart.Line(
        share.part.title,
        "\(share.bound.sign)\(amount(share.amount, figure.unit)) \(share.side.rawValue), \(share.certainty.rawValue): \(share.part.help)"
      )
    }
    if let doubt = weight.doubt {
      let isLess = weight.shares.contains { $0.bound == .atMost }
      let why = isLess ? "what is resident stands for a share that may not be read" : "not all of it was read"
      lines.append(.init("", "A bound (\(isLess ? "≤" : "≥")): \(why), \(doubt.rawValue)."))
    }
    if let obstacle = weight.obstacle, let tare = weight.tareForSure, let net = weight.netAtMost {
      lines.append(
        .init(
          "",
          "Tare is at least \(amount(tare, figure.unit)), net at most \(amount(net, figure.unit)): \(obstacle.rawValue)."
        ))
    }
    if let absence = weight.absence { lines.append(.init("", "Nothing can be added up: \(absence.rawValue).")) }
    if lines.isEmpty { lines.append(.init("", "Nothing was used.")) }
    return ExplanationPart("SHARES", lines)
  }

  /// Where each number was read: paths, or where nobody has looked into the workload, words.
  private var files: ExplanationPart {
    let lines = existing.flatMap { input -> [ExplanationPart.Line] in
      let name = input.metric.declaration.name
      if input.files.isEmpty { return [.init(name, input.words ?? "nowhere")] }
      return input.files.map { .init(name, "\($0.path)\($0.key.map { ": \($0)" } ?? "")") }
    }
    return ExplanationPart("READ FROM", lines)
  }
}

extension Figure {
  /// What is declared of the figure, whatever its value.
  public var parts: [ExplanationPart] { parts(on: nil) }

  /// The same with the files of this host alone; of all versions of cgroups where no host is meant.
  public func parts(on host: Host?) -> [ExplanationPart] {
    let origins: [ExplanationPart] =
      if let host, host.cgroupMode != nil {
        [
          origin("container, cgroup \(host.cgroupMode?.rawValue ?? "")") { $0.containerWords(on: host) },
          origin(Metric.Declaration.Origin.machine.rawValue) { $0.machineWords(on: host) },
        ]
      } else {
        Metric.Declaration.Origin.allCases.map { place in origin(place.rawValue) { $0.words(place) } }
      }
    return [formulaPart] + origins + [othersPart]
  }

  /// Where each input comes from there, a line each.
  private func origin(_ title: String, _ words: (Metric.Declaration) -> String?) -> ExplanationPart {
    let lines = inputs.compactMap { metric in
      words(metric.declaration).map { ExplanationPart.Line(metric.declaration.name, $0) }
    }
    return ExplanationPart("READ FROM, \(title)", lines.isEmpty ? [.init("", "It does not exist there.")] : lines)
  }

  fileprivate var formulaPart: ExplanationPart { ExplanationPart("FORMULA", [.init(name, formula)]) }

  fileprivate var othersPart: ExplanationPart {
    let lines = others.tools.map { ExplanationPart.Line($0.name, $0.shows) }
    return ExplanationPart("OTHER TOOLS", lines + (others.none.map { [.init("", $0)] } ?? []))
  }
}
