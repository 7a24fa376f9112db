internal import TareModel
struct TableView {
  let state: ScreenState
  let frame: Frame
  let summary: Summary
  func draw(on canvas: inout Canvas, in area: Rect) {}
  static func rows(in area: Rect) -> Int { max(0, area.height - 5) }
  static func firstRow(in area: Rect) -> Int { area.y + 2 }
  static func heading(x: Int, y: Int, _ state: ScreenState) -> String? { nil }
}
