internal import Dispatch
internal import Synchronization

/// A few threads that take jobs in turn. One that hangs keeps its thread, so there are never more threads than `most`,
/// however many jobs hang. A thread that has had nothing to do for some seconds ends.
public final class Workers: Sendable {
  private final class Shared: Sendable {
    struct State {
      var jobs: [@Sendable () -> Void] = []
      var threads = 0
      var idle = 0
      var isEnded = false
    }

    let state = Mutex(State())
    let wanted = DispatchSemaphore(value: 0)

    /// The next job; nil where the thread is to end.
    func next() -> (@Sendable () -> Void)? {
      while true {
        let (job, isOver) = state.withLock { state -> ((@Sendable () -> Void)?, Bool) in
          if !state.jobs.isEmpty { return (state.jobs.removeFirst(), false) }
          if state.isEnded {
            state.threads -= 1
            return (nil, true)
          }
          state.idle += 1
          return (nil, false)
        }
        if job != nil || isOver { return job }
        let pause = wanted.wait(timeout: .now() + .seconds(Workers.idleTimeout))
        let isOld = state.withLock { state in
          state.idle -= 1
          guard pause == .timedOut, state.jobs.isEmpty else { return false }
          state.threads -= 1
          return true
        }
        if isOld { return nil }
      }
    }
  }

  private static let idleTimeout = 5
  private let shared = Shared()
  private let name: StaticString
  private let most: Int

  /// - Parameters:
  ///   - name: of the threads, at most 15 bytes.
  ///   - most: how many threads there may be at once.
  public init(_ name: StaticString, most: Int) {
    self.name = name
    self.most = most
  }

  deinit {
    let threads = shared.state.withLock { state in
      state.isEnded = true
      return state.threads
    }
    for _ in 0..<threads { shared.wanted.signal() }
  }

  /// How many threads there are.
  public var threads: Int { shared.state.withLock(\.threads) }

  /// Forgets the jobs that no thread has begun with.
  public func forgetWaiting() { shared.state.withLock { $0.jobs = [] } }

  /// Has a job done as soon as a thread is free.
  /// - Throws: where there is no thread and none may be started; the job is forgotten.
  public func run(_ job: @escaping @Sendable () -> Void) throws(SystemThread.Failure) {
    let needsThread = shared.state.withLock { state in
      state.jobs.append(job)
      guard state.jobs.count > state.idle, state.threads < most else { return false }
      state.threads += 1
      return true
    }
    if needsThread {
      do throws(SystemThread.Failure) {
        try SystemThread.start(name) { [shared] in
          while let job = shared.next() { job() }
        }
      } catch {
        let isAlone = shared.state.withLock { state in
          state.threads -= 1
          if state.threads == 0 { state.jobs = [] }
          return state.threads == 0
        }
        if isAlone { throw error }
      }
    }
    shared.wanted.signal()
  }
}
