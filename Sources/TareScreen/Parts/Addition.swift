internal import TareModel

/// `1879.5 + 598.4 + 366.2 = 2844.1`: what is left, the first, takes up what rounding leaves and what is not known of the
/// others.
struct Addition {
  /// As they are printed, what is left before all others; `?` for what is not known.
  let words: [String]
  let total: String
  /// What is left, in the parts' own unit.
  let rest: Double?

  init(_ parts: [Double?], sum: Double?, unit: Double) {
    guard let sum else {
      (words, total, rest) = ([], "?", nil)
      return
    }
    let tenths = parts.map { $0.map { ($0 / unit * 10).rounded() } }
    let known = tenths.reduce(0) { $0 + ($1 ?? 0) }
    let all = max((sum / unit * 10).rounded(), known)
    let first = all - known
    rest = first / 10 * unit
    words = [Scaled.decimal(first / 10)] + tenths.map { $0.map { Scaled.decimal($0 / 10) } ?? "?" }
    total = Scaled.decimal(all / 10)
  }

  /// - Parameter names: of the parts, to stand before them.
  func text(_ names: [String] = []) -> String {
    guard !words.isEmpty else { return total }
    let named = words.enumerated().map { $0.offset < names.count ? "\(names[$0.offset]) \($0.element)" : $0.element }
    return "\(named.joined(separator: " + ")) = \(total)"
  }
}
