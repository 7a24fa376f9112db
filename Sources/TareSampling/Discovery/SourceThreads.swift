internal import Dispatch
internal import Synchronization

/// Runs a step of every source, each on a thread of its own and all within one deadline: a source that hangs, on a dead
/// file system for instance, costs the others nothing. Until its step returns it is left out.
final class SourceThreads: Sendable {
  private let queues: [DispatchQueue]
  private let busy: Mutex<Set<Int>> = Mutex([])
  private let deadline: DispatchTimeInterval

  init(count: Int, deadline: DispatchTimeInterval = .seconds(2)) {
    queues = (0..<count).map { _ in DispatchQueue(label: "tare.source") }
    self.deadline = deadline
  }

  /// - Parameter wanted: the sources to run, by their place.
  /// - Returns: what came in time; nil for a source that hangs.
  func run<Result: Sendable>(_ wanted: [Int], _ step: @escaping @Sendable (Int) -> Result) -> [Int: Result] {
    let results = Results<Result>()
    let group = DispatchGroup()
    for source in wanted where busy.withLock({ $0.insert(source).inserted }) {
      group.enter()
      queues[source].async {
        let result = step(source)
        results.list.withLock { $0[source] = result }
        self.busy.withLock { _ = $0.remove(source) }
        group.leave()
      }
    }
    _ = group.wait(timeout: .now() + deadline)
    return results.list.withLock { $0 }
  }
}

private final class Results<Result: Sendable>: Sendable {
  let list = Mutex<[Int: Result]>([:])
}
