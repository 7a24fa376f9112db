internal import TareModel

/// An assertion, held against one command.
public struct BootCheck: Sendable, Hashable {
  public let assertion: BootAssertion
  public let command: String
  public let outcome: BootAssertion.Outcome

  public var holds: Bool { if case .holds = outcome { true } else { false } }

  /// Every assertion, held against every command that it is about.
  public static func all(_ assertions: [BootAssertion], _ report: BootReport) -> [BootCheck] {
    assertions.flatMap { assertion in
      report.commands.filter { assertion.name == nil || assertion.name == $0.name }.map {
        BootCheck(assertion: assertion, command: $0.name, outcome: assertion.check($0))
      }
    }
  }

  /// One line: what was asked, of whom, and how it came out.
  public func text(_ style: OutputStyle) -> String {
    let limit = "\(assertion.measure.rawValue) \(assertion.comparison.rawValue) \(style.words(assertion.limit))"
    let asked = "\(style.foreign(command)): \(limit)"
    switch outcome {
    case .holds(let value): return "\(asked) holds: \(style.words(value))"
    case .fails(let value, let by):
      let share = assertion.limit > 0 ? " (\(DurationText.decimal(by / assertion.limit * 100, digits: 1)) %)" : ""
      let side = assertion.comparison == .below || assertion.comparison == .atMost ? "above" : "below"
      return "\(asked) fails: \(style.words(value)), \(style.words(by))\(share) \(side)"
    case .unknown(let reason): return "\(asked) fails: \(reason)"
    }
  }
}
