internal import TareModel

extension StackView {
  /// One thing that stands on the host's kernel, or the kernel itself.
  enum Box {
    case processes
    case containers
    case guest(Stack.Guest)
    /// Those for which there is no room of their own.
    case guests([Stack.Guest])
    case kernel
  }

  /// A box and where it stands.
  struct Column {
    let box: Box
    let x: Int
    let width: Int
  }

  /// Where names of layers end.
  private static let left = 16
  private static let gap = 2

  /// As many guests as there is room for stand beside the containers; the rest together in the last place.
  var columns: [Column] {
    let width = state.size.width
    let isNarrow = width < 96
    let (processes, containers) = isNarrow ? (16, 18) : (18, 23)
    var columns = [Column(box: .processes, x: Self.left, width: processes)]
    var x = Self.left + processes + Self.gap
    columns.append(Column(box: .containers, x: x, width: containers))
    x += containers + Self.gap
    let room = width - 1 - x
    let guests = stack.guests
    guard !guests.isEmpty else { return columns }
    let fitting = max(1, (room + Self.gap) / (18 + Self.gap))
    let places = min(fitting, guests.count, 8)
    let each = min(30, (room + Self.gap) / places - Self.gap)
    for place in 0..<places {
      let isRest = place == places - 1 && guests.count > places
      let box: Box = isRest ? .guests(Array(guests[place...])) : .guest(guests[place])
      columns.append(Column(box: box, x: x, width: each))
      x += each + Self.gap
    }
    return columns
  }

  var boxes: [Box] { columns.map(\.box) + [.kernel] }

  /// What stands above a column.
  func title(_ box: Box) -> (String, Style) {
    switch box {
    case .processes:
      return ("PROCESSES \(stack.processCount.map { Scaled.count(Double($0)) } ?? "?")", Style(.process, .bold))
    case .containers: return ("CONTAINERS \(stack.containerRows.count)", Style(.container, .bold))
    case .guest(let guest): return ("V \(workload(guest).name.harmless)", Style(.vm, .bold))
    case .guests(let guests):
      return (
        guests.count == stack.guests.count ? "V \(guests.count) VMs" : "V \(guests.count) more", Style(.vm, .bold)
      )
    case .kernel: return ("host kernel", .bold)
    }
  }

  func workload(_ guest: Stack.Guest) -> Workload { frame.current.workloads[guest.row] }
}
