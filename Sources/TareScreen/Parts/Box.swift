/// A box with its title in the upper edge.
enum Box {
  static func draw(title: String, on canvas: inout Canvas, in box: Rect) {
    for y in [box.y, box.bottom - 1] { canvas.fill("─", x: box.x + 1, y: y, width: box.width - 2, .dim) }
    for x in [box.x, box.right - 1] {
      for y in (box.y + 1)..<max(box.y + 1, box.bottom - 1) { canvas.put("│", x: x, y: y, .dim) }
    }
    for (x, y, corner) in [
      (box.x, box.y, "┌"), (box.right - 1, box.y, "┐"), (box.x, box.bottom - 1, "└"),
      (box.right - 1, box.bottom - 1, "┘"),
    ] {
      canvas.put(corner, x: x, y: y, .dim)
    }
    canvas.put(" \(title) ", x: box.x + 2, y: box.y, .bold, limit: box.right - 1)
  }
}
