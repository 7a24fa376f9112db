internal import TareModel

/// Where the figures of one workload come from.
struct ExplainView {
  let state: ScreenState
  let frame: Frame
  let row: Int

  func draw(on canvas: inout Canvas) {
    Title.draw(state, frame, row, on: &canvas, x: 1, y: 1, limit: canvas.size.width - 2)
  }

  /// The last line that can be scrolled to.
  func lastScroll(_ size: Size) -> Int { 0 }
}
