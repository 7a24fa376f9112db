/// Values that do not belong to the others, by the modified Z-score (Iglewicz and Hoaglin) as hyperfine has it: the distance
/// from the median, in median absolute deviations.
public enum Outliers {
  /// Ten standard deviations of a normal distribution.
  public static let threshold = 14.826

  /// The indices of the outliers, in order. None where more than half of the values are the same: then there is no
  /// deviation to measure by.
  public static func indices(_ values: [Double]) -> [Int] {
    guard let summary = Summary(values) else { return [] }
    let middle = summary.median
    let deviation = Summary.median(sorted: values.map { abs($0 - middle) }.sorted())
    guard deviation > 0 else { return [] }
    return values.indices.filter { abs(values[$0] - middle) / deviation > threshold }
  }
}
