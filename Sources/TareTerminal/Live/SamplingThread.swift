internal import CLinux
internal import Glibc
internal import LinuxSystem
internal import Synchronization
internal import TareModel

/// Has a source take samples on a thread of its own, one when it is ordered.
///
/// A sample goes over to it and comes back filled, so that nobody else holds its memory while it is written.
final class SamplingThread: @unchecked Sendable {
  struct Done {
    var answer: FrameDriver.Answer
    /// With a new sample: of the workload that somebody looks at.
    var inspection: Inspection?
  }

  private struct State {
    var order: FrameDriver.Order?
    var inspected: String?
    var result: Result<Done, any Error>?
    var isEnded = false
  }

  /// Readable when a sample is ready.
  var descriptor: Int32 { done.descriptor }
  private let done = EventCounter()
  private let requests = EventCounter()
  private let source: any FrameSource
  private let state = Mutex(State())

  init(_ source: any FrameSource) { self.source = source }

  /// Begins.
  /// - Throws: where the thread or one of its two descriptors cannot be had: nobody would ever see a sample.
  func start() throws {
    guard done.descriptor >= 0, requests.descriptor >= 0 else { throw NoDescriptor() }
    try SystemThread.start("tare-sampling") { [self] in run() }
  }

  /// Wants this done. Not before what was ordered before has come back.
  /// - Parameter inspected: the workload that somebody looks at.
  func order(_ order: consuming FrameDriver.Order, inspected: String?) {
    state.withLock { state in
      state.order = order
      state.inspected = inspected
    }
    requests.signal()
  }

  /// What is ready.
  func collect() throws -> Done? {
    done.wait()
    return try state.withLock { state in
      defer { state.result = nil }
      return try state.result?.get()
    }
  }

  /// Lets the thread end after what it is doing. Nobody waits for it: it may hang.
  func end() {
    state.withLock { $0.isEnded = true }
    requests.signal()
  }

  private func run() {
    while true {
      requests.wait()
      let (order, inspected, isEnded) = state.withLock { state in
        defer { state.order = nil }
        return (state.order, state.inspected, state.isEnded)
      }
      if isEnded { return }
      guard let order else { continue }
      let result = Result { try carryOut(order, inspected) }
      state.withLock { $0.result = result }
      done.signal()
    }
  }

  private func carryOut(_ order: consuming FrameDriver.Order, _ inspected: String?) throws -> Done {
    switch consume order {
    case .update(var last): return Done(answer: .updated(try source.update(&last) ? last : nil))
    case .sample(var sample, let request):
      let begun = SystemClock.monotonic.now
      let isFilled = try source.next(into: &sample, request)
      return Done(
        answer: .sample(sample, begun: begun, isFilled: isFilled),
        inspection: isFilled ? inspected.flatMap(source.inspect) : nil)
    }
  }
}
