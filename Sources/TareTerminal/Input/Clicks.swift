internal import TareScreen

/// Turns what a terminal reports of the mouse into presses, double presses and turns of the wheel.
struct Clicks: Sendable {
  /// As in the report: the button with its modifiers, and the cell from 1.
  struct Report: Hashable {
    var button: Int
    var x: Int
    var y: Int
    var isRelease = false
  }

  private static let pause: UInt64 = 400_000_000
  private var last: (x: Int, y: Int, at: UInt64)?

  mutating func mouse(_ report: Report, at now: UInt64) -> Mouse? {
    // Shift, Alt and Ctrl make no difference; a move does.
    let button = report.button & ~0b11100
    let (x, y) = (report.x - 1, report.y - 1)
    guard !report.isRelease, x >= 0, y >= 0 else { return nil }
    switch button {
    case 64: return Mouse(.wheelUp, x: x, y: y)
    case 65: return Mouse(.wheelDown, x: x, y: y)
    case 0:
      if let last, last.x == x, last.y == y, now >= last.at, now - last.at <= Self.pause {
        self.last = nil
        return Mouse(.doublePress, x: x, y: y)
      }
      last = (x, y, now)
      return Mouse(.press, x: x, y: y)
    default: return nil
    }
  }
}
