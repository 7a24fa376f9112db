/// Brings samples of a source at their time, and makes frames of them: the one loop of the live screen, of commands that print, and
/// of tests. Where the source has a thread of its own, ``order(now:)`` says what it should do, and ``take(_:now:)`` takes what it did;
/// else ``next(wait:)`` does both. Not to be used by two threads at once.
public final class FrameDriver {
  /// What the source should do now.
  public enum Order: Sendable {
    /// Fill this one.
    case sample(Sample, SampleRequest)
    /// Bring this one, the last, up to date.
    case update(Sample)
  }

  /// What the source did.
  public enum Answer: Sendable {
    /// Filled one that was begun at this monotonic instant; it is as it was where there is none any more.
    case sample(Sample, begun: UInt64, isFilled: Bool)
    /// Nil where nothing has changed.
    case updated(Sample?)
  }

  /// What a frame is of.
  public enum Step: Sendable {
    case frame(Frame)
    /// The last frame again, with the rows as they are now.
    case update(Frame)
  }

  /// How samples follow each other.
  public enum Pace: Sendable {
    /// A picture soon, rates soon after, then every interval: for somebody who looks.
    case screen
    /// Every interval, on a grid; what is stored at once.
    case steady
  }

  public let source: any FrameSource
  public let traits: SourceTraits
  /// For the next sample.
  public var request = SampleRequest()
  /// Nanoseconds between two samples.
  public private(set) var interval: UInt64
  private let pace: Pace
  private let clock: () -> UInt64
  private var buffers: SampleBuffers
  private var schedule: TickSchedule
  private var debounce = DiscoveryDebounce()
  private var isPaused = false
  /// Whether the last frame has been given.
  public private(set) var isAtEnd = false

  /// - Parameters:
  ///   - interval: nanoseconds.
  ///   - clock: monotonic nanoseconds now.
  public init(_ source: any FrameSource, interval: UInt64, pace: Pace, clock: @escaping () -> UInt64) {
    self.source = source
    traits = source.traits
    self.interval = max(1, interval)
    self.pace = pace
    self.clock = clock
    buffers = SampleBuffers(source.makeSample)
    schedule = TickSchedule(pace == .screen ? .quick : traits.isStored ? .unpaced : .steady)
  }

  /// How many samples have been taken.
  public var count: Int { schedule.taken }

  /// When something is due, monotonic nanoseconds; nil while the source is at work, after its end, and while paused.
  public var due: UInt64? {
    guard !buffers.isFilling else { return nil }
    return [isPaused ? nil : schedule.due, updateDue].compactMap(\.self).min()
  }

  /// While samples come in a hurry there is no need to look in between.
  private var updateDue: UInt64? { schedule.isSettled ? debounce.due : nil }

  // MARK: With a thread of its own

  /// What is due now; nil where nothing is, or the source is still at work.
  public func order(now: UInt64) -> Order? {
    if !isPaused, let due = schedule.due, now >= due, let sample = buffers.next() {
      var request = request
      request.isSketch = pace == .screen && schedule.taken == 0 && !traits.isStored
      return .sample(sample, request)
    }
    if let due = updateDue, now >= due, let newest = buffers.newest() { return .update(newest) }
    return nil
  }

  /// - Returns: nil where nothing is new.
  public func take(_ answer: consuming Answer, now: UInt64) -> Step? {
    switch consume answer {
    case .updated(let sample):
      debounce.wasLooked(found: sample != nil)
      return buffers.frame(newest: sample).map(Step.update)
    case .sample(let sample, _, isFilled: false):
      buffers.giveBack(sample)
      schedule.end()
      isAtEnd = true
      return nil
    case .sample(let sample, let begun, isFilled: true):
      schedule.took(begun: begun, whole: sample.monotonic, interval: interval, now: now)
      return .frame(buffers.frame(sample))
    }
  }

  /// ``FrameSource/wakeup`` has become readable, and was read.
  public func wasWoken(now: UInt64) { debounce.came(now: now) }

  // MARK: On this thread

  /// Waits for the next sample's time, and takes it.
  /// - Parameter wait: comes back at this instant of the monotonic clock; false where it was interrupted.
  /// - Returns: nil where there is none any more (``isAtEnd``), where it was interrupted, and while paused.
  public func next(wait: (UInt64) -> Bool) throws -> Frame? {
    guard !isPaused, let due = schedule.due else { return nil }
    if due > clock(), !wait(due) { return nil }
    guard case .sample(var sample, let request) = order(now: max(due, clock())) else { return nil }
    let begun = clock()
    let isFilled: Bool
    do { isFilled = try source.next(into: &sample, request) } catch {
      buffers.giveBack(sample)
      throw error
    }
    guard case .frame(let frame) = take(.sample(sample, begun: begun, isFilled: isFilled), now: clock()) else {
      return nil
    }
    return frame
  }

  // MARK: Control

  /// From now on another interval, nanoseconds.
  public func change(interval: UInt64) {
    self.interval = max(1, interval)
    schedule.change(interval: self.interval)
  }

  /// Takes no samples until ``resume(now:)``.
  public func pause() { isPaused = true }

  /// Goes on. No rate is made over the time in between.
  public func resume(now: UInt64) {
    guard isPaused else { return }
    isPaused = false
    guard !isAtEnd else { return }
    buffers.breakOff()
    schedule.resume(now: now)
  }

  /// The next frame is of this instant. Not while the source is at work.
  /// - Parameter instant: realtime nanoseconds.
  /// - Returns: whether there is one.
  public func seek(to instant: UInt64) throws -> Bool {
    guard traits.canSeek, !buffers.isFilling, try source.seek(to: instant) else { return false }
    buffers.breakOff()
    isAtEnd = false
    schedule.resume(now: clock())
    return true
  }
}
