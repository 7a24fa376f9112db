/// The worst that holds a workload back.
public struct RowNote: Sendable, Hashable {
  /// At most seven cells.
  public let text: String
  /// The same in five.
  public let short: String
  public let isWarning: Bool

  /// The blank goes where the number needs its place.
  init(_ word: String, _ value: Double, isWarning: Bool = true) {
    let digits = Scaled.decimal(min(999, value), digits: 0)
    text = word + (word.count + 1 + digits.count > 7 ? "" : " ") + digits
    short = word
    self.isWarning = isWarning
  }

  /// Nobody can look into it.
  static let shut = RowNote()

  private init() { (text, short, isWarning) = ("▒ shut", "▒shut", false) }
}

extension Frame {
  /// Nil where nothing does.
  public func note(row: Int) -> RowNote? {
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
