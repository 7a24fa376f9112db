import TareModel
import Testing

@testable import TareEngines

@Suite struct EventStoreTests {
  private func line(_ action: EngineEvent.Action, _ at: UInt64, of id: String = Events.id) -> EngineEventLine {
    EngineEventLine(id: id, event: EngineEvent(action, at: at))
  }

  @Test func `events come in the order of their time and once each`() {
    var store = EventStore()
    for (action, at) in [(EngineEvent.Action.start, 20), (.create, 10), (.die, 30), (.start, 20)] {
      store.add(line(action, UInt64(at)))
    }
    #expect(store[Events.id].map(\.at) == [10, 20, 30])
    #expect(store.count == 3)
    #expect(store[String(repeating: "b", count: 64)].isEmpty)
  }

  @Test func `a check that says the same again is no news, after a restart it is`() {
    var store = EventStore()
    let said: [EngineEvent.Action] = [
      .start, .healthy, .healthy, .pause, .unpause, .healthy, .unhealthy, .healthy, .die, .start, .healthy,
    ]
    for (at, action) in said.enumerated() { store.add(line(action, UInt64(at))) }
    #expect(
      store[Events.id].map(\.action) == [
        .start, .healthy, .pause, .unpause, .unhealthy, .healthy, .die, .start, .healthy,
      ])
  }

  @Test func `one container has no more than its share, and the latest of it`() {
    var store = EventStore()
    for at in 0..<10_000 { store.add(line(at % 2 == 0 ? .start : .die, UInt64(at))) }
    #expect(store[Events.id].map(\.at) == Array(UInt64(10_000 - EventStore.eventLimit)..<10_000))
  }

  @Test func `with too many containers those go that were silent longest`() {
    var store = EventStore()
    func id(_ number: Int) -> String { String(repeating: "0", count: 59) + String(10_000 + number) }
    for number in 0...EventStore.containerLimit { store.add(line(.create, UInt64(number), of: id(number))) }
    #expect(store[id(0)].isEmpty)
    #expect(store[id(EventStore.containerLimit)].count == 1)
    for number in 0..<5_000 { store.add(line(.create, 7, of: id(number))) }
    let kept = (0..<10_000).count { !store[id($0)].isEmpty }
    #expect(kept <= EventStore.containerLimit)
  }
}
