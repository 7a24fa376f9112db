internal import TareModel

/// Draws what the state says. The canvas takes the state's size.
public func draw(_ state: ScreenState, on canvas: inout Canvas) {
  canvas.clear(state.size)
  guard let frame = state.frame else {
    canvas.put("tare", x: 1, y: 0, .bold)
    return
  }
  canvas.put("tare  \(frame.current.host.hostname)", x: 1, y: 0, .bold)
  for (index, line) in state.list.lines.enumerated() {
    guard case .workload(let row, _) = line else { continue }
    canvas.put(frame.current.workloads[row].name, x: 1, y: index + 1)
  }
}
