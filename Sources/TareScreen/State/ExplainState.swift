public import TareModel

/// What is explained.
public struct ExplainState: Sendable, Hashable {
  /// Nil is what the list is sorted by.
  public internal(set) var choice: FigureChoice?
}

extension ScreenState {
  /// A key that means the list of figures; nil where it means something else.
  mutating func handleExplain(_ action: Action) -> [Effect]? {
    guard case .explain(let id) = page, let frame, let row = row(of: id) else { return nil }
    let view = ExplainView(state: self, frame: frame, row: row)
    let place = view.place
    let last = view.choices.count - 1
    switch action {
    case .down: explain.choice = view.choices[min(last, place + 1)]
    case .up: explain.choice = view.choices[max(0, place - 1)]
    case .first: explain.choice = view.choices.first
    case .last: explain.choice = view.choices.last
    default: return nil
    }
    pageScroll = 0
    return []
  }
}
