internal import TareModel

extension WorkloadGrid {
  /// By importance: those that fit are shown in the overview.
  private static let wanted = [
    "cpu", "memory", "boot", "runtime", "limit", "note", "tasks", "up", "ready", "image",
    "read", "written", "received",
    "sent",
  ]
  private static let order = [
    "runtime", "memory", "limit", "cpu", "boot", "ready", "tasks", "read",
    "written", "received", "sent", "up", "note",
    "image",
  ]

  /// The overview's: chosen by width, with a bar before the memory.
  static func overview(_ state: ScreenState, _ frame: Frame, _ summary: Summary, in area: Rect) -> WorkloadGrid {
    let barLeast = area.width >= 76 ? 10 : 0
    let nameLeast = area.width >= 100 ? 14 : 10
    var room = area.width - gutter - nameLeast - 1 - (barLeast == 0 ? 0 : barLeast + 1)
    var chosen: Set<String> = []
    for name in wanted {
      guard let column = Column.named(name), column.width + 1 <= room else { continue }
      chosen.insert(name)
      room -= column.width + 1
    }
    // What is left goes to the name first, then to the bar.
    let name = nameLeast + min(18, max(0, room / 2))
    let barWidth = barLeast == 0 ? 0 : min(48, barLeast + max(0, room - (name - nameLeast)))
    var places: [Place] = []
    var bar: (Int, Int)?
    var x = gutter
    if let column = Column.named("name") { places.append(Place(column: column, x: x, width: name)) }
    x += name + 1
    for column in order.filter(chosen.contains).compactMap({ Column.named($0) }) {
      if column.name == "memory", barWidth > 0 {
        bar = (x, barWidth)
        x += barWidth + 1
      }
      places.append(Place(column: column, x: x, width: column.width))
      x += column.width + 1
    }
    return WorkloadGrid(state: state, frame: frame, summary: summary, area: area, places: places, bar: bar)
  }
}
