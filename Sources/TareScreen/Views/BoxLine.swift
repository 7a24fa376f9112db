internal import TareModel

/// The answer in one line: what the boxes of each kind weigh.
struct BoxLine {
  /// What is said of one kind.
  struct Part: Equatable {
    let title: String
    let text: String
    let style: Style
  }

  /// How much room there is: whole words and a decimal, letters and a decimal, letters and round figures.
  enum Form: CaseIterable { case long, middle, short }

  static let title = "THE BOX WEIGHS"

  let summary: Summary
  let units: Settings.Units

  /// In the longest form that fits; nothing where nothing runs.
  func draw(on canvas: inout Canvas, x: Int, y: Int, width: Int) {
    let forms = Form.allCases.map { ($0, parts($0)) }
    guard let (form, parts) = forms.first(where: { self.width(of: $0.1, $0.0) <= width }) ?? forms.last, !parts.isEmpty
    else { return }
    var at = canvas.put(Self.title, x: x, y: y, .bold, limit: x + width)
    for (index, part) in parts.enumerated() {
      at = canvas.put(part.title, x: at + gap(form, index), y: y, part.style, limit: x + width)
      at = canvas.put(part.text, x: at + 2, y: y, limit: x + width)
    }
  }

  /// Those kinds of which there are any.
  func parts(_ form: Form) -> [Part] {
    let kinds: [(Summary.Lane, String, String, Style)] = [
      (summary.containers, "containers", "C", .container), (summary.machines, "VMs", "V", .vm),
    ]
    return kinds.filter { $0.0.box.count > 0 }.map { lane, word, letter, style in
      Part(title: form == .long ? word : letter, text: text(lane.box, form), style: style)
    }
  }

  private func text(_ box: BoxWeight, _ form: Form) -> String {
    guard box.isKnown else { return "not known" }
    let table = Amount.tableUnit(units)
    let unit = box.gross / table.bytes < 9999.95 ? table : Amount.unit(for: box.gross, units)
    func figure(_ bytes: Double) -> String {
      if unit.bytes > table.bytes { return Amount.figures(bytes, in: unit) }
      return Scaled.decimal(bytes / unit.bytes, digits: form == .short ? 0 : 1)
    }
    // At least nothing says nothing.
    if box.isAtLeast, box.tare == 0 { return "not known, of \(figure(box.gross)) \(unit.name)" }
    let bound = box.isAtLeast ? "at least " : box.isAtMost ? "at most " : box.certainty == .measured ? "" : "about "
    let percent = (box.percent ?? 0)
    let share = form == .short ? Scaled.decimal(percent, digits: 0) : Scaled.decimal(percent).fitted(to: 4, atEnd: true)
    return "\(bound)\(figure(box.tare)) \(unit.name) of \(figure(box.gross)), \(share) %"
  }

  private func gap(_ form: Form, _ index: Int) -> Int {
    switch form {
    case .long: index == 0 ? 4 : 8
    case .middle: 4
    case .short: index == 0 ? 3 : 6
    }
  }

  private func width(of parts: [Part], _ form: Form) -> Int {
    parts.enumerated().reduce(Self.title.count) { sum, part in
      sum + gap(form, part.offset) + part.element.title.displayWidth + 2 + part.element.text.displayWidth
    }
  }
}
