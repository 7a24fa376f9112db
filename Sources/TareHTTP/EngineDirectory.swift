internal import Dispatch
internal import Synchronization

/// The containers of several engines, asked at once and each on a thread of its own: one that hangs costs the others
/// nothing, and the thread that reads the result never waits.
///
/// A thread exists only while an engine is asked and a few seconds longer. Letting go of the directory is enough to
/// end it.
public final class EngineDirectory: Sendable {
  private struct State {
    var answers = EngineAnswers()
    var asked: Set<EngineEndpoint> = []
  }

  private let deadline: Duration
  private let queues: [EngineEndpoint: DispatchQueue]
  private let state = Mutex(State())

  /// A directory of these engines; nothing is opened before ``refresh()``.
  ///
  /// - Parameter deadline: Time for each exchange, connecting included.
  public init(endpoints: [EngineEndpoint], deadline: Duration) {
    self.deadline = deadline
    let named = endpoints.map { ($0, DispatchQueue(label: "tare.engine")) }
    queues = Dictionary(named) { first, _ in first }
  }

  /// What is known now. Never waits for an engine.
  public var current: EngineAnswers { state.withLock(\.answers) }

  /// Asks every engine that is not being asked already, and returns at once.
  public func refresh() {
    start(Deadline(in: deadline), done: nil)
  }

  /// Asks every engine and waits until all have answered or the deadline has passed.
  ///
  /// - Returns: What came in time; an engine that did not make it is a failure with the reason `deadline`.
  public func ask() -> EngineAnswers {
    let deadline = Deadline(in: deadline)
    let waiting = DispatchGroup()
    for _ in queues { waiting.enter() }
    start(deadline) { waiting.leave() }
    let end = DispatchTime.now() + .nanoseconds(Int(deadline.remainingNanoseconds))
    _ = waiting.wait(timeout: end)
    return state.withLock { state in
      for late in state.asked { state.answers.failures[late] = EngineError(late, .deadline(deadline.limit)) }
      return state.answers
    }
  }

  /// Starts an exchange with every engine that is idle; `done` is called once for every engine,
  /// the busy ones included.
  private func start(_ deadline: Deadline, done: (@Sendable () -> Void)?) {
    for (endpoint, queue) in queues {
      guard state.withLock({ $0.asked.insert(endpoint).inserted }) else {
        if let done { queue.async(execute: done) }
        continue
      }
      queue.async {
        let result = Result { () throws(EngineError) in
          try EngineClient.containers(at: endpoint, until: deadline)
        }
        self.state.withLock {
          $0.answers.record(result, of: endpoint)
          $0.asked.remove(endpoint)
        }
        done?()
      }
    }
  }
}
