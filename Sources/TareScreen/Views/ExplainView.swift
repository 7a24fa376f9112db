internal import TareModel

/// Where the figures of one workload come from: all of them, and beside them the one that is chosen: its formula, what was
/// read, when, from which files, and what others show.
struct ExplainView {
  let state: ScreenState
  let frame: Frame
  let row: Int

  private var workload: Workload { frame.current.workloads[row] }

  /// All that this kind of workload has; a start last.
  var choices: [FigureChoice] {
    FigureChoice.all.filter { choice in
      guard let figure = choice.figure else { return workload.kind != .user }
      return frame.value(figure, row: row) != .missing(.notApplicable)
    }
  }

  /// Of the chosen one.
  var place: Int {
    // Where the list's memory is what the host pays, that is explained.
    let isGross = state.list.sort == "memory" && state.list.ranksGross
    let sorted = FigureChoice(sortedBy: isGross ? "gross" : state.list.sort, kind: workload.kind)
    let choice = state.explain.choice ?? sorted
    return choices.firstIndex(of: choice) ?? 0
  }

  /// Where the list is, and where the explanation.
  private struct Layout {
    let list: Rect
    let text: Rect

    init(_ size: Size) {
      let (top, bottom) = (3, size.height - 2)
      if size.width >= 96 {
        let width = size.width >= 116 ? 44 : 36
        list = Rect(x: 1, y: top, width: width, height: bottom - top)
        text = Rect(x: width + 3, y: top, width: size.width - width - 4, height: bottom - top)
      } else {
        let rows = size.height >= 20 ? 6 : size.height >= 14 ? 3 : 1
        list = Rect(x: 1, y: top, width: size.width - 2, height: rows)
        text = Rect(x: 1, y: top + rows + 1, width: size.width - 2, height: bottom - top - rows - 1)
      }
    }
  }

  func draw(on canvas: inout Canvas) {
    let size = canvas.size
    Title.drawPage(state, frame, row, on: &canvas)
    let layout = Layout(size)
    drawList(on: &canvas, in: layout.list)
    let isBeside = layout.text.x > 1
    if !isBeside { canvas.fill("─", x: 1, y: layout.text.y - 1, width: size.width - 2, .dim) }
    let lines = lines(width: min(layout.text.width, 100))
    for (index, line) in lines.dropFirst(state.pageScroll).prefix(layout.text.height).enumerated() {
      canvas.put(line.text, x: layout.text.x, y: layout.text.y + index, line.style, limit: layout.text.right)
    }
    guard lines.count > layout.text.height else { return }
    let last = min(lines.count, state.pageScroll + layout.text.height)
    let says = " \(state.pageScroll + 1)–\(last) of \(lines.count) lines, PgDn "
    canvas.put(says, x: size.width - 2 - says.displayWidth, y: isBeside ? 2 : layout.text.y - 1)
  }

  /// The last line that can be scrolled to.
  func lastScroll(_ size: Size) -> Int {
    let text = Layout(size).text
    return max(0, lines(width: min(text.width, 100)).count - text.height)
  }

  // MARK: The list

  private func drawList(on canvas: inout Canvas, in area: Rect) {
    let (choices, place) = (choices, place)
    let first = max(0, min(place - area.height / 2, choices.count - area.height))
    for (index, choice) in choices.dropFirst(first).prefix(area.height).enumerated() {
      let y = area.y + index
      let value = value(choice)
      let isChosen = first + index == place
      let room = area.width - 1 - value.displayWidth - 1
      canvas.put(choice.name.fittedAtMost(max(8, room)), x: area.x + 1, y: y, isChosen ? .bold : .text)
      canvas.put(value, x: area.right - value.displayWidth, y: y, isChosen ? .bold : .text)
      guard isChosen else { continue }
      canvas.put("▸", x: area.x, y: y)
      canvas.select(Rect(x: area.x, y: y, width: area.width, height: 1))
    }
  }

  private func value(_ choice: FigureChoice) -> String {
    guard let figure = choice.figure else {
      let text = FigureText.text(workload.boot.span(to: .userspace))
      return text.contains { $0.isNumber } ? "\(text.trimmedStart.trimmedEnd) s" : text.trimmedEnd
    }
    return text(frame.value(figure, row: row), figure) + figure.certainty(frame.pair(row)).mark
  }

  private func text(_ value: FigureValue, _ figure: Figure) -> String {
    FigureText.text(value, figure.unit, state.settings)
  }

  // MARK: The explanation

  private func lines(width: Int) -> [(text: String, style: Style)] {
    guard choices.indices.contains(place) else { return [] }
    let choice = choices[place]
    var lines: [(String, Style)] = []
    let parts: [ExplanationPart]
    if let figure = choice.figure {
      let explanation = Explanation(figure, frame, row: row, inspection: state.inspection)
      let known = explanation.reason == nil ? ", \(explanation.certainty.rawValue)" : ""
      lines.append(("\(figure.label): \(text(explanation.value, figure))\(known)", .bold))
      parts = explanation.parts { FigureText.text(.number($0), $1, state.settings) }
    } else {
      lines.append(("boot: \(value(choice))", .bold))
      parts = BootExplanation(workload).parts
    }
    for part in parts {
      lines.append(("", .text))
      lines.append((part.title, .bold))
      lines += part.text(width: width - 1).map { (" \($0.text)", .text) }
    }
    return lines
  }
}

extension Certainty {
  /// As in a column of figures: a cell wide, blank for what was measured.
  fileprivate var mark: String {
    switch self {
    case .measured, .unknown: " "
    case .reported, .inferred: sign
    }
  }
}
