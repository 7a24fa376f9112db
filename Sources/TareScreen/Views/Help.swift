internal import TareModel

/// All keys, over whatever is shown; made from the table of keys, so that no key is left out.
enum Help {
  static func lines() -> [(text: String, label: Int, isTitle: Bool)] {
    var lines: [(String, Int, Bool)] = []
    for section in Binding.Section.allCases {
      let bindings = KeyTable.bindings.filter { $0.section == section }
      guard !bindings.isEmpty else { continue }
      if !lines.isEmpty { lines.append(("", 0, false)) }
      lines.append((section.rawValue.uppercased(), 0, true))
      for binding in bindings {
        lines.append(("\(binding.label.fitted(to: 13))\(binding.help)", binding.label.displayWidth, false))
      }
    }
    return lines
  }

  static func columns(_ size: Size) -> Int { max(1, min(3, size.width / 40)) }

  static func rows(_ size: Size) -> Int { max(1, size.height - 4) }

  /// How far it can be scrolled.
  static func lastScroll(_ size: Size) -> Int {
    max(0, lines().count - columns(size) * rows(size))
  }

  static func draw(_ state: ScreenState, on canvas: inout Canvas) {
    let size = canvas.size
    canvas.erase(Rect(x: 0, y: 1, width: size.width, height: size.height - 1))
    canvas.put("KEYS", x: 1, y: 1, .bold)
    let about = "Any other key closes this. man tare and tare --help say more."
    if size.width > about.count + 8 { canvas.put(about, x: size.width - 1 - about.count, y: 1, .dim) }
    let (columns, rows) = (columns(size), rows(size))
    let width = (size.width - 2) / columns
    let all = Array(lines().dropFirst(min(state.pageScroll, lastScroll(size))))
    // Balanced, so that a large screen is not filled from the left alone.
    let height = min(rows, max((all.count + columns - 1) / columns, 1))
    let shown = min(all.count, columns * height)
    if shown < lines().count {
      let from = lines().count - all.count
      canvas.put("\(from + 1)–\(from + shown) of \(lines().count)", x: 8, y: 1, .dim)
    }
    for (index, line) in all.prefix(columns * height).enumerated() {
      let (x, y) = (1 + index / height * width, 3 + index % height)
      canvas.put(line.text.fittedAtMost(width - 2), x: x, y: y, line.isTitle ? .bold : .text)
      canvas.restyle(Rect(x: x, y: y, width: line.label, height: 1)) { $0.flags.insert(.bold) }
    }
  }
}
