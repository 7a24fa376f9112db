import TestSupport
import Testing

@testable import TareBenchmark

/// Against values that were reckoned elsewhere.
@Suite struct StatisticsTests {
  /// Its known figures: mean 5, standard deviation of the sample 2.138…, median 4.5.
  static let eight = [2.0, 4, 4, 4, 5, 5, 7, 9]

  @Test func `mean, deviation, median and quartiles are those of the textbook`() throws {
    let summary = try #require(Summary(Self.eight.reversed()))
    #expect(summary.mean == 5)
    #expect(try abs(#require(summary.standardDeviation) - 2.138_089_935_299_395) < 1e-12)
    #expect(summary.median == 4.5)
    #expect((summary.min, summary.max) == (2, 9))
    // R: quantile(x, c(.25, .75)) gives 4.0 and 5.5.
    #expect(try #require(summary.quartiles) == (4, 5.5))
    #expect(summary.spread == 1.5)
  }

  @Test func `one value has no deviation, none has nothing`() throws {
    let summary = try #require(Summary([3]))
    #expect(summary.standardDeviation == nil)
    #expect(summary.spread == nil)
    #expect(summary.median == 3)
    #expect(Summary([]) == nil)
  }

  @Test func `a percentile is a value that was measured, and needs ten of them`() throws {
    let ten = try #require(Summary((1...10).map(Double.init)))
    #expect(ten.percentile(90) == 9)
    #expect(ten.percentile(99) == 10)
    #expect(try #require(Summary((1...9).map(Double.init))).percentile(90) == nil)
    let hundred = try #require(Summary((1...100).map(Double.init)))
    #expect(hundred.percentile(90) == 90)
    #expect(hundred.percentile(99) == 99)
    #expect(hundred.percentile(100) == 100)
  }

  @Test func `outliers are those that hyperfine names`() {
    // Median 10, median absolute deviation 1: the bound is 14.826.
    let values = [9.0, 10, 11, 9, 11, 10, 10 + 14.8, 10 + 14.9, 9, 11, 10 - 14.9]
    #expect(Outliers.indices(values) == [7, 10])
    #expect(Outliers.indices([1, 1, 1, 1, 5]).isEmpty)
    #expect(Outliers.indices([]).isEmpty)
  }

  @Test func `the same times give the same interval, and it holds the ratio`() throws {
    let one = (0..<30).map { 0.100 + Double($0 % 7) * 0.001 }
    let other = one.map { $0 * 2 }
    let interval = try #require(RatioInterval(of: other, over: one))
    #expect(interval == RatioInterval(of: other, over: one))
    #expect(abs(interval.ratio - 2) < 1e-12)
    #expect(interval.low <= 2 && 2 <= interval.high)
    #expect(interval.low > 1.9 && interval.high < 2.1)
    #expect(interval.excludesOne)
    #expect(RatioInterval(of: [], over: one) == nil)
    #expect(RatioInterval(of: one, over: [0, 0, 0]) == nil)
  }

  /// Samples of one distribution: about 95 of 100 intervals hold 1.
  @Test func `the interval covers the truth about as often as it says`() {
    var generator = SplitMix(state: 7)
    func sample() -> [Double] {
      (0..<30).map { _ in 1 + (0..<4).reduce(0) { sum, _ in sum + Double(generator.next() >> 11) / 0x1p53 } }
    }
    let covered = (0..<100).count { _ in
      guard let interval = RatioInterval(of: sample(), over: sample()) else { return false }
      return !interval.excludesOne
    }
    #expect((88...100).contains(covered))
  }

  @Test func `a histogram shows where the values are`() {
    #expect(Histogram.line([0, 0, 0, 0, 10], width: 5, isUnicode: true) == "█   ▂")
    #expect(Histogram.line([0, 0, 0, 0, 10], width: 5, isUnicode: false) == "@   :")
    #expect(Histogram.line([3, 3], width: 3, isUnicode: false) == " @ ")
    #expect(Histogram.line([], width: 5, isUnicode: true).isEmpty)
  }

  @Test(arguments: [
    (0.000_000_5, "0.5 µs"), (0.000_812_4, "812.4 µs"), (0.000_999_96, "1.00 ms"), (0.003_21, "3.21 ms"),
    (0.0312, "31.2 ms"), (0.9, "900.0 ms"), (0.999_96, "1.000 s"), (1.2345, "1.235 s"), (61.5, "61.50 s"),
    (0, "0.0 µs"),
  ])
  func `a time has the unit that fits it`(seconds: Double, text: String) {
    #expect(DurationText.text(seconds) == text)
  }
}
