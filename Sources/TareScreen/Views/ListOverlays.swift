internal import TareModel

extension ListState {
  /// What lies over the list while somebody types or chooses.
  func drawOverlay(on canvas: inout Canvas) {
    if let prompt { draw(prompt, on: &canvas) }
    if let chooser { draw(chooser, on: &canvas) }
  }

  /// In the last row, instead of the keys.
  private func draw(_ prompt: Prompt, on canvas: inout Canvas) {
    let (width, y) = (canvas.size.width, canvas.size.height - 1)
    canvas.erase(Rect(x: 0, y: y, width: width, height: 1))
    var x = canvas.put(prompt.purpose == .filter ? "filter:" : "find:", x: 1, y: y, .bold) + 1
    let complaint = prompt.complaint.map { "  ! \($0)".harmless.fittedAtMost(width * 2 / 3) } ?? ""
    let room = width - x - complaint.displayWidth - 1
    // The end of a long text is what somebody types at.
    var text = prompt.text.harmless
    while text.displayWidth > room - 1, !text.isEmpty { text.removeFirst() }
    canvas.put(text, x: x, y: y)
    let cursor = x + max(0, text.displayWidth - (prompt.text.displayWidth - prompt.textBeforeCursor.displayWidth))
    canvas.restyle(Rect(x: cursor, y: y, width: 1, height: 1)) { $0.flags.insert(.reverse) }
    x = width - complaint.displayWidth - 1
    canvas.put(complaint, x: x, y: y, .warning)
    guard complaint.isEmpty else { return }
    let hints =
      prompt.purpose == .filter ? "kind=vm, cpu>50, name~web   Enter keeps  Esc drops" : "Enter keeps  n next  Esc"
    guard x - hints.displayWidth > cursor + 2 else { return }
    canvas.put(hints, x: width - 1 - hints.displayWidth, y: y, .dim)
  }

  private func draw(_ chooser: Chooser, on canvas: inout Canvas) {
    let size = canvas.size
    let width = min(72, size.width - 2)
    let height = min(chooser.names.count + 4, size.height - 2)
    let box = Rect(x: (size.width - width) / 2, y: (size.height - height) / 2, width: width, height: height)
    canvas.erase(box)
    let isSort = chooser.purpose == .sort
    Box.draw(title: isSort ? "SORT BY" : "COLUMNS", on: &canvas, in: box)
    let rows = max(1, height - 4)
    let first = max(0, min(chooser.place - rows / 2, chooser.names.count - rows))
    for (index, name) in chooser.names.enumerated().dropFirst(first).prefix(rows) {
      let y = box.y + 1 + index - first
      let isOn = isSort ? name == sort : columns.contains(name)
      canvas.put(isOn ? (isSort ? "•" : "x") : " ", x: box.x + 4, y: y, .bold)
      let end = canvas.put(name.fittedAtMost(34), x: box.x + 6, y: y, isOn ? .bold : .text)
      let help = Column.named(name)?.help ?? ""
      canvas.put(help.fittedAtMost(box.right - 2 - max(end + 2, box.x + 24)), x: max(end + 2, box.x + 24), y: y, .dim)
      guard index == chooser.place else { continue }
      canvas.put("▸", x: box.x + 2, y: y)
      canvas.restyle(Rect(x: box.x + 1, y: y, width: width - 2, height: 1)) { $0.flags.insert(.selected) }
    }
    let says = isSort ? "Enter sorts   Esc closes" : "Space shows, hides   J K move   Enter closes"
    canvas.put(says.fittedAtMost(width - 4), x: box.x + 2, y: box.bottom - 2, .dim)
  }
}
