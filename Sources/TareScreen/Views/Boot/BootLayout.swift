/// Which rows and columns of the boot view belong to what.
struct BootLayout {
  let area: Rect
  /// Where bars stand, on both scales.
  let bar: (x: Int, width: Int)
  let name: Int
  /// The first cell of BOOT and READY.
  let figures: Int
  /// Words beside a row of the upper scale; below it they stand where the figures do.
  var notes: (x: Int, width: Int)?
  /// Workloads that each scale shows.
  let rows: Int
  /// The row with the lens's numbers.
  var lens: Int?
  var distribution: Rect?
  /// A line about the selected workload, and one with medians.
  var strip: Int?
  var summary: Int?

  static let figuresWidth = 16

  /// - Parameters:
  ///   - lines: how many there are to show.
  ///   - lanes: of the distribution.
  init(_ size: Size, lines: Int, hasLens: Bool, lanes: Int) {
    area = Screen.body(size)
    name = size.width < 100 ? 11 : size.width < 120 ? 12 : size.width < 150 ? 16 : 20
    let x = 3 + name + 1
    var end = area.right - 1
    let wanted = size.width >= 150 ? 40 : size.width >= 100 && !hasLens ? 24 : 0
    if wanted > 0 {
      end -= wanted + 2
      notes = (end + 2, wanted)
    }
    figures = end - Self.figuresWidth
    // The last number of the scale goes on three cells beyond it.
    bar = (x, max(1, figures - 4 - x))
    var bottom = area.bottom
    if size.height >= 22 {
      if size.width < 120 {
        bottom -= 1
        summary = bottom
      }
      bottom -= 1
      strip = bottom
    }
    let room = max(0, bottom - area.y - 2)
    rows = hasLens ? min(max(1, lines), max(0, (room - 1) / 2)) : min(max(1, lines), room)
    var used = rows
    if hasLens {
      // A blank row between the scales, where there is one.
      let gap = room >= 2 * rows + 2 ? 1 : 0
      lens = area.y + 2 + rows + gap
      used = 2 * rows + 1 + gap
    }
    let left = room - used
    if lanes > 0, left >= BootDistribution.least(lanes: lanes) + 1 {
      let height = min(left - 1, BootDistribution.least(lanes: lanes) + 2 * lanes)
      distribution = Rect(x: 1, y: bottom - height, width: area.width - 2, height: height)
    }
  }

  /// The first row of the workloads on the upper scale, and on the lens.
  var first: Int { area.y + 2 }
  var firstInLens: Int? { lens.map { $0 + 1 } }

  /// Where the mouse is in the list: its place on the screen.
  func line(at y: Int) -> Int? {
    if (first..<(first + rows)).contains(y) { return y - first }
    if let below = firstInLens, (below..<(below + rows)).contains(y) { return y - below }
    return nil
  }
}
