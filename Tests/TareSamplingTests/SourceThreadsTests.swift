import Dispatch
import Testing

@testable import TareSampling

struct SourceThreadsTests {
  @Test func `however many sources hang, the others' results come, and theirs when they are back`() {
    let threads = SourceThreads(deadline: .seconds(20))
    let quick = SourceThreads(deadline: .milliseconds(500))
    #expect(threads.run([]) { $0 } == [:])
    #expect(threads.run(Array(0..<19)) { $0 * 2 } == Dictionary(uniqueKeysWithValues: (0..<19).map { ($0, $0 * 2) }))
    let release = DispatchSemaphore(value: 0)
    let hanging: Set<Int> = [0, 1, 5, 6, 18]
    let first = quick.run(Array(0..<19)) { place in
      if hanging.contains(place) { release.wait() }
      return place
    }
    #expect(Set(first.keys) == Set(0..<19).subtracting(hanging))
    let second = quick.run(Array(0..<19)) { $0 }
    #expect(Set(second.keys) == Set(first.keys))
    for _ in hanging { release.signal() }
    var all: [Int: Int] = [:]
    for _ in 0..<100 where all.count < 19 { all = quick.run(Array(0..<19)) { $0 } }
    #expect(all.count == 19)
  }
}
