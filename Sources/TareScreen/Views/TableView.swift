internal import TareModel

extension WorkloadGrid {
  /// The table view's: the columns that the user chose, from the first that is not moved beyond the left edge. The name
  /// stays.
  static func table(_ state: ScreenState, _ frame: Frame, _ summary: Summary, in area: Rect) -> WorkloadGrid {
    let columns = state.list.columns.compactMap { Column.named($0) }.filter { $0.name != "name" && $0.name != "kind" }
    let first = max(0, min(state.list.firstColumn, columns.count - 1))
    let nameLeast = min(16, max(8, area.width / 4))
    var room = area.width - gutter - nameLeast - 2
    var shown: [Column] = []
    for column in columns.dropFirst(first) {
      guard column.width + 1 <= room else { break }
      shown.append(column)
      room -= column.width + 1
    }
    let name = nameLeast + max(0, min(24, room))
    var places: [Place] = []
    if let column = Column.named("name") { places.append(Place(column: column, x: gutter, width: name)) }
    var x = gutter + name + 1
    for column in shown {
      places.append(Place(column: column, x: x, width: column.width))
      x += column.width + 1
    }
    var grid = WorkloadGrid(state: state, frame: frame, summary: summary, area: area, places: places)
    grid.beyond = (first > 0, first + shown.count < columns.count)
    return grid
  }
}
