internal import TareModel

/// Which box of the stack is chosen.
public struct StackViewState: Sendable, Hashable {
  /// Of ``StackView/Box``es from the left, the host's kernel last.
  public internal(set) var place = 0
}

extension ScreenState {
  /// A key that means the stack view; nil where it means something else there.
  mutating func handleStack(_ action: Action) -> [Effect]? {
    guard page == nil, view == .stack, !isPlain, let frame, let summary else { return nil }
    let boxes = StackView(state: self, frame: frame, summary: summary).boxes
    let last = boxes.count - 1
    let place = min(stack.place, last)
    switch action {
    case .left, .previousWorkload: stack.place = max(0, place - 1)
    case .right, .nextWorkload: stack.place = min(last, place + 1)
    case .down, .last: stack.place = last
    case .up, .first: stack.place = action == .up && place == last ? max(0, last - 1) : action == .up ? place : 0
    case .enter: return enter(boxes[place])
    case .explain: page = .virtualizer
    case .pageUp, .pageDown: break
    default: return nil
    }
    if page == .virtualizer { pageScroll = 0 } else { select(boxes[min(stack.place, last)], frame) }
    return []
  }

  /// The list goes along, so that keys for a workload mean the VM that is looked at.
  private mutating func select(_ box: StackView.Box, _ frame: Frame) {
    guard case .guest(let guest) = box else { return }
    let id = frame.current.workloads[guest.row].id
    if let line = list.lines.indices.first(where: { list.id(of: $0, in: frame) == id }) {
      list.select(line: line, in: frame)
    }
  }

  /// What is in a box.
  private mutating func enter(_ box: StackView.Box) -> [Effect] {
    switch box {
    case .guest(let guest): return frame.map { open($0.current.workloads[guest.row].id) } ?? []
    case .guests: return showTable("kind=vm")
    case .containers: return showTable("kind=container")
    case .processes:
      let isNew = !settings.users
      settings.users = true
      return showTable("kind=user") + (isNew ? [.users(true)] : [])
    case .kernel:
      page = .virtualizer
      pageScroll = 0
      return []
    }
  }

  private mutating func showTable(_ filter: String) -> [Effect] {
    view = .table
    list.filter = try? Filter(filter)
    if let frame { list.rank(frame) }
    message = "only \(filter): Esc shows all"
    return []
  }
}
