internal import TareModel

/// One start as a bar: where its phases lie, in seconds from an instant that is 0. Nothing is put in order: what
/// contradicts another phase stands where it says that it is.
struct BootBar {
  struct Point {
    let phase: BootTimeline.Phase
    let mark: BootTimeline.Mark
    let seconds: Double
  }

  /// By instant. Without the request of an earlier start, and without what a container does not have apart: it
  /// executes in the user space that is there.
  let points: [Point]
  /// While it still comes up: now.
  let now: Double?
  /// Nothing tells when user space began.
  let lacksUserspace: Bool
  private let zero: BootTimeline.Phase

  /// As long after its start a workload can be coming up; nanoseconds. Later, what is unknown stays so.
  private static let startupWindow: UInt64 = 60_000_000_000

  /// Nil where nothing is known of the phase that is 0.
  init?(_ workload: Workload, now: UInt64, from zero: BootTimeline.Phase = .requested) {
    let boot = workload.boot
    guard let begin = zero == .requested ? boot.start?.mark : boot[zero] else { return nil }
    self.zero = zero
    lacksUserspace = boot[.userspace] == nil
    let isShared = workload.kind != .vm && boot[.executing]?.at == boot[.userspace]?.at
    points = BootTimeline.Phase.allCases.enumerated().compactMap { place, phase -> (Int, Point)? in
      if phase == .executing && isShared { return nil }
      return boot[phase].map {
        (place, Point(phase: phase, mark: $0, seconds: Self.seconds(from: begin.at, to: $0.at)))
      }
    }.sorted { ($0.1.mark.at, $0.0) < ($1.1.mark.at, $1.0) }.map(\.1)
    self.now = Self.isComingUp(boot, now: now) ? Self.seconds(from: begin.at, to: now) : nil
  }

  static func isComingUp(_ boot: BootTimeline, now: UInt64) -> Bool {
    guard boot[.userspace] == nil || boot[.ready] == nil, let start = boot.start?.mark.at else { return false }
    return now >= start && now - start < startupWindow
  }

  static func seconds(from: UInt64, to: UInt64) -> Double {
    to >= from ? Double(to - from) / 1e9 : -Double(from - to) / 1e9
  }

  var begin: Double { points.first?.seconds ?? 0 }

  /// What the scale must hold. One that waits for an answer only may wait for none: it does not stretch it for long.
  var end: Double {
    let last = points.last?.seconds ?? 0
    guard let now, lacksUserspace || now <= 10 else { return last }
    return max(last, now)
  }

  func seconds(of phase: BootTimeline.Phase) -> Double? { points.first { $0.phase == phase }?.seconds }

  // MARK: Drawing

  /// The fill before a phase says how its instant is known.
  static func fill(_ label: BootTimeline.Label, isASCII: Bool) -> Unicode.Scalar {
    switch label {
    case .measured: isASCII ? "#" : "█"
    case .reported: isASCII ? "=" : "▓"
    case .inferred: isASCII ? "-" : "░"
    case .unknown: isASCII ? "." : "·"
    }
  }

  static func letter(_ phase: BootTimeline.Phase) -> String {
    switch phase {
    case .requested: "R"
    case .spawned: "S"
    case .isolated: "I"
    case .executing: "X"
    case .userspace: "U"
    case .ready: "A"
    }
  }

  func draw(on canvas: inout Canvas, x: Int, y: Int, width: Int, axis: BootAxis, style: Style) {
    guard width > 0, let first = points.first else { return }
    let pen = Pen(canvas.isASCII, x: x, y: y, width: width, style: style)
    var reached = axis.cell(first.seconds, width: width)
    pen.fill(reached, reached, first.mark.label, on: &canvas)
    for (place, point) in points.enumerated().dropFirst() {
      let cell = axis.cell(point.seconds, width: width)
      var from = place == 1 ? reached : reached + 1
      if point.phase == .ready, lacksUserspace {
        // Where user space began is open; where the answer came lies in its bracket.
        let least = point.mark.lo.map { point.seconds - Self.seconds(from: $0, to: point.mark.at) } ?? point.seconds
        let open = max(reached, min(axis.cell(least, width: width), cell))
        pen.fillUnknown(reached + 1, open - 1, "U?", on: &canvas)
        from = max(reached + 1, open)
      }
      pen.fill(from, cell, point.mark.label, on: &canvas)
      reached = cell
    }
    drawRest(after: reached, axis, pen, on: &canvas)
    drawLetters(axis, pen, on: &canvas)
    if points.contains(where: { axis.cell($0.seconds, width: width) < 0 }) { pen.put("‹", 0, .bold, on: &canvas) }
    if points.contains(where: { axis.cell($0.seconds, width: width) >= width }) {
      pen.put("›", width - 1, .bold, on: &canvas)
    }
  }

