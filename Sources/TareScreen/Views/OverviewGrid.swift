internal import TareModel

extension WorkloadGrid {
  /// By importance, each with the fewest cells that do: those that fit are shown in the overview. Zero is the column's own width.
  private static let wanted: [(name: String, width: Int)] = [
    ("cpu", 7), ("gross", 11), ("tare", 9), ("boot", 7), ("runtime", 8), ("note", 5), ("net", 9), ("limit", 8),
    ("tasks", 0), ("up", 0), ("ready", 0), ("image", 0), ("read", 0), ("written", 0), ("received", 0), ("sent", 0),
  ]
  private static let order = [
    "runtime", "gross", "net", "tare", "limit", "cpu", "boot", "ready", "tasks", "read", "written", "received", "sent",
    "up", "note", "image",
  ]
  /// What the bar is made of; the first that fits stands above it.
  static let legends = ["█ net  ▒ unopened  ░ tare", "█ net  ░ tare", "█ net"]

  /// The overview's: chosen by width, with a bar of net and tare before the memory, which is all that the host pays.
  static func overview(_ state: ScreenState, _ frame: Frame, _ summary: Summary, in area: Rect) -> WorkloadGrid {
    let barLeast = area.width >= 110 ? 26 : area.width >= 76 ? 13 : 0
    let nameLeast = area.width >= 100 ? 14 : 10
    // Nothing stands behind the last column.
    var room = area.width - gutter - nameLeast - (barLeast == 0 ? 0 : barLeast + 1)
    var widths: [String: Int] = [:]
    for (name, least) in wanted {
      guard let own = Column.named(name)?.width else { continue }
      let width = name == "cpu" ? cpuWidth(frame) : least == 0 ? own : least
      guard width + 1 <= room else { continue }
      widths[name] = width
      room -= width + 1
    }
    if let least = widths["note"], let own = Column.named("note")?.width, room >= own - least {
      widths["note"] = own
      room -= own - least
    }
    // What is left goes to the name first, then to the bar.
    let name = nameLeast + min(18, max(0, room / 2))
    let bar = barLeast == 0 ? 0 : min(48, barLeast + max(0, room - (name - nameLeast)))
    return place(state, frame, summary, in: area, name: name, bar: bar, widths)
  }

  private static func place(
    _ state: ScreenState, _ frame: Frame, _ summary: Summary, in area: Rect, name: Int, bar barWidth: Int,
    _ widths: [String: Int]
  ) -> WorkloadGrid {
    var places: [Place] = []
    var bar: (Int, Int)?
    var x = gutter
    if let column = Column.named("name") { places.append(Place(column: column, x: x, width: name)) }
    x += name + 1
    for column in order.compactMap({ Column.named($0) }) {
      guard let width = widths[column.name] else { continue }
      if column.name == "gross", barWidth > 0 {
        bar = (x, barWidth)
        x += barWidth + 1
      }
      places.append(Place(column: column, x: x, width: width, title: title(column, state.settings)))
      x += width + 1
    }
    return WorkloadGrid(
      state: state, frame: frame, summary: summary, area: area, places: places, bar: bar, isGross: true)
  }

  /// The unit stands once, in the first heading of three.
  private static func title(_ column: Column, _ settings: Settings) -> String? {
    switch column.name {
    case "gross": "MEMORY \(Amount.tableUnit(settings.units).name) "
    case "net": "NET "
    case "tare": "TARE "
    default: nil
    }
  }

  /// All that the machine's CPUs can do, a decimal and a mark.
  private static func cpuWidth(_ frame: Frame) -> Int { max(7, String(frame.current.host.cpusOnline * 100).count + 3) }
}
