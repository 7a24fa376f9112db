internal import TareModel

/// Who stands on whom, and what each layer costs now.
struct StackView {
  let state: ScreenState
  let frame: Frame
  let summary: Summary

  func draw(on canvas: inout Canvas) {}
}
