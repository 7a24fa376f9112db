/// The name that somebody probably meant.
public enum Nearest {
  /// The nearest of these; nil where none is near.
  public static func name(to word: String, in names: [String]) -> String? {
    let scored = names.map { ($0, distance(word, $0)) }
    guard let best = scored.min(by: { $0.1 < $1.1 }), best.1 <= max(1, min(word.count, best.0.count) / 3 + 1) else {
      return names.first { !word.isEmpty && $0.hasPrefix(word) }
    }
    return best.0
  }

  /// Letters to insert, leave out, replace or swap with their neighbour.
  static func distance(_ one: String, _ other: String) -> Int {
    let (first, second) = (Array(one.unicodeScalars.prefix(64)), Array(other.unicodeScalars.prefix(64)))
    var before = [Int](repeating: 0, count: second.count + 1)
    var last = Array(0...second.count)
    for row in 0..<first.count {
      var next = [row + 1] + [Int](repeating: 0, count: second.count)
      for column in 0..<second.count {
        let change = first[row] == second[column] ? 0 : 1
        next[column + 1] = min(last[column + 1] + 1, next[column] + 1, last[column] + change)
        if row > 0, column > 0, first[row] == second[column - 1], first[row - 1] == second[column] {
          next[column + 1] = min(next[column + 1], before[column - 1] + 1)
        }
      }
      (before, last) = (last, next)
    }
    return last[second.count]
  }
}
