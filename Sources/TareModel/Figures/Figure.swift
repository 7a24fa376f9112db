/// A number that tare shows: its name, unit, formula in words, the function, and what others show in its place. Table, JSON
/// and every other output go over ``catalogue``; none has a definition of its own. There is no figure without its
/// ``Explanation``: all that it says is declared here.
public struct Figure: Sendable {
  public enum Unit: String, Sendable, Hashable {
    /// 100 is one core, or all of the time.
    case percent
    case bytes
    case bytesPerSecond = "bytes/s"
    /// Events.
    case perSecond = "1/s"
    case seconds
    case cores
    case count
  }

  /// `group.field`, as in JSON: `cpu.usage_percent`.
  public let name: String
  public let unit: Unit
  /// In one to three words, at most 12 cells; no two figures have the same.
  public let label: String
  /// What is computed, in words.
  public let formula: String
  /// All that ``evaluate`` looks at.
  public let inputs: [Metric]
  /// What other tools show for the same thing, and why that differs.
  public let others: Others
  public let evaluate: @Sendable (Frame.Pair) -> FigureValue
  /// Of what it is a sum, where it is one.
  public let weight: (@Sendable (Frame.Pair) -> Weight)?
  private let trust: @Sendable (Frame.Pair) -> Certainty

  /// - Parameters:
  ///   - certainty: how a number that is there is known.
  ///   - weight: of what it is a sum.
  public init(
    _ name: String, _ unit: Unit, _ label: String, _ formula: String, inputs: [Metric],
    certainty: @escaping @Sendable (Frame.Pair) -> Certainty = { _ in .measured }, others: Others,
    weight: (@Sendable (Frame.Pair) -> Weight)? = nil, evaluate: @escaping @Sendable (Frame.Pair) -> FigureValue
  ) {
    self.name = name
    self.unit = unit
    self.label = label
    self.formula = formula
    self.inputs = inputs
    self.others = others
    self.weight = weight
    self.evaluate = evaluate
    trust = certainty
  }

  /// How the value is known; unknown where there is none.
  public func certainty(_ pair: Frame.Pair) -> Certainty {
    if case .missing = evaluate(pair) { .unknown } else { trust(pair) }
  }

  /// `cpu` of `cpu.usage_percent`.
  public var group: Substring { name.prefix { $0 != "." } }
  /// `usage_percent` of `cpu.usage_percent`.
  public var field: Substring { name.drop { $0 != "." }.dropFirst() }
}

/// The value of a figure, or why there is none.
public enum FigureValue: Sendable, Hashable {
  case number(Double)
  /// Counts and bytes, exact.
  case integer(UInt64)
  case unlimited
  case missing(Reason)

  public init(_ reading: Reading) {
    switch reading {
    case .value(let number): self = .integer(number)
    case .unlimited: self = .unlimited
    case .missing(let reason): self = .missing(reason)
    }
  }

  /// As a number, where it is one.
  public var number: Double? {
    switch self {
    case .number(let number): number
    case .integer(let number): Double(number)
    case .unlimited, .missing: nil
    }
  }

  /// Why it is null in JSON.
  public var reason: String? {
    switch self {
    case .number, .integer: nil
    case .unlimited: "unlimited"
    case .missing(let reason): reason.rawValue
    }
  }

  func map(_ change: (Double) -> Double) -> FigureValue {
    guard let number else { return self }
    return .number(change(number))
  }
}