  /// What is still to come, or will never be known.
  private func drawRest(after reached: Int, _ axis: BootAxis, _ pen: Pen, on canvas: inout Canvas) {
    if let now {
      let cell = axis.cell(now, width: pen.width)
      guard cell > reached, reached < pen.width else { return }
      pen.fillUnknown(reached + 1, cell, "", on: &canvas)
      pen.put("›", min(cell, pen.width - 1), .bold, on: &canvas)
    } else if lacksUserspace, !points.contains(where: { $0.phase == .ready }) {
      pen.fillUnknown(reached + 1, reached + 6, "U?", on: &canvas)
    }
  }

  /// Those that matter most first, each where there is room for it.
  private func drawLetters(_ axis: BootAxis, _ pen: Pen, on canvas: inout Canvas) {
    let order: [BootTimeline.Phase] = [.userspace, .ready, .executing, .spawned, .isolated, .requested]
    let start = axis.cell(begin, width: pen.width)
    let startsWithRequest = points.first?.phase == .requested
    var taken: [Int: Point] = [:]
    for point in order.compactMap({ phase in points.first { $0.phase == phase } }) {
      var cell = axis.cell(point.seconds, width: pen.width)
      // An answer that came at once still has its letter.
      if point.phase == .ready, taken[cell] != nil { cell += 1 }
      guard (0..<pen.width).contains(cell), taken[cell] == nil else { continue }
      // At the very beginning the fill says more than a letter that is not read as a length.
      let isPlain = point.phase != .userspace && point.phase != .ready && !point.mark.isDoubtful
      if isPlain, cell == start, startsWithRequest, zero == .requested || point.phase != .requested { continue }
      pen.put(Self.letter(point.phase), cell, .bold, on: &canvas)
      taken[cell] = point
    }
    // Where two phases lie in one cell, the fill is still that of the letter behind it.
    for (cell, point) in taken where cell > max(0, start) && taken[cell - 1] == nil && point.phase != points[0].phase {
      pen.fill(cell - 1, cell - 1, point.mark.label, on: &canvas)
    }
    for (cell, point) in taken where point.mark.isDoubtful {
      if cell + 1 < pen.width, taken[cell + 1] == nil {
        pen.put("!", cell + 1, .warning, on: &canvas)
      } else {
        pen.put(Self.letter(point.phase), cell, .warning, on: &canvas)
      }
    }
  }

  /// Draws cells of the bar; those outside are left out.
  private struct Pen {
    let isASCII: Bool
    let x: Int
    let y: Int
    let width: Int
    let style: Style

    init(_ isASCII: Bool, x: Int, y: Int, width: Int, style: Style) {
      (self.isASCII, self.x, self.y, self.width, self.style) = (isASCII, x, y, width, style)
    }

    /// From one cell to another, both included.
    func fill(_ first: Int, _ last: Int, _ label: BootTimeline.Label, on canvas: inout Canvas) {
      let (from, to) = (max(0, first), min(width - 1, last))
      let fill = BootBar.fill(label, isASCII: isASCII)
      canvas.fill(fill, x: x + from, y: y, width: to - from + 1, label == .unknown ? .dim : style)
    }

    /// Dots, with a word in their middle where it fits.
    func fillUnknown(_ first: Int, _ last: Int, _ word: String, on canvas: inout Canvas) {
      fill(first, last, .unknown, on: &canvas)
      let (from, to) = (max(0, first), min(width, last + 1))
      guard !word.isEmpty, to - from >= word.count else { return }
      canvas.put(word, x: x + (from + to - word.count + 1) / 2, y: y, .bold)
    }

    func put(_ sign: String, _ cell: Int, _ style: Style, on canvas: inout Canvas) {
      canvas.put(sign, x: x + cell, y: y, style)
    }
  }
}
