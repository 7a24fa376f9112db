internal import TareModel

/// The last row: the keys that do something here.
enum Footer {
  struct Hint {
    let action: Action
    let word: String

    init(_ action: Action, _ word: String) {
      self.action = action
      self.word = word
    }

    /// As the table of keys names it: the first of them.
    var label: String {
      KeyTable.bindings.first { $0.action == action }?.label.split(separator: " ").first.map(String.init) ?? ""
    }
  }

  private static let always = [Hint(.help, "help"), Hint(.quit, "")]

  /// Hints from the left while they fit; help and quit always.
  static func draw(_ hints: [Hint], on canvas: inout Canvas) {
    let y = canvas.size.height - 1
    let gap = canvas.size.width >= 60 ? 2 : 1
    let tail = always.map(width).reduce(0, +) + gap
    var x = 1
    for hint in hints {
      guard x + width(hint) + gap + tail < canvas.size.width else { continue }
      x = draw(hint, x: x, y: y, on: &canvas) + gap
    }
    for hint in always { x = draw(hint, x: x, y: y, on: &canvas) + gap }
  }

  private static func width(_ hint: Hint) -> Int {
    hint.label.displayWidth + (hint.word.isEmpty ? 0 : hint.word.displayWidth + 1)
  }

  private static func draw(_ hint: Hint, x: Int, y: Int, on canvas: inout Canvas) -> Int {
    let at = canvas.put(hint.label, x: x, y: y, .bold)
    return hint.word.isEmpty ? at : canvas.put(hint.word, x: at + 1, y: y, .dim)
  }
}
