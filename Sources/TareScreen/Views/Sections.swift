internal import TareModel

/// A part of the details: a title and lines below it. Sections flow in columns, from above to below and then to the right.
struct Section {
  /// One line: a name, a value, and what is behind it.
  struct Line {
    enum Tail {
      case none
      /// The history of a figure.
      case history(History.Series)
      case text(String, Style)
      /// The bar of a start, over the whole line.
      case boot(BootBar, BootAxis)
    }

    var name: String
    var value = ""
    var valueStyle = Style.text
    /// Right behind the value, one cell: how it is known.
    var mark = ""
    var tail = Tail.none
    /// The name takes the whole line.
    var isWhole = false
    var style = Style.text
  }

  var title: String
  /// Behind the title, at the right.
  var note = ""
  var lines: [Line]

  fileprivate var hasHistory: Bool {
    lines.contains { if case .history = $0.tail { true } else { false } }
  }

  var height: Int { 1 + lines.count + 1 }
}

/// Lays sections out in columns and draws the part of them that is scrolled to.
struct SectionFlow {
  let history: History
  let style: Style
  /// Widths of name and value in a line.
  var name = 18
  var value = 11

  static func count(width: Int) -> Int { max(1, min(width / 58 == 0 ? 1 : max(1, (width + 2) / 60), 4)) }

  /// Cells of one column.
  static func columnWidth(_ width: Int) -> Int { (width - 2 * (count(width: width) - 1)) / count(width: width) }

  /// Rows that a column takes, and how sections are shared out over columns.
  static func columns(_ sections: [Section], width: Int, height: Int) -> (count: Int, width: Int, placed: [[Section]]) {
    let (count, columnWidth) = (count(width: width), columnWidth(width))
    let total = sections.reduce(0) { $0 + $1.height }
    var placed: [[Section]] = [[]]
    var used = 0
    let most = max(height, (total + count - 1) / count)
    for section in sections {
      if used > 0, used + section.height > most + 1, placed.count < count {
        placed.append([])
        used = 0
      }
      placed[placed.count - 1].append(section)
      used += section.height
    }
    return (count, columnWidth, placed)
  }

  /// - Returns: how many rows the longest column has.
  @discardableResult
  func draw(_ sections: [Section], on canvas: inout Canvas, in area: Rect, scroll: Int) -> Int {
    let columns = Self.columns(sections, width: area.width, height: area.height)
    var longest = 0
    for (index, column) in columns.placed.enumerated() {
      let x = area.x + index * (columns.width + 2)
      var y = area.y - scroll
      for section in column {
        draw(section, on: &canvas, x: x, y: y, width: columns.width, in: area)
        y += section.height
      }
      longest = max(longest, y + scroll - area.y)
    }
    return longest
  }

  private func draw(_ section: Section, on canvas: inout Canvas, x: Int, y: Int, width: Int, in area: Rect) {
    if (area.y..<area.bottom).contains(y) {
      let end = canvas.put(section.title, x: x, y: y, .bold, limit: x + width)
      let note = section.hasHistory ? span(columns: width - name - value - 2) : section.note
      if end + 2 + note.displayWidth <= x + width {
        canvas.put(note, x: x + width - note.displayWidth, y: y, .dim)
      }
    }
    for (index, line) in section.lines.enumerated() where (area.y..<area.bottom).contains(y + 1 + index) {
      draw(line, on: &canvas, x: x, y: y + 1 + index, width: width)
    }
  }

  private func draw(_ line: Section.Line, on canvas: inout Canvas, x: Int, y: Int, width: Int) {
    if case .boot(let bar, let axis) = line.tail {
      let end = "\(axis.text(axis.to)) s"
      let room = width - 2 - end.count
      bar.draw(on: &canvas, x: x + 1, y: y, width: room, axis: axis, style: style)
      canvas.put(end, x: x + width - end.count, y: y, .dim)
      return
    }
    if line.isWhole {
      canvas.put(line.name.fittedAtMost(width - 1), x: x + 1, y: y, line.style)
      return
    }
    canvas.put(line.name.fittedAtMost(name - 1), x: x + 1, y: y, line.style)
    canvas.put(line.value.fitted(to: value, atEnd: true), x: x + 1 + name, y: y, line.valueStyle)
    canvas.put(line.mark, x: x + 1 + name + value, y: y, limit: x + width)
    let at = x + 1 + name + value + 1
    switch line.tail {
    case .none, .boot: break
    case .text(let text, let style): canvas.put(text.fittedAtMost(x + width - at), x: at, y: y, style)
    case .history(let series):
      draw(series, on: &canvas, in: Rect(x: at, y: y, width: x + width - at, height: 1))
    }
  }

  /// Each figure from 0 to its own greatest; one that has not moved is a line, because a wall of blocks says no more.
  private func draw(_ series: History.Series, on canvas: inout Canvas, in area: Rect) {
    var (least, most, known) = (Double.infinity, 0.0, 0)
    for ago in 0..<min(area.width, History.depth) {
      let point = history.point(series, ago: ago)
      guard !point.isNaN else { continue }
      (least, most, known) = (min(least, Double(point)), max(most, Double(point)), known + 1)
    }
    guard known > 0 else { return }
    if least == most {
      canvas.fill("─", x: area.right - known, y: area.y, width: known, .dim)
      return
    }
    Graph(top: max(most, 1e-9), style: style).draw(on: &canvas, in: area) { history.point(series, ago: $0) }
  }

  private func span(columns: Int) -> String {
    let seconds = Double(history.span(ago: columns - 1)) / 1e9
    return seconds < 1 ? "" : "last \(Scaled.decimal(seconds, digits: 0)) s, each from 0"
  }
}
