internal import TareModel

/// What can be chosen while tare runs, over whatever is shown. The file is never written: `tare config` shows how.
enum SettingsPane {
  private struct Line: Sendable {
    let name: String
    let value: @Sendable (Settings) -> String
    let change: @Sendable (inout ScreenState, Int) -> [Effect]
  }

  private static let lines: [Line] = [
    Line(name: "interval", value: { Clock.interval($0.interval) }) { state, step in
      state.perform(step > 0 ? .slower : .faster)
    },
    Line(name: "theme", value: { $0.theme.rawValue }) { state, step in
      turn(&state.settings.theme, step)
      return [.redraw]
    },
    Line(name: "units", value: { $0.units == .iec ? "iec: KiB, MiB, GiB" : "si: kB, MB, GB" }) { state, step in
      turn(&state.settings.units, step)
      return []
    },
    Line(name: "ascii", value: { $0.ascii == true ? "on" : "off" }) { state, _ in
      state.settings.ascii = state.settings.ascii != true
      return [.redraw]
    },
    Line(name: "mouse", value: { $0.mouse ? "on" : "off" }) { state, _ in state.perform(.toggleMouse) },
  ]

  private static func turn<Choice: CaseIterable & Equatable>(_ choice: inout Choice, _ step: Int)
  where Choice.AllCases.Index == Int {
    let all = Choice.allCases
    let place = all.firstIndex(of: choice) ?? 0
    choice = all[(place + step + all.count) % all.count]
  }

  static func press(_ key: Key, _ action: Action?, line: Int, _ state: inout ScreenState) -> [Effect] {
    switch key {
    case .left: return lines[line].change(&state, -1)
    case .right, .enter, .character(" "): return lines[line].change(&state, 1)
    default: break
    }
    switch action {
    case .up: state.overlay = .settings(max(0, line - 1))
    case .down: state.overlay = .settings(min(lines.count - 1, line + 1))
    default: state.overlay = nil
    }
    return []
  }

  static func draw(_ state: ScreenState, line chosen: Int, on canvas: inout Canvas) {
    let size = canvas.size
    let width = min(56, size.width - 2)
    let height = min(lines.count + 5, size.height - 2)
    let box = Rect(x: (size.width - width) / 2, y: (size.height - height) / 2, width: width, height: height)
    canvas.erase(box)
    Box.draw(title: "SETTINGS", on: &canvas, in: box)
    for (index, line) in lines.enumerated() where index + 2 < height - 1 {
      let y = box.y + 2 + index
      canvas.put(index == chosen ? "▸" : " ", x: box.x + 2, y: y)
      canvas.put(line.name, x: box.x + 4, y: y)
      canvas.put("‹ \(line.value(state.settings)) ›", x: box.x + 16, y: y, .bold, limit: box.right - 1)
      guard index == chosen else { continue }
      canvas.restyle(Rect(x: box.x + 1, y: y, width: width - 2, height: 1)) { $0.flags.insert(.selected) }
    }
    let says = "← → change   Esc closes   tare config: to keep them"
    canvas.put(says.fittedAtMost(width - 4), x: box.x + 2, y: box.bottom - 2, .dim)
  }
}
