import TareModel
import TareScreen
import TestSupport

extension Labhost {
  /// The isolation page of the workload in this row of the list, some frames after it was opened.
  func isolation(_ size: Size, of name: String, _ isolation: Isolation?, keys: [Key] = [.character("i")])
    -> ScreenState
  {
    var state = screen(size, keys: [.character("/")] + name.map { .character($0) } + [.enter])
    for key in keys { _ = reduce(&state, .key(key)) }
    guard let id = boxes.first(where: { $0.workload.name == name })?.workload.id else { return state }
    var inspection = Inspection(workload: id)
    inspection.isolation = isolation
    inspection.network = [
      Inspection.Device(name: "eth0", received: .missing(.firstSample), sent: .missing(.firstSample))
    ]
    _ = reduce(&state, .inspection(inspection))
    return state
  }
}
