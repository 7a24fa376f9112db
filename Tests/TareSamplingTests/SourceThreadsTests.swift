import Dispatch
import Glibc
import Synchronization
import Testing

@testable import TareSampling

struct SourceThreadsTests {
  private let all = Array(0..<19)
  private var soon: DispatchTime { .now() + .milliseconds(500) }
  private var long: DispatchTime { .now() + .seconds(20) }

  @Test func `however many sources hang, the others' results come, and theirs when they are back`() {
    let threads = SourceThreads()
    #expect(threads.run([], until: long) { $0 } == [:])
    #expect(threads.run(all, until: long) { $0 * 2 } == Dictionary(uniqueKeysWithValues: all.map { ($0, $0 * 2) }))
    let release = DispatchSemaphore(value: 0)
    let hanging: Set<Int> = [0, 1, 5, 6, 18]
    let late = LateResults<Int>()
    let first = threads.run(all, until: soon, late: late) { place in
      if hanging.contains(place) { release.wait() }
      return place
    }
    #expect(Set(first.keys) == Set(all).subtracting(hanging))
    let second = threads.run(all, until: soon) { $0 }
    #expect(Set(second.keys) == Set(first.keys))
    #expect(late.isEmpty)
    for _ in hanging { release.signal() }
    var found: [Int: Int] = [:]
    for _ in 0..<100 where found.count < 19 { found = threads.run(all, until: soon) { $0 } }
    #expect(found.count == 19)
    // What they said in the end is not lost.
    #expect(late.take() == Dictionary(uniqueKeysWithValues: hanging.map { ($0, $0) }))
    #expect(late.isEmpty)
  }

  @Test func `slow ones are waited for, with a word about them, and no more threads than a few`() {
    let threads = SourceThreads()
    let now = Mutex(0)
    let most = Mutex(0)
    var waited: [[Int]] = []
    let say = { (places: [Int]) in waited.append(places) }
    let results = threads.run(
      all, until: long, waiting: say
    ) { place in
      let running = now.withLock { now in
        now += 1
        return now
      }
      most.withLock { $0 = max($0, running) }
      usleep(place == 3 ? 2_500_000 : 200_000)
      now.withLock { $0 -= 1 }
      return place
    }
    #expect(results.count == 19)
    #expect(most.withLock(\.self) <= SourceThreads.most)
    #expect(waited.count == 1 && waited.first?.contains(3) == true)
  }

  @Test func `where all threads hang the rest is not known, and nobody waits longer than the deadline`() {
    let threads = SourceThreads()
    let release = DispatchSemaphore(value: 0)
    let begun = ContinuousClock.now
    let results = threads.run(all, until: soon) { place in
      if place < 12 { release.wait() }
      return place
    }
    #expect(results.isEmpty)
    #expect(begun.duration(to: .now) < .seconds(10))
    for _ in 0..<SourceThreads.most { release.signal() }
  }
}
