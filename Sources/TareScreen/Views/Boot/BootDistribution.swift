internal import TareModel

/// How long starts of each kind took, on one logarithmic scale: a dot for each whose two ends are known, a sign for each
/// bound; how many, median, p90 and range; and how many are left out, and why.
struct BootDistribution {
  struct Lane {
    let title: String
    let boots: BootTimes
    let style: Style
  }

  let lanes: [Lane]
  private let scale: LogScale

  /// - Parameter phases: until what; each for both kinds.
  init(_ summary: Summary, phases: [BootTimeline.Phase]) {
    let kinds = [("C", summary.containers, Style.container), ("V", summary.machines, Style.vm)]
    lanes = phases.flatMap { phase in
      kinds.filter { $0.1.count > 0 }.map { letter, lane, style in
        Lane(
          title: "\(letter) \(phase == .ready ? "READY" : "BOOT")", boots: phase == .ready ? lane.answers : lane.boots,
          style: style)
      }
    }
    scale = LogScale(lanes.map(\.boots))
  }

  /// A heading, a row of dots and what is left out, for each lane; then the scale.
  static func least(lanes: Int) -> Int { lanes * 3 + 1 }

  /// - Parameter selected: what is marked in each lane, the kind's letter and seconds to a phase.
  func draw(on canvas: inout Canvas, in area: Rect, selected: Workload?) {
    guard !lanes.isEmpty, area.height > 1 else { return }
    // No higher than the highest stack of dots needs.
    let needed = lanes.map { scale.highest($0.boots, width: area.width) }.max() ?? 1
    let each = min(needed + 3, (area.height - 1) / lanes.count)
    guard each >= 2 else { return }
    for (index, lane) in lanes.enumerated() {
      let y = area.y + index * each
      let x = canvas.put(lane.title, x: area.x, y: y, lane.style)
      let says = Self.says(lane.boots).first { x + 3 + $0.displayWidth <= area.right } ?? ""
      canvas.put(says, x: area.x + 10, y: y)
      let hasReasons = each >= 3
      let dots = Rect(
        x: area.x, y: y + 1, width: area.width, height: min(needed, each - (hasReasons ? 2 : 1)))
      scale.draw(lane.boots, style: lane.style, on: &canvas, in: dots)
      if let workload = selected, lane.title.hasPrefix(workload.kind == .vm ? "V" : "C"),
        let seconds = workload.boot.span(to: lane.boots.phase).seconds
      {
        let place = dots.x + scale.cell(seconds, width: dots.width)
        canvas.restyle(Rect(x: place, y: dots.y, width: 1, height: dots.height)) { $0.flags.insert(.selected) }
      }
      if hasReasons {
        canvas.put(Self.reasons(lane.boots).fittedAtMost(area.width), x: area.x, y: dots.bottom, .dim)
      }
    }
    scale.drawAxis(on: &canvas, in: Rect(x: area.x, y: area.y + each * lanes.count, width: area.width, height: 1))
  }

  /// Longest first.
  static func says(_ boots: BootTimes) -> [String] {
    let median = boots.median.map { "median \(BootPanel.seconds($0))\(boots.mark) s" }
    let ninetieth = boots.ninetieth.map { "p90 \(BootPanel.seconds($0))\(boots.mark)" }
    var range: String?
    if boots.known.count < 3 {
      range = boots.known.map { BootPanel.seconds($0) + boots.mark }.joined(separator: ", ")
    } else if let first = boots.known.first, let last = boots.known.last {
      range = "\(BootPanel.seconds(first)) – \(BootPanel.seconds(last))"
    }
    let count = "n \(boots.known.count)\(boots.left > 0 ? " of \(boots.count)" : "")"
    let wants = boots.known.count < 3 ? "no median below 3" : boots.known.count < 10 ? "no p90 below 10" : nil
    return [
      [count, median, ninetieth, wants, range], [count, median, ninetieth, range], [count, median], [count],
    ].map { $0.compactMap { $0?.isEmpty == false ? $0 : nil }.joined(separator: "   ") }
  }

  /// Why some are left out.
  static func reasons(_ boots: BootTimes) -> String {
    guard boots.left > 0 else { return "" }
    let coming = boots.coming > 0 ? ["\(boots.coming) still coming up"] : []
    let reasons =
      coming
      + BootGap.allCases.compactMap { gap in
        boots.gaps[gap].map { "\($0) \(gap.words(boots.phase))" }
      }
    return "left out \(boots.left): \(reasons.joined(separator: "; "))"
  }

  /// One line for both kinds: `C n 5 median 0.21r s   V n 1 of 2, no median`.
  static func line(_ summary: Summary) -> String {
    [("C", summary.containers), ("V", summary.machines)].filter { $0.1.count > 0 }.map { letter, lane in
      let boots = lane.boots
      let count = "\(letter) n \(boots.known.count)\(boots.left > 0 ? " of \(boots.count)" : "")"
      let median = boots.median.map { " median \(BootPanel.seconds($0))\(boots.mark) s" } ?? ", no median"
      let ninetieth = boots.ninetieth.map { " p90 \(BootPanel.seconds($0))" } ?? ""
      return "\(count)\(median)\(ninetieth)"
    }.joined(separator: "   ")
  }
}
