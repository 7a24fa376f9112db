internal import TareModel

/// A bound that a figure has to keep: `median<500ms`, or `web:stop.median<=2s` for one command.
public struct BootAssertion: Sendable, Hashable, CustomStringConvertible {
  public enum Measure: String, Sendable, CaseIterable {
    case median, mean, p90, p99, max, min
    /// The median of the times that stopping took.
    case stopMedian = "stop.median"
  }

  public enum Comparison: String, Sendable, CaseIterable {
    case atMost = "<="
    case atLeast = ">="
    case below = "<"
    case above = ">"

    func holds(_ value: Double, _ limit: Double) -> Bool {
      switch self {
      case .atMost: value <= limit
      case .atLeast: value >= limit
      case .below: value < limit
      case .above: value > limit
      }
    }
  }

  public enum Outcome: Sendable, Hashable {
    case holds(Double)
    /// The value, and how far it is beyond the limit, both in seconds.
    case fails(Double, by: Double)
    /// Not known, which holds nothing.
    case unknown(String)
  }

  /// A text that is no assertion.
  public struct Failure: Error, Hashable, CustomStringConvertible {
    public let description: String
  }

  /// The one command that it is about; nil for all.
  public let name: String?
  public let measure: Measure
  public let comparison: Comparison
  /// Seconds.
  public let limit: Double
  public let description: String

  public init(_ text: String) throws(Failure) {
    guard let sign = text.lastIndex(where: { $0 == "<" || $0 == ">" }) else {
      throw Failure(
        description: "\(text.harmless): expected a measure, one of < <= > >=, and a time, as in median<500ms")
    }
    var rest = text[text.index(after: sign)...]
    let isInclusive = rest.first == "="
    if isInclusive { rest = rest.dropFirst() }
    comparison = text[sign] == "<" ? (isInclusive ? .atMost : .below) : (isInclusive ? .atLeast : .above)
    guard let limit = Self.seconds(rest.trimmed) else {
      throw Failure(
        description: "\(text.harmless): expected a time behind \(comparison.rawValue), as in 500ms, 2s, 80us")
    }
    self.limit = limit
    let left = text[..<sign].trimmed
    // A name may hold a colon: the last one ends it.
    let colon = left.lastIndex(of: ":")
    name = colon.map { left[..<$0].trimmed }
    let word = colon.map { left[left.index(after: $0)...].trimmed } ?? left
    guard let measure = Measure(rawValue: word) else {
      let names = Measure.allCases.map(\.rawValue)
      let meant = Nearest.name(to: word, in: names).map { "; did you mean \($0)?" } ?? ""
      throw Failure(
        description:
          "\(text.harmless): expected one of \(names.joined(separator: ", ")), found '\(word.harmless)'\(meant)")
    }
    self.measure = measure
    description = text
  }

  public func check(_ report: CommandReport) -> Outcome {
    let value: Double?
    let figures = measure == .stopMedian ? report.stopping : report.starting
    switch measure {
    case .median, .stopMedian: value = figures?.median
    case .mean: value = figures?.mean
    case .max: value = figures?.max
    case .min: value = figures?.min
    case .p90: value = figures?.percentile(90)
    case .p99: value = figures?.percentile(99)
    }
    guard let value else {
      if let figures {
        return .unknown("a percentile needs \(Summary.leastForPercentiles) runs, there are \(figures.count)")
      }
      return .unknown(measure == .stopMedian ? "nothing was stopped" : "no run succeeded")
    }
    return comparison.holds(value, limit) ? .holds(value) : .fails(value, by: abs(value - limit))
  }

  /// A time with a unit: `500ms`, `2s`, `80us`, `80µs`.
  static func seconds(_ text: String) -> Double? {
    let units: [(String, Double)] = [("ms", 1e-3), ("us", 1e-6), ("\u{B5}s", 1e-6), ("\u{3BC}s", 1e-6), ("s", 1)]
    guard let unit = units.first(where: { text.hasSuffix($0.0) }) else { return nil }
    let digits = text.dropLast(unit.0.count).trimmed
    guard digits.first?.isNumber == true, digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
      let number = Double(digits), number.isFinite
    else { return nil }
    return number * unit.1
  }
}

extension StringProtocol {
  /// Without blanks at both ends.
  var trimmed: String {
    String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}
