/// What an event changes, and what it wants done. Reads nothing and knows no clock: the same events give the same screen.
public func reduce(_ state: inout ScreenState, _ event: Event) -> [Effect] {
  switch event {
  case .key(let key):
    switch KeyTable.action(of: key) {
    case .quit: return [.quit]
    case .suspend: return [.suspend]
    case .redraw: return [.redraw]
    default: return []
    }
  case .mouse: return []
  case .resize(let size):
    state.size = size
    return []
  case .frame(let frame):
    state.frame = frame
    state.list.rank(frame)
    return []
  case .inspection(let inspection):
    state.inspection = inspection
    return []
  case .message(let message):
    state.message = message
    return []
  }
}
