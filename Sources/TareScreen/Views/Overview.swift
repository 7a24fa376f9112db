internal import TareModel

/// Both kinds side by side: three panels, the ranked list with the rest of the host, and more of the selected one where
/// there is room.
struct Overview {
  let state: ScreenState
  let frame: Frame
  let summary: Summary

  /// Which rows belong to what, from the size and whether there is a lane for users.
  struct Layout {
    var panels: Rect
    /// Rows of each graph; 0 is the narrow form.
    var graph: Int
    /// Where what the box weighs is said.
    var box: Int
    var table: Rect
    var strip: Rect?
    var notes: Rect
    var hasLegend: Bool

    init(_ size: Size, hasUsers: Bool) {
      let (width, height) = (size.width, size.height)
      graph = width < 110 || height < 30 ? 0 : height >= 56 ? 6 : height >= 36 ? 3 : 1
      // Three graphs are lower than two, so that the list keeps its place.
      if hasUsers, graph > 1 { graph = graph * 2 / 3 }
      let panelHeight = MemoryPanel.height(lanes: hasUsers ? 3 : 2, graph: graph)
      panels = Rect(x: 1, y: height >= 20 ? 2 : 1, width: width - 2, height: panelHeight)
      var bottom = height - 1
      hasLegend = height >= 32
      // Own cost has a line of its own where there is room, else it shares the last of the notes.
      if hasLegend { bottom -= 2 }
      let noteRows = height >= 56 ? 4 : height >= 36 ? 3 : height >= 22 ? 2 : 1
      notes = Rect(x: 1, y: bottom - noteRows, width: width - 2, height: noteRows)
      bottom = notes.y - (height >= 36 ? 1 : 0)
      if height >= 36, width >= 100 {
        strip = Rect(x: 0, y: bottom - 5, width: width, height: 5)
        bottom -= 6
      }
      box = panels.bottom + (height >= 22 ? 1 : 0)
      let top = box + (height >= 22 ? 2 : 1)
      table = Rect(x: 0, y: top, width: width, height: bottom - top)
    }
  }

  func draw(on canvas: inout Canvas) {
    let layout = Layout(canvas.size, hasUsers: state.settings.users)
    drawPanels(layout, on: &canvas)
    BoxLine(summary: summary, units: state.settings.units).draw(
      on: &canvas, x: 1, y: layout.box, width: canvas.size.width - 2)
    WorkloadGrid.overview(state, frame, summary, in: layout.table).draw(on: &canvas)
    if let strip = layout.strip, let row = state.selectedRow {
      SelectedStrip(state: state, frame: frame, row: row).draw(on: &canvas, in: strip)
    }
    drawNotes(layout, on: &canvas)
  }

  private func drawPanels(_ layout: Layout, on canvas: inout Canvas) {
    let gap = 2
    let width = (layout.panels.width - 2 * gap) / 3
    let panels: [any Panel] = [
      MemoryPanel(state, summary, columns: width), CpuPanel(state, summary, columns: width), BootPanel(state, summary),
    ]
    // The longest figure of each panel in the narrow form.
    let figures = [9, 7, 5]
    for (index, panel) in panels.enumerated() {
      let x = layout.panels.x + index * (width + gap)
      let area = Rect(
        x: x, y: layout.panels.y, width: index == 2 ? layout.panels.right - x : width, height: layout.panels.height)
      if layout.graph == 0 {
        panel.drawNarrow(on: &canvas, in: area, figures: figures[index])
      } else {
        panel.drawWide(on: &canvas, in: area, graph: layout.graph)
      }
    }
  }

  private func drawNotes(_ layout: Layout, on canvas: inout Canvas) {
    let notes = Notes.lines(state, frame, summary)
    let cost = state.ownCost(frame)
    let shown = notes.prefix(layout.notes.height)
    var end = layout.notes.x
    for (index, note) in shown.enumerated() {
      let isLast = index == layout.notes.height - 1 && !layout.hasLegend
      let room = isLast ? layout.notes.right - 1 - (cost.last?.displayWidth ?? 0) - 2 : layout.notes.right
      let reached = note.draw(on: &canvas, x: 1, y: layout.notes.y + index, limit: room)
      if isLast { end = reached }
    }
    let y = canvas.size.height - 2
    if layout.hasLegend {
      let legend =
        "after a figure   r reported by guest or engine   ~ inferred   ≥ ≤ < bound   – not applicable   ? unknown"
      canvas.put(legend.fittedAtMost(canvas.size.width - 2), x: 1, y: y - 1, .dim)
      let text = cost.first { $0.displayWidth <= canvas.size.width - 2 } ?? ""
      canvas.put(text, x: 1, y: y, .dim)
    } else {
      guard let text = cost.first(where: { end + 2 + $0.displayWidth <= layout.notes.right }) else { return }
      canvas.put(text, x: layout.notes.right - text.displayWidth, y: y, .dim)
    }
  }
}
