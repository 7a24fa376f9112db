/// How times are distributed, in one line of characters.
public enum Histogram {
  private static let blocks = Array("▁▂▃▄▅▆▇█")
  private static let signs = Array(".:-=+*#@")

  /// - Parameter width: cells, each of which stands for as long a part of the range from the smallest to the largest value.
  /// - Returns: blanks where no value lies; the highest sign where most do. Empty without values.
  public static func line(_ values: [Double], width: Int, isUnicode: Bool) -> String {
    guard width > 0, let low = values.min(), let high = values.max() else { return "" }
    var counts = [Int](repeating: 0, count: width)
    for value in values {
      let place = high > low ? Int((value - low) / (high - low) * Double(width)) : width / 2
      counts[min(max(place, 0), width - 1)] += 1
    }
    let most = counts.max() ?? 1
    let signs = isUnicode ? blocks : signs
    // Rounded up: a single value is seen.
    return String(counts.map { $0 == 0 ? " " : signs[($0 * signs.count + most - 1) / most - 1] })
  }
}
