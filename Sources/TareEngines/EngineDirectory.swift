internal import Dispatch
internal import LinuxSystem
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
  private let workers: [EngineEndpoint: Workers]
  private let state = Mutex(State())

  /// A directory of these engines; nothing is opened before ``refresh()``.
  ///
  /// - Parameter deadline: Time for each exchange, connecting included.
  public init(endpoints: [EngineEndpoint], deadline: Duration) {
    self.deadline = deadline
    let named = endpoints.map { ($0, Workers("tare-engine", most: 1)) }
    workers = Dictionary(named) { first, _ in first }
  }

  /// What is known now. Never waits for an engine.
  public var current: EngineAnswers { state.withLock(\.answers) }

  /// Asks every engine that is not being asked already, and returns at once.
  public func refresh() {
    start(Deadline(in: deadline), done: nil)
  }

  /// Asks every engine and waits until all have answered or the deadline has passed.
  ///
  /// - Parameters:
  ///   - limit: how long to wait; the directory's own deadline unless given.
  ///   - said: called after two seconds of waiting, with the engines that have not answered.
  /// - Returns: What came in time; an engine that did not make it is a failure with the reason `deadline`.
  public func ask(within limit: Duration? = nil, waiting said: (([EngineEndpoint]) -> Void)? = nil) -> EngineAnswers {
    let deadline = Deadline(in: limit ?? deadline)
    let waiting = DispatchGroup()
    for _ in workers { waiting.enter() }
    start(deadline) { waiting.leave() }
    let begin = DispatchTime.now()
    let end = begin + .nanoseconds(Int(deadline.remainingNanoseconds))
    if waiting.wait(timeout: min(begin + .seconds(2), end)) == .timedOut {
      said?(state.withLock { Array($0.asked) }.sorted { $0.path < $1.path })
      _ = waiting.wait(timeout: end)
    }
    return state.withLock { state in
      for late in state.asked { state.answers.failures[late] = EngineError(late, .deadline(deadline.limit)) }
      return state.answers
    }
  }

  /// Starts an exchange with every engine that is idle; `done` is called once for every engine. One that is being asked
  /// already is done when it has answered that.
  private func start(_ deadline: Deadline, done: (@Sendable () -> Void)?) {
    for (endpoint, worker) in workers {
      let isIdle = state.withLock { $0.asked.insert(endpoint).inserted }
      if !isIdle, done == nil { continue }
      let job: @Sendable () -> Void = { [self] in
        if isIdle { exchange(endpoint, deadline) }
        done?()
      }
      do throws(SystemThread.Failure) {
        try worker.run(job)
      } catch {
        // Whoever waits may as well do it himself.
        if done != nil { job() } else { record(.failure(EngineError(endpoint, .noThread(error.number))), of: endpoint) }
      }
    }
  }

  private func exchange(_ endpoint: EngineEndpoint, _ deadline: Deadline) {
    record(
      Result { () throws(EngineError) in try EngineClient.containers(at: endpoint, until: deadline) }, of: endpoint)
  }

  private func record(_ result: Result<[EngineContainer], EngineError>, of endpoint: EngineEndpoint) {
    state.withLock {
      $0.answers.record(result, of: endpoint)
      $0.asked.remove(endpoint)
    }
  }
}
