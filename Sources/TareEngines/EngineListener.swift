internal import LinuxSystem
internal import Synchronization
public import TareModel

/// Listens to the events of several engines, each on a thread of its own for as long as it is listened to: one that hangs
/// costs nobody anything, and the thread that reads the result never waits.
///
/// A stream that ends is opened again, after pauses that grow. Letting go of the listener is enough to end it.
public final class EngineListener: Sendable {
  /// Between the end of a stream and the next attempt.
  struct Pauses: Sendable {
    var first = Duration.seconds(1)
    var longest = Duration.seconds(30)
  }

  /// Events that may have been missed, realtime seconds since 1970.
  public struct Gap: Sendable, Hashable {
    public let from: UInt64
    public let to: UInt64
  }

  private struct State {
    var store = EventStore()
    var failures: [EngineEndpoint: EngineError] = [:]
    var gaps: [EngineEndpoint: Gap] = [:]
    var streams: [EngineEndpoint: StreamHandle] = [:]
  }

  /// What the threads share. They do not hold the listener, so that it can go.
  private final class Shared: Sendable {
    let state = Mutex(State())

    /// For as long as the stream is wanted.
    func change(_ handle: StreamHandle, _ change: (inout State) -> Void) {
      state.withLock { if !handle.isEnded { change(&$0) } }
    }
  }

  private let shared = Shared()
  private let since: UInt64
  private let deadline: Duration
  private let silenceTimeout: Duration
  private let pauses: Pauses
  private let now: @Sendable () -> UInt64

  /// Nothing is opened before ``listen(to:)``.
  /// - Parameters:
  ///   - since: realtime seconds since 1970; what engines have kept from then on is asked for. Docker keeps 256 events.
  ///   - deadline: for connecting.
  ///   - silenceTimeout: for the head of an answer. Engines send it with the first event: what comes later is asked for anew.
  ///   - now: realtime seconds since 1970.
  public convenience init(
    since: UInt64, deadline: Duration, silenceTimeout: Duration = .seconds(60), now: @escaping @Sendable () -> UInt64
  ) {
    self.init(since: since, deadline: deadline, silenceTimeout: silenceTimeout, pauses: Pauses(), now: now)
  }

  init(
    since: UInt64, deadline: Duration, silenceTimeout: Duration, pauses: Pauses, now: @escaping @Sendable () -> UInt64
  ) {
    self.since = since
    self.deadline = deadline
    self.silenceTimeout = silenceTimeout
    self.pauses = pauses
    self.now = now
  }

  deinit {
    for handle in shared.state.withLock(\.streams).values { handle.end() }
  }

  /// Listens to these engines from now on, and to no others.
  public func listen(to endpoints: Set<EngineEndpoint>) {
    let (begun, ended) = shared.state.withLock { state in
      let gone = state.streams.filter { !endpoints.contains($0.key) }
      for endpoint in gone.keys {
        state.streams[endpoint] = nil
        state.failures[endpoint] = nil
        state.gaps[endpoint] = nil
      }
      let new = endpoints.filter { state.streams[$0] == nil }.map { ($0, StreamHandle()) }
      for (endpoint, handle) in new { state.streams[endpoint] = handle }
      return (new, gone.values)
    }
    for handle in ended { handle.end() }
    for (endpoint, handle) in begun { begin(endpoint, handle) }
  }

  // MARK: Asking

  /// What was said of a container, in order of time.
  public func events(of id: String) -> [EngineEvent] { shared.state.withLock { $0.store[id] } }

  /// Grows with each new event.
  public var count: Int { shared.state.withLock(\.store.count) }

  /// Engines that cannot be listened to just now, and why.
  public var failures: [EngineEndpoint: EngineError] { shared.state.withLock(\.failures) }

  /// Between what instants an engine was last not listened to, where it did not say afterwards what was then.
  public var gaps: [EngineEndpoint: Gap] { shared.state.withLock(\.gaps) }

  // MARK: Listening

  private func begin(_ endpoint: EngineEndpoint, _ handle: StreamHandle) {
    let listen: @Sendable () -> Void = { [shared, since, deadline, silenceTimeout, pauses, now] in
      let place = Place(since: since)
      var pause = pauses.first
      while !handle.isEnded {
        let begun = ContinuousClock.now
        let stream = EventStream(
          endpoint: endpoint, since: place.next(), deadline: deadline, silenceTimeout: silenceTimeout)
        do throws(EngineError) {
          try stream.listen(handle) {
            shared.change(handle) { state in
              state.failures[endpoint] = nil
              if let gap = place.open(at: now()) { state.gaps[endpoint] = gap }
            }
          } line: { line in
            shared.change(handle) { state in
              state.store.add(line)
              if place.closes(line, now: now()) { state.gaps[endpoint] = nil }
            }
          }
        } catch {
          // An engine that is silent has nothing to say.
          let wasSilent = error.reason == .deadline(silenceTimeout)
          if !wasSilent { place.lose(at: now(), error.reason) }
          shared.change(handle) { $0.failures[endpoint] = wasSilent ? nil : error }
          if begun.duration(to: .now) > pauses.longest { pause = pauses.first }
          handle.sleep(pause)
          pause = min(pause * 2, pauses.longest)
        }
      }
    }
    do throws(SystemThread.Failure) {
      try SystemThread.start("tare-events", listen)
    } catch {
      shared.change(handle) { $0.failures[endpoint] = EngineError(endpoint, .noThread(error.number)) }
    }
  }

  /// How far a stream has come, over its ends and beginnings.
  private final class Place: Sendable {
    private struct State {
      var since: UInt64
      var last: EngineEventLine?
      /// The last one before the stream was lost; when it comes once more, nothing was missed.
      var awaited: EngineEventLine?
      var lostAt: UInt64?
      var isOpen = false
    }

    private let state: Mutex<State>

    init(since: UInt64) { state = Mutex(State(since: since)) }

    /// Seconds since 1970 from which on events are missing.
    func next() -> UInt64 { state.withLock(\.since) }

    /// - Returns: when it was not listened to since it was open before.
    func open(at now: UInt64) -> Gap? {
      state.withLock { state in
        state.isOpen = true
        return state.lostAt.map { Gap(from: $0, to: now) }
      }
    }

    /// - Returns: whether this event shows that none was missed.
    func closes(_ line: EngineEventLine, now: UInt64) -> Bool {
      state.withLock { state in
        if line.event.at >= state.last?.event.at ?? 0 {
          state.last = line
          state.since = max(state.since, min(line.event.at / 1_000_000_000, now))
        }
        guard line == state.awaited else { return false }
        (state.awaited, state.lostAt) = (nil, nil)
        return true
      }
    }

    func lose(at now: UInt64, _ reason: EngineError.Reason) {
      state.withLock { state in
        if state.isOpen { (state.lostAt, state.awaited, state.isOpen) = (now, state.last, false) }
        switch reason {
        // What could not be read would come again.
        case .lineTooLong, .unexpectedEvent: (state.since, state.awaited) = (now, nil)
        default: break
        }
      }
    }
  }
}
