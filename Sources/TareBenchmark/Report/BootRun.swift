public import TareModel

/// One start of a command, or of several copies at once, and what is known of it. Times are seconds from the request.
public struct BootRun: Sendable, Hashable {
  public enum Kind: String, Sendable {
    /// The very first of a command: reported apart.
    case cold
    /// Does not count.
    case warmup
    case measured
  }

  /// One phase, and when it was reached.
  public struct Phase: Sendable, Hashable {
    public let phase: BootTimeline.Phase
    /// Seconds.
    public let at: Double

    public init(_ phase: BootTimeline.Phase, at: Double) {
      self.phase = phase
      self.at = at
    }
  }

  public var kind = Kind.measured
  /// Within its kind; the first is 1.
  public var number = 1
  /// When it began, seconds after the benchmark did.
  public var began = 0.0
  /// In order of time. Of several copies those of the last that was ready.
  public var phases: [Phase] = []
  /// When each copy was ready, in order of time; one value without `--concurrency`.
  public var copies: [Double] = []
  /// From the order to stop until nothing was left. Nil where there was nothing to stop.
  public var stop: Double?
  /// It did not end on SIGTERM within the grace.
  public var wasKilled = false
  /// CPU time of the command and the children that it waited for, all copies together. Nil where nobody was told.
  public var user: Double?
  public var system: Double?
  /// The largest resident set of one of its processes, bytes.
  public var memory: UInt64?
  /// Nil where it was ended by a signal, or still ran.
  public var exitCode: Int32?
  /// Why it does not count.
  public var failure: String?
  /// The last that a failed command said, harmless, line by line.
  public var output: [String] = []
  /// What went wrong beside: a cleanup that failed.
  public var notes: [String] = []

  public init() {}

  /// When all was ready. Nil when it never was.
  public var ready: Double? { failure == nil ? copies.last : nil }
}
