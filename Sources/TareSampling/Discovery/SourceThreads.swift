internal import Dispatch
internal import LinuxSystem
internal import Synchronization

/// Runs a step of every source, on two threads that take them in turn, all within one deadline. Where nothing comes to an
/// end for a while another thread goes on with the rest, up to ``most``, so that a source that hangs, on a dead file system
/// for instance, costs the others nothing. Until its step returns it is left out. Where no thread may be started the caller
/// does it all.
final class SourceThreads: Sendable {
  /// Threads at most.
  static let most = 8
  /// Milliseconds without an end after which another thread begins. Most steps take less than one.
  private static let pollInterval = 20
  /// Milliseconds after which it is worth a word that somebody waits.
  private static let silence = 2000

  private let workers = Workers("tare-source", most: most)
  private let busy: Mutex<Set<Int>> = Mutex([])

  /// - Parameters:
  ///   - wanted: the sources to run, by their place.
  ///   - end: what is not there by then is left out.
  ///   - late: gets what comes after that.
  ///   - waiting: called once after a while, with the sources that are waited for.
  /// - Returns: what came in time; nil for a source that hangs.
  func run<Result: Sendable>(
    _ wanted: [Int], until end: DispatchTime, late: LateResults<Result> = LateResults(),
    waiting: ([Int]) -> Void = { _ in }, _ step: @escaping @Sendable (Int) -> Result
  ) -> [Int: Result] {
    let work = Work<Result>(wanted.filter { place in busy.withLock { $0.insert(place).inserted } })
    let go: @Sendable () -> Void = { [self] in
      while let source = work.next() {
        let result = step(source)
        busy.withLock { _ = $0.remove(source) }
        if !work.finish(source, result) { late.add(source, result) }
      }
    }
    let begin = DispatchTime.now()
    var isSaid = false
    for _ in 0..<2 { start(go) }
    while !work.isDone, DispatchTime.now() < end {
      let pause = DispatchTime.now() + .milliseconds(Self.pollInterval)
      if work.ended.wait(timeout: min(pause, end)) == .timedOut, work.hasMore { start(go) }
      if !isSaid, begin + .milliseconds(Self.silence) < .now() {
        waiting(work.open)
        isSaid = true
      }
    }
    let (results, left) = work.stop()
    workers.forgetWaiting()
    busy.withLock { $0.subtract(left) }
    return results
  }

  private func start(_ go: @escaping @Sendable () -> Void) {
    do throws(SystemThread.Failure) { try workers.run(go) } catch { go() }
  }
}

/// What sources said after their deadline, until somebody wants it.
final class LateResults<Result: Sendable>: Sendable {
  private let results = Mutex<[Int: Result]>([:])

  func add(_ source: Int, _ result: Result) { results.withLock { $0[source] = result } }

  var isEmpty: Bool { results.withLock(\.isEmpty) }

  /// All of them, by the sources' places.
  func take() -> [Int: Result] {
    results.withLock { results in
      defer { results = [:] }
      return results
    }
  }
}

/// The sources that one run is for.
private final class Work<Result: Sendable>: Sendable {
  private struct State {
    var waiting: ArraySlice<Int>
    var running: Set<Int> = []
    var results: [Int: Result] = [:]
    var isStopped = false
  }
  private let state: Mutex<State>
  /// Signalled with each step that ends.
  let ended = DispatchSemaphore(value: 0)

  init(_ sources: [Int]) { state = Mutex(State(waiting: sources[...])) }

  func next() -> Int? {
    state.withLock { state in
      guard let source = state.waiting.popFirst() else { return nil }
      state.running.insert(source)
      return source
    }
  }

  /// - Returns: false where nobody waits for it any more.
  func finish(_ source: Int, _ result: Result) -> Bool {
    let isWanted = state.withLock { state in
      state.running.remove(source)
      if !state.isStopped { state.results[source] = result }
      return !state.isStopped
    }
    ended.signal()
    return isWanted
  }

  var hasMore: Bool { state.withLock { !$0.waiting.isEmpty } }
  var isDone: Bool { state.withLock { $0.waiting.isEmpty && $0.running.isEmpty } }
  /// Those that have not ended.
  var open: [Int] { state.withLock { ($0.running + $0.waiting).sorted() } }

  /// - Returns: what has come, and the sources that nobody began with.
  func stop() -> (results: [Int: Result], left: [Int]) {
    state.withLock { state in
      defer { (state.waiting, state.isStopped) = ([], true) }
      return (state.results, Array(state.waiting))
    }
  }
}
