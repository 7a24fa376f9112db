internal import Dispatch
internal import Synchronization

/// Runs a step of every source, on two threads that take them in turn, all within one deadline. Where nothing comes to an
/// end for a while another thread goes on with the rest, so that a source that hangs, on a dead file system for instance,
/// costs the others nothing. Until its step returns it is left out.
final class SourceThreads: Sendable {
  private let queues = [DispatchQueue(label: "tare.source"), DispatchQueue(label: "tare.source")]
  private let busy: Mutex<Set<Int>> = Mutex([])
  private let deadline: DispatchTimeInterval
  /// Milliseconds without an end after which another thread begins. Most steps take less than one.
  private static let patience = 20

  init(deadline: DispatchTimeInterval = .seconds(2)) { self.deadline = deadline }

  /// - Parameter wanted: the sources to run, by their place.
  /// - Returns: what came in time; nil for a source that hangs.
  func run<Result: Sendable>(_ wanted: [Int], _ step: @escaping @Sendable (Int) -> Result) -> [Int: Result] {
    let work = Work<Result>(wanted.filter { place in busy.withLock { $0.insert(place).inserted } })
    let end = DispatchTime.now() + deadline
    @Sendable func go() {
      while let source = work.next() {
        let result = step(source)
        busy.withLock { _ = $0.remove(source) }
        work.finish(source, result)
      }
    }
    for queue in queues { queue.async(execute: go) }
    while !work.isDone, DispatchTime.now() < end {
      let pause = DispatchTime.now() + .milliseconds(Self.patience)
      if work.ended.wait(timeout: min(pause, end)) == .timedOut, work.hasMore {
        DispatchQueue(label: "tare.source").async(execute: go)
      }
    }
    let (results, left) = work.stop()
    busy.withLock { $0.subtract(left) }
    return results
  }
}

/// The sources that one run is for.
private final class Work<Result: Sendable>: Sendable {
  private struct State {
    var waiting: ArraySlice<Int>
    var running = 0
    var results: [Int: Result] = [:]
  }
  private let state: Mutex<State>
  /// Signalled with each step that ends.
  let ended = DispatchSemaphore(value: 0)

  init(_ sources: [Int]) { state = Mutex(State(waiting: sources[...])) }

  func next() -> Int? {
    state.withLock { state in
      guard let source = state.waiting.popFirst() else { return nil }
      state.running += 1
      return source
    }
  }

  func finish(_ source: Int, _ result: Result) {
    state.withLock { state in
      state.running -= 1
      state.results[source] = result
    }
    ended.signal()
  }

  var hasMore: Bool { state.withLock { !$0.waiting.isEmpty } }
  var isDone: Bool { state.withLock { $0.waiting.isEmpty && $0.running == 0 } }

  /// - Returns: what has come, and the sources that nobody began with.
  func stop() -> (results: [Int: Result], left: [Int]) {
    state.withLock { state in
      defer { state.waiting = [] }
      return (state.results, Array(state.waiting))
    }
  }
}
