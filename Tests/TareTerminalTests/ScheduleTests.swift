import TareModel
import TestSupport
import Testing

@testable import TareTerminal

@Suite struct ScheduleTests {
  private let second: UInt64 = 1_000_000_000

  @Test func `the first sample is due at once, the second soon, the others on a grid`() {
    var schedule = Schedule()
    #expect(schedule.due == 0)
    schedule.took(begun: 10 * second, interval: second, now: 10 * second + 5)
    #expect(schedule.due == 10 * second + Schedule.soon)
    let grid = 10 * second + Schedule.soon
    schedule.took(begun: grid + 3_000_000, interval: second, now: grid + 50_000_000)
    #expect(schedule.due == grid + second)
    schedule.took(begun: grid + second + 9, interval: second, now: grid + second + 40_000_000)
    #expect(schedule.due == grid + 2 * second)
  }

  @Test func `a sample that takes longer than the interval leaves ticks out`() {
    var schedule = Schedule()
    schedule.took(begun: 0, interval: second, now: 0)
    schedule.took(begun: Schedule.soon, interval: second, now: Schedule.soon + 3 * second + 1)
    #expect(schedule.due == Schedule.soon + 4 * second)
  }

  @Test func `a new interval counts from the last sample`() {
    var schedule = Schedule()
    schedule.took(begun: 0, interval: second, now: 0)
    schedule.took(begun: Schedule.soon, interval: 60 * second, now: Schedule.soon)
    schedule.change(interval: second)
    #expect(schedule.due == Schedule.soon + second)
    schedule.end()
    schedule.change(interval: 2 * second)
    #expect(schedule.due == nil)
  }

  @Test func `three samples in turn: the one that is filled is in no frame`() throws {
    var made = 0
    var rotation = Rotation {
      made += 1
      return makeSample(at: UInt64(made))
    }
    #expect(made == 3)
    var shown: [Frame] = []
    for tick in 1...7 {
      let empty = rotation.next()
      var sample = try #require(empty)
      let another = rotation.next()
      #expect(another?.monotonic == nil)
      if let frame = shown.last {
        #expect(sample.monotonic != frame.current.monotonic)
        #expect(sample.monotonic != frame.previous?.monotonic)
      }
      sample.monotonic = UInt64(tick) * 100
      shown.append(rotation.frame(sample))
      #expect(shown.last?.current.monotonic == UInt64(tick) * 100)
      #expect(shown.last?.previous?.monotonic == (tick > 1 ? UInt64(tick - 1) * 100 : nil))
    }
  }
}
