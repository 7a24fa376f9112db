public import TareModel

/// The ranked list of workloads that overview and table show: what is in it, in which order, and where the person is.
public struct ListState: Sendable {
  /// One line of the list.
  public enum Line: Sendable, Hashable {
    /// A row of the frame, so deep in the tree.
    case workload(row: Int, depth: Int)
    /// By place in ``ListState/groups``.
    case group(Int)
  }

  /// Id of the selected workload, or of a group; it stays on it while rows move.
  public internal(set) var selection: String?
  public internal(set) var marked: Set<String> = []
  /// Name of the ``RowKey`` that rows are sorted by.
  public internal(set) var sort = "memory"
  public internal(set) var isInverted = false
  /// Memory is what the host pays, caches and helpers too; only the table has the working set, as docker stats shows it.
  public internal(set) var ranksGross = true
  public internal(set) var tree = Tree.off
  /// Columns of the table view, in order.
  public internal(set) var columns = Column.defaults
  /// How many of them are left of what is shown.
  public internal(set) var firstColumn = 0
  public internal(set) var filter: Filter?
  /// What was last looked for.
  public internal(set) var wanted = ""
  public internal(set) var prompt: Prompt?
  public internal(set) var chooser: Chooser?
  /// What is shown, after filter, order and tree. Made anew by ``rank(_:)`` when one of them changes.
  public internal(set) var lines: [Line] = []
  public internal(set) var groups: [Group] = []
  /// The first line on the screen.
  public internal(set) var scroll = 0
  var collapsed: Set<String> = []
  /// The selected line, where it is one.
  var place = 0

  public init() {}

  public var filterText: String? { filter.flatMap { $0.isEmpty ? nil : $0.text } }

  /// Brings ``lines`` up to date.
  mutating func rank(_ frame: Frame) {
    var rows = Array(frame.current.workloads.indices)
    if let filter, !filter.isEmpty { rows = rows.filter { filter.matches(frame, $0) } }
    let key = sort == "memory" && ranksGross ? "gross" : sort
    let order = RowOrder(named: key, isInverted: isInverted) ?? RowOrder(named: "memory")
    grow(order?.sorted(rows, frame) ?? rows, frame)
    // Who ended, or was filtered out, leaves the place to the next.
    if let found = lines.firstIndex(where: { id(of: $0, in: frame) == selection }) {
      place = found
    } else {
      place = max(0, min(place, lines.count - 1))
      selection = lines.isEmpty ? nil : id(of: lines[place], in: frame)
    }
    if !marked.isEmpty { marked.formIntersection(frame.current.workloads.map(\.id)) }
  }

  func id(of line: Line, in frame: Frame) -> String {
    switch line {
    case .workload(let row, _): frame.current.workloads[row].id
    case .group(let place): groups[place].id
    }
  }

  /// The id of a workload's line; nil for a group's.
  func id(of line: Int, in frame: Frame) -> String? {
    guard lines.indices.contains(line), case .workload(let row, _) = lines[line] else { return nil }
    return frame.current.workloads[row].id
  }

  mutating func select(line: Int, in frame: Frame) {
    guard !lines.isEmpty else { return }
    place = max(0, min(line, lines.count - 1))
    selection = id(of: lines[place], in: frame)
  }

  /// The selected line is on the screen, and no empty rows are below the last.
  mutating func keepInSight(rows: Int) {
    guard rows > 0 else { return }
    if place < scroll { scroll = place }
    if place >= scroll + rows { scroll = place - rows + 1 }
    scroll = max(0, min(scroll, lines.count - rows))
  }

  // MARK: Workloads beside each other

  /// Where a workload stands among those that are shown.
  func place(of id: String, in frame: Frame) -> (index: Int, count: Int)? {
    let rows = lines.compactMap { if case .workload(let row, _) = $0 { row } else { nil } }
    return rows.firstIndex { frame.current.workloads[$0].id == id }.map { ($0, rows.count) }
  }

  func neighbour(of id: String, step: Int, in frame: Frame) -> String? {
    let rows = lines.compactMap { if case .workload(let row, _) = $0 { row } else { nil } }
    guard let place = rows.firstIndex(where: { frame.current.workloads[$0].id == id }) else { return nil }
    return frame.current.workloads[rows[(place + step + rows.count) % rows.count]].id
  }
}
