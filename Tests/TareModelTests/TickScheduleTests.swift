import TestSupport
import Testing

@testable import TareModel

@Suite struct TickScheduleTests {
  private let second: UInt64 = 1_000_000_000

  /// A schedule whose first two samples are taken: the sketch at `start`, the full one 30 ms later.
  private func begun(at start: UInt64 = 0, interval: UInt64) -> TickSchedule {
    var schedule = TickSchedule()
    schedule.took(begun: start, whole: start, interval: interval, now: start + full)
    schedule.took(begun: start + full, whole: start + full, interval: interval, now: start + full)
    return schedule
  }
  private let full: UInt64 = 30_000_000

  @Test func `the first two are due at once, the third soon, the others on a grid`() {
    var schedule = TickSchedule()
    #expect(schedule.due == 0)
    schedule.took(begun: 10 * second, whole: 10 * second, interval: second, now: 10 * second + 5)
    #expect(schedule.due == 10 * second + 5)
    schedule.took(begun: 10 * second + full, whole: 10 * second + full, interval: second, now: 10 * second + 2 * full)
    let grid = 10 * second + full + TickSchedule.soon
    #expect(schedule.due == grid)
    schedule.took(begun: grid + 3_000_000, whole: grid + 3_000_000, interval: second, now: grid + 50_000_000)
    #expect(schedule.due == grid + second)
    schedule.took(begun: grid + second + 9, whole: grid + second + 9, interval: second, now: grid + second + 40_000_000)
    #expect(schedule.due == grid + 2 * second)
  }

  @Test func `an interval shorter than soon is kept from the beginning`() {
    #expect(begun(interval: second / 10).due == full + second / 10)
  }

  @Test func `a sample that takes longer than the interval leaves ticks out`() {
    var schedule = begun(interval: second)
    let grid = full + TickSchedule.soon
    schedule.took(begun: grid, whole: grid, interval: second, now: grid + 3 * second + 1)
    #expect(schedule.due == grid + 4 * second)
  }

  @Test func `a new interval counts from the last sample`() {
    var schedule = begun(interval: second)
    let grid = full + TickSchedule.soon
    schedule.took(begun: grid, whole: grid, interval: 60 * second, now: grid)
    schedule.change(interval: second)
    #expect(schedule.due == grid + second)
    schedule.end()
    schedule.change(interval: 2 * second)
    #expect(schedule.due == nil)
  }

  @Test func `a steady pace is a grid from the first sample's end`() {
    var schedule = TickSchedule(.steady)
    #expect(schedule.due == 0 && schedule.isSettled)
    schedule.took(begun: 10 * second, whole: 10 * second + 7, interval: second, now: 10 * second + 9)
    #expect(schedule.due == 11 * second + 7)
    schedule.took(begun: 11 * second + 8, whole: 11 * second + 9, interval: second, now: 11 * second + 9)
    #expect(schedule.due == 12 * second + 7)
    schedule.took(begun: 12 * second + 8, whole: 14 * second + 9, interval: second, now: 14 * second + 9)
    #expect(schedule.due == 15 * second + 7)
  }

  @Test func `what is stored need not be waited for`() {
    var schedule = TickSchedule(.unpaced)
    schedule.took(begun: 5, whole: 6, interval: second, now: 7)
    #expect(schedule.due == 7)
  }

  @Test func `three samples in turn: the one that is filled is in no frame`() throws {
    var made = 0
    var buffers = SampleBuffers {
      made += 1
      return makeSample(at: UInt64(made))
    }
    #expect(made == 3)
    var shown: [Frame] = []
    for tick in 1...7 {
      let empty = buffers.next()
      var sample = try #require(empty)
      let another = buffers.next()
      #expect(another?.monotonic == nil)
      if let frame = shown.last {
        #expect(sample.monotonic != frame.current.monotonic)
        #expect(sample.monotonic != frame.previous?.monotonic)
      }
      sample.monotonic = UInt64(tick) * 100
      shown.append(buffers.frame(sample))
      #expect(shown.last?.current.monotonic == UInt64(tick) * 100)
      #expect(shown.last?.previous?.monotonic == (tick > 1 ? UInt64(tick - 1) * 100 : nil))
    }
  }
}
