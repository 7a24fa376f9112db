/// The worst that holds a workload back.
public struct RowNote: Sendable, Hashable {
  private let word: String
  /// Behind the word; nil where there is none.
  private let value: Double?
  public let isWarning: Bool

  init(_ word: String, _ value: Double? = nil, isWarning: Bool = true) {
    (self.word, self.value, self.isWarning) = (word, value, isWarning)
  }

  /// Nobody can look into it.
  static let shut = RowNote("▒ shut", isWarning: false)

  /// All of it: `!OOM 1309`.
  public var text: String { value.map { "\(word) \(Scaled.decimal($0, digits: 0))" } ?? word }

  /// As much of it as there is room for: without the blank, with the number in thousands, without the number. Never with
  /// a part of its digits.
  public func text(in width: Int) -> String {
    let numbers = value.map { value in
      ["\(word) \(Scaled.decimal(value, digits: 0))"]
        + [Scaled.decimal(value, digits: 0), Scaled.short(value)].map { word + $0 }
    }
    let texts = (numbers ?? []) + [word, String(word.split(separator: " ").joined())]
    return texts.first { $0.displayWidth <= width } ?? String(word.prefix(max(0, width)))
  }
}

extension Frame {
  /// Nil where nothing does.
  public func note(row: Int) -> RowNote? {
    let state = runState(row: row)
    if state == .paused || state == .pausing, let word = state.word { return RowNote(word, isWarning: false) }
    func number(_ figure: Figure?) -> Double { figure.flatMap { value($0, row: row).number } ?? 0 }
    let kills = number(Figure.named("memory.oom_kills_total"))
    if kills > 0 { return RowNote("!OOM", kills) }
    let held = number(.throttled)
    if held >= 0.5 { return RowNote("!THR", held) }
    let stalled = number(Figure.named("pressure.memory_some_percent"))
    if stalled >= 5 { return RowNote("!MEM", stalled) }
    let waiting = number(.cpuWait)
    if waiting >= 2 { return RowNote("WAIT", waiting, isWarning: false) }
    return pair(row).memoryWeight.sum(.unopened) > 0 ? .shut : nil
  }
}
