internal import TareModel

/// One kind of workload in the overview's panels.
struct LaneView {
  let letter: String
  let style: Style
  let lane: Summary.Lane
  let history: History.Lane

  /// Containers over VMs, over users where they are shown; where there is nothing, the host alone, so that the screen still
  /// says how it is.
  static func all(_ state: ScreenState, _ summary: Summary) -> [LaneView] {
    if summary.containers.count + summary.machines.count + summary.users.count == 0 {
      var host = Summary.Lane()
      host.count = 1
      host.memory = summary.totals.memoryUsed.number ?? 0
      host.cpu = summary.totals.cpu.number
      return [LaneView(letter: "host", style: .process, lane: host, history: state.shownHistory.host)]
    }
    let lanes = [
      LaneView(letter: "C", style: .container, lane: summary.containers, history: state.shownHistory.containers),
      LaneView(letter: "V", style: .vm, lane: summary.machines, history: state.shownHistory.machines),
    ]
    guard state.settings.users else { return lanes }
    return lanes + [
      LaneView(letter: "P", style: .process, lane: summary.users, history: state.shownHistory.users)
    ]
  }

  var title: String { isHost ? letter : "\(letter) \(lane.count)" }
  var isHost: Bool { letter == "host" }
  var isUsers: Bool { letter == "P" }
}

/// The greatest value that any lane reached in the part of history that is shown.
func greatest(_ history: History, _ lanes: [LaneView], _ series: (History.Lane) -> History.Series, columns: Int)
  -> Double
{
  var most = 0.0
  for lane in lanes {
    let points = series(lane.history)
    for ago in 0..<min(columns, History.depth) {
      let point = history.point(points, ago: ago)
      if !point.isNaN, Double(point) > most { most = Double(point) }
    }
  }
  return most
}
