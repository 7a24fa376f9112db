internal import TareModel

/// The list of all columns, to choose those that the table shows or the one to sort by.
public struct Chooser: Sendable, Hashable {
  public enum Purpose: Sendable, Hashable { case columns, sort }

  public let purpose: Purpose
  /// Those that are shown first, in their order.
  var names: [String]
  var place: Int

  init(_ purpose: Purpose, columns: [String], sort: String) {
    self.purpose = purpose
    let all = Column.catalogue.map(\.name)
    names = columns.filter(all.contains) + all.filter { !columns.contains($0) }
    if purpose == .sort { names = names.filter { RowKey.named($0) != nil } }
    place = purpose == .sort ? names.firstIndex(of: sort) ?? 0 : 0
  }

  mutating func move(to place: Int) { self.place = max(0, min(names.count - 1, place)) }
}

extension ListState {
  mutating func choose(_ key: Key, in frame: Frame?) -> [Effect] {
    guard var open = chooser, open.names.indices.contains(open.place) else {
      chooser = nil
      return []
    }
    let name = open.names[open.place]
    switch key {
    case .up, .character("k"): open.move(to: open.place - 1)
    case .down, .character("j"): open.move(to: open.place + 1)
    case .pageUp: open.move(to: open.place - 10)
    case .pageDown: open.move(to: open.place + 10)
    case .home, .character("g"): open.move(to: 0)
    case .end, .character("G"): open.move(to: open.names.count - 1)
    case .character(" ") where open.purpose == .columns: toggle(name)
    case .character("J") where open.purpose == .columns, .right where open.purpose == .columns:
      shift(name, 1, &open)
    case .character("K") where open.purpose == .columns, .left where open.purpose == .columns:
      shift(name, -1, &open)
    case .control("c"): return [.quit]
    case .enter where open.purpose == .sort:
      chooser = nil
      if let frame, sort != name { sort(by: name, frame) }
      return []
    default:
      chooser = nil
      return []
    }
    chooser = open
    return []
  }

  private mutating func toggle(_ name: String) {
    if let place = columns.firstIndex(of: name) {
      if columns.count > 1 { columns.remove(at: place) }
    } else {
      columns.append(name)
    }
    firstColumn = max(0, min(firstColumn, columns.count - 1))
  }

  /// Moves a shown column among the shown ones.
  private mutating func shift(_ name: String, _ step: Int, _ open: inout Chooser) {
    guard let from = columns.firstIndex(of: name), columns.indices.contains(from + step) else { return }
    columns.swapAt(from, from + step)
    open.names = Chooser(.columns, columns: columns, sort: sort).names
    open.place = open.names.firstIndex(of: name) ?? open.place
  }
}
