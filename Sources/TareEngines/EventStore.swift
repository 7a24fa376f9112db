internal import TareModel

/// What engines have said of containers, in the order of its time, and no more of it than fits.
struct EventStore {
  /// Events of one container at most; the oldest go first.
  static let eventLimit = 32
  /// Containers at most; those go first of which was not heard for longest.
  static let containerLimit = 2048

  private var events: [String: [EngineEvent]] = [:]
  /// Grows with each event that is new.
  private(set) var count = 0

  subscript(id: String) -> [EngineEvent] { events[id] ?? [] }

  /// - Returns: whether it is new, and not one that comes once more after a stream was opened again.
  @discardableResult
  mutating func add(_ line: EngineEventLine) -> Bool {
    var list = events[line.id] ?? []
    guard !list.contains(line.event), !isRepeated(line.event, in: list) else { return false }
    list.insert(line.event, at: (list.lastIndex { $0.at <= line.event.at } ?? -1) + 1)
    if list.count > Self.eventLimit { list.removeFirst() }
    events[line.id] = list
    count += 1
    if events.count > Self.containerLimit { forget() }
    return true
  }

  /// A check that goes on says the same for ever.
  private func isRepeated(_ event: EngineEvent, in list: [EngineEvent]) -> Bool {
    guard event.action == .healthy || event.action == .unhealthy else { return false }
    return list.last { $0.at <= event.at && ![.pause, .unpause].contains($0.action) }?.action == event.action
  }

  /// The half of which was heard last stays.
  private mutating func forget() {
    let ages = events.values.compactMap(\.last?.at).sorted()
    let middle = ages[ages.count / 2]
    events = events.filter { $0.value.last?.at ?? 0 > middle }
  }
}
