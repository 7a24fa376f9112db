public import TareModel

/// A figure as `tare explain` prints it for people.
public struct ExplainText: Sendable {
  /// Cells in a line.
  private let width: Int

  public init(width: Int) { self.width = max(40, width) }

  /// All figures, a line each.
  public func list() -> String {
    let names = FigureChoice.all.map(\.name)
    let longest = names.map(\.displayWidth).max() ?? 0
    return FigureChoice.all.map { choice in
      let formula = choice.figure?.formula ?? BootExplanation.formula
      return "\(choice.name.fitted(to: longest))  \(formula)".fittedAtMost(width) + "\n"
    }.joined()
  }

  /// What is declared of it, whatever the workload.
  /// - Parameter host: whose files are named; nil names those of all versions of cgroups.
  public func text(_ choice: FigureChoice, on host: Host? = nil) -> String {
    let parts = choice.figure?.parts(on: host) ?? BootExplanation.parts
    return text("\(choice.name)\(choice.figure.map { ", \($0.unit.rawValue)" } ?? ", seconds")", parts)
  }

  /// What it is of one workload.
  public func text(_ choice: FigureChoice, _ frame: Frame, row: Int, _ inspection: Inspection?) -> String {
    let name = frame.current.workloads[row].name.harmless
    guard let figure = choice.figure else {
      return text("boot of \(name)", BootExplanation(frame.current.workloads[row]).parts)
    }
    let explanation = Explanation(figure, frame, row: row, inspection: inspection)
    let amount = Self.amount(explanation.value, figure.unit)
    let trust = explanation.bound == .exact ? explanation.certainty.rawValue : explanation.bound.rawValue
    let known = explanation.reason == nil ? ", \(trust)" : ""
    return text(
      "\(figure.name) of \(name): \(amount)\(known)", explanation.parts { Self.amount(.number($0), $1) })
  }

  private func text(_ head: String, _ parts: [ExplanationPart]) -> String {
    var lines = [head.fittedAtMost(width)]
    for part in parts {
      lines += ["", part.title]
      lines += part.text(width: min(width, 100) - 2).map { "  \($0.text)".trimmedEnd }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func amount(_ value: FigureValue, _ unit: Figure.Unit) -> String {
    guard let number = value.number else { return value.reason ?? "?" }
    switch unit {
    case .bytes: return Scaled.bytes(number)
    case .bytesPerSecond: return "\(Scaled.bytes(number))/s"
    case .percent: return "\(Scaled.decimal(number)) %"
    case .seconds: return "\(Scaled.decimal(number, digits: 2)) s"
    case .perSecond: return "\(Scaled.decimal(number))/s"
    case .cores: return Scaled.decimal(number, digits: 2)
    case .count: return Scaled.count(number)
    }
  }
}
