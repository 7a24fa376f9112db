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
