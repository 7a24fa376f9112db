internal import TareModel

/// Two workloads as columns: every figure of both, and how many times the second is the first.
struct HeadToHead {
  struct Line {
    var name: String
    var first = ""
    var second = ""
    var ratio = ""
    var isTitle = false
  }

  let state: ScreenState
  let frame: Frame
  let rows: (Int, Int)

  static func area(_ size: Size) -> Rect { Rect(x: 1, y: 3, width: size.width - 2, height: size.height - 5) }

  func lastScroll(_ size: Size) -> Int { max(0, lines.count - Self.area(size).height) }

  func draw(on canvas: inout Canvas) {
    let area = Self.area(canvas.size)
    let name = min(24, area.width / 3)
    let column = min(30, (area.width - name - 12) / 2)
    let places = (area.x + name, area.x + name + column + 1)
    for (row, x) in [(rows.0, places.0), (rows.1, places.1)] {
      let workload = frame.current.workloads[row]
      let style: Style = Style(of: workload.kind)
      let title = "\(workload.kind.letter) \(workload.name.harmless)"
      canvas.put(title.fittedAtMost(column).fitted(to: column, atEnd: true), x: x, y: 1, style)
    }
    let ratio = "2nd ÷ 1st"
    canvas.put(ratio, x: min(places.1 + column + 2, area.right - ratio.count), y: 1, .dim)
    canvas.fill("─", x: 1, y: 2, width: area.width, .dim)
    for (index, line) in lines.dropFirst(state.pageScroll).prefix(area.height).enumerated() {
      let y = area.y + index
      canvas.put(
        line.name.fittedAtMost(name - 1), x: area.x + (line.isTitle ? 0 : 1), y: y, line.isTitle ? .bold : .text)
      canvas.put(line.first.fitted(to: column, atEnd: true), x: places.0, y: y)
      canvas.put(line.second.fitted(to: column, atEnd: true), x: places.1, y: y)
      canvas.put(line.ratio.fitted(to: 9, atEnd: true), x: min(places.1 + column + 2, area.right - 9), y: y, .bold)
    }
  }

  private var lines: [Line] {
    var lines: [Line] = facts
    var group: Substring = ""
    // What the box weighs first: it is why they are compared.
    let weighed = Figure.catalogue.filter { $0.group == "tare" }
    for figure in weighed + Figure.catalogue.filter({ $0.group != "tare" }) {
      let values = (frame.value(figure, row: rows.0), frame.value(figure, row: rows.1))
      // What neither of them has is no line.
      if values.0 == .missing(.notApplicable), values.1 == .missing(.notApplicable) { continue }
      if figure.group != group {
        group = figure.group
        lines.append(Line(name: group == "tare" ? "NET AND TARE" : group.uppercased(), isTitle: true))
      }
      lines.append(
        Line(
          name: figure.label, first: text(values.0, figure, rows.0), second: text(values.1, figure, rows.1),
          ratio: Self.ratio(values.0, values.1)))
    }
    return lines
  }

  /// A bound where a weight's sum is not known.
  private func text(_ value: FigureValue, _ figure: Figure, _ row: Int) -> String {
    let text = FigureText.text(value, figure.unit, state.settings)
    if value.number != nil {
      let bound = figure.bound(frame.pair(row))
      return bound == .exact ? text : "\(bound.sign) \(text)"
    }
    guard figure.group == "tare" else { return text }
    let (pair, path) = (frame.pair(row), figure.name.split(separator: "."))
    let weight = path[1] == "cpu" ? pair.cpuWeight : pair.memoryWeight
    guard let total = Weight.Total.allCases.first(where: { path[2].hasPrefix($0.rawValue) }), let sum = weight[total]
    else { return text }
    return "\(sum.bound.sign) \(FigureText.text(.number(sum.value), figure.unit, state.settings))"
  }

  private var facts: [Line] {
    let workloads = (frame.current.workloads[rows.0], frame.current.workloads[rows.1])
    func line(_ name: String, _ column: String) -> Line {
      let texts = [rows.0, rows.1].map { row in
        Column.named(column)?.cell(frame, row, state.settings).text.trimmedStart.trimmedEnd ?? ""
      }
      return Line(name: name, first: texts[0], second: texts[1])
    }
    var memory = line("held", "memory")
    memory.ratio = Self.ratio(frame.heldMemory(row: rows.0), frame.heldMemory(row: rows.1))
    memory.name = "held \(Amount.tableUnit(state.settings.units).name)"
    func start(_ name: String, _ column: String, _ phase: BootTimeline.Phase) -> Line {
      var line = line(name, column)
      if case .exact(let one, _) = workloads.0.boot.span(to: phase),
        case .exact(let other, _) = workloads.1.boot.span(to: phase)
      {
        line.ratio = Self.ratio(.number(one), .number(other))
      }
      return line
    }
    let starts = [start("boot s", "boot", .userspace), start("ready s", "ready", .ready)]
    return [line("runtime", "runtime"), line("image", "image"), line("up", "up")] + starts + [memory]
  }

  /// `×5.60`; nothing where one of them is missing or 0.
  static func ratio(_ first: FigureValue, _ second: FigureValue) -> String {
    guard let one = first.number, let other = second.number, one > 0, other > 0 else { return "" }
    let ratio = other / one
    if ratio >= 9999.5 { return "×>9999" }
    if ratio < 0.005 { return "×<0.01" }
    return "×\(Scaled.decimal(ratio, digits: ratio < 99.95 ? 2 : 0))"
  }
}
