internal import CLinux
internal import Glibc
internal import LinuxSystem
internal import Synchronization
internal import TareModel

/// Takes samples on a thread of its own, one when it is asked for one.
///
/// A sample goes over to it and comes back filled, so that nobody else holds its memory while it is written.
final class SamplingThread: @unchecked Sendable {
  enum Answer {
    case taken(Taken)
    /// What became of the last sample; nil where nothing in it has changed.
    case announced(Sample?)
  }

  struct Taken {
    var sample: Sample
    var inspection: Inspection?
    /// Monotonic nanoseconds at which it was begun.
    var begun: UInt64
    /// Whether another one may be asked for.
    var hasMore: Bool
  }

  private struct State {
    var empty: Sample?
    var inspected: String?
    var showsUsers = false
    /// The empty one is the last one, to be brought up to date.
    var isLast = false
    var result: Result<Answer, any Error>?
    var isEnded = false
  }

  /// Readable when a sample is ready.
  let descriptor = tare_eventfd()
  private let requests = tare_eventfd()
  private let source: any SampleSource
  private let state = Mutex(State())

  init(_ source: any SampleSource) { self.source = source }

  /// Begins.
  /// - Throws: where the thread or one of its two descriptors cannot be had: nobody would ever see a sample.
  func start() throws {
    guard descriptor >= 0, requests >= 0 else { throw NoDescriptor() }
    try SystemThread.start("tare-sampling") { [self] in run() }
  }

  /// Wants this sample filled. Not before the one before has come back.
  func ask(_ sample: consuming Sample, inspected: String?, users: Bool) {
    state.withLock { state in
      state.empty = sample
      state.isLast = false
      state.inspected = inspected
      state.showsUsers = users
    }
    Self.wake(requests)
  }

  /// Wants the rows of the last sample brought up to date.
  func announce(_ last: consuming Sample) {
    state.withLock { state in
      state.empty = last
      state.isLast = true
    }
    Self.wake(requests)
  }

  /// Readable when that is worth it.
  var news: Int32? { source.news }

  /// What is ready.
  func collect() throws -> Answer? {
    Self.wait(descriptor)
    return try state.withLock { state in
      defer { state.result = nil }
      return try state.result?.get()
    }
  }

  /// Lets the thread end after what it is doing. Nobody waits for it: it may hang.
  func end() {
    state.withLock { $0.isEnded = true }
    Self.wake(requests)
  }

  private func run() {
    while true {
      Self.wait(requests)
      let (empty, isLast, inspected, users, isEnded) = state.withLock { state in
        defer { state.empty = nil }
        return (state.empty, state.isLast, state.inspected, state.showsUsers, state.isEnded)
      }
      if isEnded { return }
      guard let empty else { continue }
      let result = Result { try isLast ? update(empty) : .taken(take(empty, inspected, users: users)) }
      state.withLock { $0.result = result }
      Self.wake(descriptor)
    }
  }

  private func take(_ empty: consuming Sample, _ inspected: String?, users: Bool) throws -> Taken {
    source.showUsers(users)
    let begun = monotonicNow()
    var sample = empty
    let hasMore = try source.take(into: &sample)
    return Taken(sample: sample, inspection: inspected.flatMap(source.inspect), begun: begun, hasMore: hasMore)
  }

  private func update(_ last: consuming Sample) throws -> Answer {
    var sample = last
    return .announced(try source.announce(into: &sample) ? sample : nil)
  }

  private static func wake(_ descriptor: Int32) {
    var one: UInt64 = 1
    _ = unsafe write(descriptor, &one, 8)
  }

  private static func wait(_ descriptor: Int32) {
    var count: UInt64 = 0
    while unsafe read(descriptor, &count, 8) < 0, errno == EINTR {}
  }
}

func monotonicNow() -> UInt64 {
  var time = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
