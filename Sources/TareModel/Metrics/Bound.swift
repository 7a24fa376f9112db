/// Whether a number is the value itself, or only one that the value is not below, or not above.
public enum Bound: String, Sendable, Hashable {
  case exact
  case atLeast = "at-least"
  case atMost = "at-most"

  /// What stands before a figure.
  public var sign: String {
    switch self {
    case .exact: ""
    case .atLeast: "≥"
    case .atMost: "≤"
    }
  }
}

/// Which readings of one row are bounds: sums of which a part is not known yet. All others are the values themselves.
public struct MetricBounds: Sendable, Hashable {
  /// A bit for each metric, by ``Metric/index``.
  private var atLeast: UInt64 = 0
  /// Why; nil where none is a bound.
  public private(set) var reason: Reason?

  public init() {}

  public subscript(metric: Metric) -> Bound { atLeast & Self.bit(metric) == 0 ? .exact : .atLeast }

  public mutating func setAtLeast(_ metric: Metric, _ reason: Reason) {
    atLeast |= Self.bit(metric)
    self.reason = reason
  }

  private static func bit(_ metric: Metric) -> UInt64 { 1 << UInt64(metric.index) }
}

extension Frame.Pair {
  /// Whether a reading is a bound of what it stands for.
  public func bound(_ metric: Metric) -> Bound { frame.current.bounds[row][metric] }
}

extension Figure {
  /// Whether a value that is there is a bound. A sum of shares is one where a share is; of other figures the first input
  /// decides: what else they look at is taken off it.
  public func bound(_ pair: Frame.Pair) -> Bound {
    if let weight, let total { return weight(pair).bound(of: total) }
    return inputs.first.map(pair.bound) ?? .exact
  }

  /// Which sum of a weight it is; nil where it is none.
  private var total: Weight.Total? {
    Weight.Total.allCases.first { name.split(separator: ".").last?.hasPrefix("\($0.rawValue)_") == true }
  }
}

extension Frame {
  /// Names of a row's figures that are there and are bounds, and which.
  public func bounds(row: Int) -> [(name: String, bound: Bound)] {
    let pair = pair(row)
    return Figure.catalogue.compactMap { figure in
      let bound = figure.bound(pair)
      return bound == .exact || value(figure, row: row).number == nil ? nil : (figure.name, bound)
    }
  }

  /// Whether ``heldMemory(row:)`` is the value itself: where a VM's share may not be read, all that is resident stands for it.
  public func heldMemoryBound(row: Int) -> Bound {
    let isMachine = current.workloads[row].kind == .vm
    return isMachine && current[row, .memoryCurrent].number == nil ? .atMost : pair(row).bound(.memoryCurrent)
  }
}
