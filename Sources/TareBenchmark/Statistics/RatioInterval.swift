/// How many times longer one command takes than another: the ratio of the medians, and the interval in which it lies with
/// 95 % confidence.
///
/// The interval is a percentile bootstrap (Efron): both samples are drawn again, with replacement and independently, and
/// the middle 95 % of the ratios are kept. The generator starts from the same seed each time: the same times give the
/// same interval.
public struct RatioInterval: Sendable, Hashable {
  public let ratio: Double
  public let low: Double
  public let high: Double

  static let resamples = 4000

  /// Nil where there is no value or a median is 0.
  public init?(of numerator: [Double], over denominator: [Double]) {
    guard let above = Summary(numerator), let below = Summary(denominator), below.median > 0 else { return nil }
    var generator = SplitMix(state: 0x7461_7265)
    var first = Resampler(above.sorted)
    var second = Resampler(below.sorted)
    var ratios: [Double] = []
    ratios.reserveCapacity(Self.resamples)
    for _ in 0..<Self.resamples {
      let divisor = second.median(&generator)
      ratios.append(divisor > 0 ? first.median(&generator) / divisor : .infinity)
    }
    ratios.sort()
    ratio = above.median / below.median
    low = ratios[Self.resamples / 40]
    high = ratios[Self.resamples - 1 - Self.resamples / 40]
  }

  /// Whether the difference is more than chance.
  public var excludesOne: Bool { low > 1 || high < 1 }
}

/// Draws a sample of the same size, and gives its median without sorting it.
private struct Resampler {
  private let sorted: [Double]
  private var drawn: [Int]

  init(_ sorted: [Double]) {
    self.sorted = sorted
    drawn = [Int](repeating: 0, count: sorted.count)
  }

  mutating func median(_ generator: inout SplitMix) -> Double {
    let count = sorted.count
    for index in drawn.indices { drawn[index] = 0 }
    for _ in 0..<count { drawn[Int(generator.next().multipliedFullWidth(by: UInt64(count)).high)] += 1 }
    var (seen, lower) = (0, -1)
    for index in drawn.indices {
      seen += drawn[index]
      if lower < 0 && 2 * seen > count - 1 { lower = index }
      if 2 * seen > count { return (sorted[lower] + sorted[index]) / 2 }
    }
    return sorted[count - 1]
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, fast and the same everywhere.
struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}
