internal import Glibc

/// What some times have in common. Seconds in, seconds out.
public struct Summary: Sendable, Hashable {
  /// Fewer values have no percentiles.
  public static let leastForPercentiles = 10
  /// With fewer values the 99th percentile is the largest of them.
  public static let leastForOwnP99 = 100

  /// From the smallest to the largest, at least one.
  public let sorted: [Double]
  public let mean: Double
  /// Of a sample: divided by one less than there are values. Nil for a single value.
  public let standardDeviation: Double?

  /// Nil without values.
  public init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    sorted = values.sorted()
    let mean = values.reduce(0, +) / Double(values.count)
    self.mean = mean
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    standardDeviation = values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : nil
  }

  public var count: Int { sorted.count }
  public var min: Double { sorted[0] }
  public var max: Double { sorted[count - 1] }
  public var median: Double { Self.median(sorted: sorted) }

  /// The smallest value that this many percent do not exceed (nearest rank): always one that was measured. Nil below
  /// ``leastForPercentiles`` values.
  public func percentile(_ percent: Int) -> Double? {
    guard count >= Self.leastForPercentiles, (1...100).contains(percent) else { return nil }
    return sorted[(percent * count + 99) / 100 - 1]
  }

  /// From the first to the third quartile, between which the middle half lies; nil below four values. Quartiles are
  /// interpolated (type 7 of Hyndman and Fan).
  public var quartiles: (first: Double, third: Double)? {
    guard count >= 4 else { return nil }
    return (Self.quantile(0.25, sorted: sorted), Self.quantile(0.75, sorted: sorted))
  }

  /// The distance of the quartiles.
  public var spread: Double? { quartiles.map { $0.third - $0.first } }

  static func median(sorted: [Double]) -> Double {
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  private static func quantile(_ share: Double, sorted: [Double]) -> Double {
    let place = share * Double(sorted.count - 1)
    let below = Int(place)
    let above = Swift.min(below + 1, sorted.count - 1)
    return sorted[below] + (place - Double(below)) * (sorted[above] - sorted[below])
  }
}
