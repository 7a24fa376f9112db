internal import TareModel

extension ListState {
  /// A key that means the list.
  /// - Parameter rows: how many lines the screen has room for.
  mutating func handle(_ action: Action, in frame: Frame?, rows: Int) {
    guard let frame else { return }
    switch action {
    case .down: select(line: place + 1, in: frame)
    case .up: select(line: place - 1, in: frame)
    case .pageDown: select(line: place + max(1, rows - 1), in: frame)
    case .pageUp: select(line: place - max(1, rows - 1), in: frame)
    case .first: select(line: 0, in: frame)
    case .last: select(line: lines.count - 1, in: frame)
    case .left, .right: sideways(action == .right, frame)
    case .mark:
      guard let id = id(of: place, in: frame) else { return }
      if marked.remove(id) == nil { marked.insert(id) }
    case .unmarkAll: marked = []
    case .sort(let name): sort(by: name, frame)
    case .invert:
      isInverted.toggle()
      rank(frame)
    case .sortLeft, .sortRight: sort(by: neighbouringColumn(action == .sortRight ? 1 : -1), frame)
    case .tree:
      let all = Tree.allCases
      tree = all[((all.firstIndex(of: tree) ?? 0) + 1) % all.count]
      rank(frame)
    case .filter: prompt = Prompt(.filter, text: filter?.text ?? "")
    case .find: prompt = Prompt(.find, text: "")
    case .findNext, .findPrevious: find(from: place, step: action == .findNext ? 1 : -1, frame)
    case .columns: chooser = Chooser(.columns, columns: columns, sort: sort)
    case .chooseSort: chooser = Chooser(.sort, columns: columns, sort: sort)
    case .leave:
      guard filter != nil else { return }
      filter = nil
      rank(frame)
    default: break
    }
  }

  /// The workload to open; a group opens and closes.
  mutating func enter(in frame: Frame?) -> String? {
    guard let frame, lines.indices.contains(place) else { return nil }
    switch lines[place] {
    case .workload(let row, _): return frame.current.workloads[row].id
    case .group(let group):
      fold(groups[group].id, !groups[group].isCollapsed, frame)
      return nil
    }
  }

  /// By this column; once more the other way round.
  mutating func sort(by name: String, _ frame: Frame) {
    guard RowKey.named(name) != nil else { return }
    isInverted = name == sort ? !isInverted : false
    sort = name
    rank(frame)
  }

  private func neighbouringColumn(_ step: Int) -> String {
    let names = (["name"] + columns).filter { RowKey.named($0) != nil }.reduce(into: [String]()) {
      if !$0.contains($1) { $0.append($1) }
    }
    guard let now = names.firstIndex(of: sort) else { return names.first ?? sort }
    return names[max(0, min(names.count - 1, now + step))]
  }

  /// Closes and opens a group; else moves the table's columns.
  private mutating func sideways(_ isRight: Bool, _ frame: Frame) {
    if lines.indices.contains(place), case .group(let group) = lines[place] {
      fold(groups[group].id, !isRight, frame)
    } else {
      firstColumn = max(0, min(columns.count - 1, firstColumn + (isRight ? 1 : -1)))
    }
  }

  private mutating func fold(_ id: String, _ isCollapsed: Bool, _ frame: Frame) {
    if isCollapsed { collapsed.insert(id) } else { collapsed.remove(id) }
    rank(frame)
  }

  /// To the next line with the wanted word in its name, round the end.
  mutating func find(from start: Int, step: Int, _ frame: Frame) {
    let word = wanted.lowercased()
    guard !word.isEmpty, !lines.isEmpty else { return }
    for distance in 0..<lines.count {
      let line = (start + step * (distance + (step == 0 ? 0 : 1)) + lines.count * 2) % lines.count
      let probe = step == 0 ? (start + distance) % lines.count : line
      guard case .workload(let row, _) = lines[probe] else { continue }
      let workload = frame.current.workloads[row]
      if Filter.contains(workload.name, word) || Filter.contains(workload.id, word) {
        return select(line: probe, in: frame)
      }
    }
  }
}
