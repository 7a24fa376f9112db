internal import TareModel

/// Boot latency: one point for each workload on a logarithmic scale that both kinds share.
struct BootPanel: Panel {
  let state: ScreenState
  let summary: Summary
  let lanes: [LaneView]
  private let scale: LogScale

  init(_ state: ScreenState, _ summary: Summary) {
    self.state = state
    self.summary = summary
    lanes = LaneView.all(state, summary)
    scale = LogScale(lanes.map(\.lane.boots))
  }

  var title: String { "BOOT" }

  func heading(width: Int) -> [String] { ["request → userspace, log", "request→userspace", "s"] }

  func figure(_ view: LaneView, isWide: Bool) -> String {
    if view.isHost { return isWide ? "nothing to start up here" : "–" }
    if view.isUsers { return isWide && view.lane.count > 0 ? "–   a user is not started" : "–" }
    let boots = view.lane.boots
    if let median = boots.median { return Self.seconds(median) + boots.mark + (isWide ? " s" : "") }
    if !isWide { return view.lane.count == 0 ? "–" : boots.known.isEmpty ? "?" : "–" }
    if view.lane.count == 0 { return "–" }
    return boots.known.isEmpty ? "" : "no median of \(boots.known.count)"
  }

  /// Restarts and the like.
  private static func words(noBoots count: Int) -> String? {
    count == 0 ? nil : "\(count) not booted"
  }

  func note(_ view: LaneView) -> [String] {
    let boots = view.lane.boots
    guard view.lane.count > 0, !view.isHost, !view.isUsers else { return [] }
    guard boots.median != nil, let first = boots.known.first, let last = boots.known.last else {
      var parts = boots.known.map { Self.seconds($0) + boots.mark }
      parts += boots.atMost.prefix(2).map { "< \(Self.seconds($0))" }
      parts += boots.atLeast.prefix(2).map { "≥ \(Self.seconds($0))" }
      if boots.unknown > 0 { parts.append("\(boots.unknown) unknown") }
      if let noBoots = Self.words(noBoots: boots.noBoots) { parts.append(noBoots) }
      return [parts.joined(separator: ", "), "\(boots.left) unknown"]
    }
    let range = "\(Self.seconds(first)) – \(Self.seconds(last))"
    let ninetieth = boots.ninetieth.map { "p90 \(Self.seconds($0))" }
    let bounds = boots.atLeast.count + boots.atMost.count
    let words = [
      bounds > 0 ? "\(bounds) bound\(bounds == 1 ? "" : "s")" : "", boots.unknown > 0 ? "\(boots.unknown) unknown" : "",
      Self.words(noBoots: boots.noBoots) ?? "",
    ].filter { !$0.isEmpty }.joined(separator: ", ")
    let left = boots.left == 0 ? nil : words
    let few = boots.left == 0 ? nil : "\(boots.left) ?"
    // What is left out is said before anything else is.
    let median = boots.left == 0 ? "median" : "median of \(boots.known.count)"
    return [
      [median, ninetieth, range, left], ["median", ninetieth, range, left], [ninetieth ?? range, left],
      [ninetieth, range, few], [ninetieth ?? range, few], [few ?? ninetieth ?? range],
    ].map { $0.compactMap { $0 }.joined(separator: "; ") }
  }

  func drawGraph(_ view: LaneView, on canvas: inout Canvas, in area: Rect) {
    guard !view.isUsers else { return }
    scale.draw(view.lane.boots, style: view.style, on: &canvas, in: area)
  }

  func rest() -> String { "seconds" }

  func axis(width: Int) -> (left: String, right: String) { ("", "") }

  func drawAxis(on canvas: inout Canvas, in area: Rect) { scale.drawAxis(on: &canvas, in: area) }

  static func seconds(_ value: Double) -> String {
    Scaled.decimal(value, digits: value < 9.995 ? 2 : value < 99.95 ? 1 : 0)
  }
}
