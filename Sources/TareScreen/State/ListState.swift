internal import TareModel

/// The ranked list of workloads that overview and table show: what is in it, in which order, and where the person is.
public struct ListState: Sendable {
  /// One line of the list.
  public enum Line: Sendable, Hashable {
    /// A row of the frame, so deep in the tree.
    case workload(row: Int, depth: Int)
  }

  /// Id of the selected workload; it stays on it while rows move.
  public var selection: String?
  public var marked: Set<String> = []
  /// Name of the ``Column`` that rows are sorted by.
  public var sort = "memory"
  public var isInverted = false
  /// What is shown, after filter, order and tree. Made anew by ``rank(_:)`` when one of them changes.
  public internal(set) var lines: [Line] = []
  /// The first line on the screen.
  public var scroll = 0

  public init() {}

  /// Brings ``lines`` up to date.
  mutating func rank(_ frame: Frame) {
    let rows = frame.current.workloads.indices.sorted {
      (frame.heldMemory(row: $0).number ?? -1) > (frame.heldMemory(row: $1).number ?? -1)
    }
    lines = rows.map { .workload(row: $0, depth: 0) }
    if selection == nil, let first = rows.first { selection = frame.current.workloads[first].id }
  }
}
extension ListState {
  var isTyping: Bool { false }
  var filterText: String? { nil }
  mutating func type(_ key: Key, in frame: Frame?) -> [Effect] { [] }
  mutating func handle(_ action: Action, in frame: Frame?, rows: Int) {
    guard let frame else { return }
    let ids = lines.indices.compactMap { id(of: $0, in: frame) }
    guard let now = ids.firstIndex(where: { $0 == selection }) else { return }
    switch action {
    case .down: selection = ids[min(ids.count - 1, now + 1)]
    case .up: selection = ids[max(0, now - 1)]
    case .mark: if let selection { if marked.contains(selection) { marked.remove(selection) } else { marked.insert(selection) } }
    default: break
    }
  }
  mutating func sort(by column: String, _ frame: Frame) {}
  func id(of line: Int, in frame: Frame) -> String? {
    guard case .workload(let row, _) = lines[line] else { return nil }
    return frame.current.workloads[row].id
  }
  func enter(in frame: Frame?) -> String? { selection }
  func neighbour(of id: String, step: Int, in frame: Frame) -> String? {
    guard let p = place(of: id, in: frame) else { return nil }
    return self.id(of: (p.index + step + p.count) % p.count, in: frame)
  }
  func place(of id: String, in frame: Frame) -> (index: Int, count: Int)? {
    lines.indices.first { self.id(of: $0, in: frame) == id }.map { ($0, lines.count) }
  }
  mutating func keepInSight(rows: Int) {}
  func drawOverlay(_ state: ScreenState, _ frame: Frame, on canvas: inout Canvas) {}
}
