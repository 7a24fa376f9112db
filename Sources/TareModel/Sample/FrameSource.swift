/// What the next sample should have.
public struct SampleRequest: Sendable, Hashable {
  /// Unix users as rows.
  public var users = false
  /// The cgroups that workloads are in.
  public var slices = false
  /// Only what a first picture needs, soon.
  public var isSketch = false

  public init(users: Bool = false, slices: Bool = false, isSketch: Bool = false) {
    (self.users, self.slices, self.isSketch) = (users, slices, isSketch)
  }
}

/// Where samples come from. All of it is called by one thread at a time, and may take its time: what hangs must not keep a key
/// from being answered.
public protocol FrameSource: AnyObject {
  var traits: SourceTraits { get }
  /// One to be filled; it keeps its memory when it is filled again.
  func makeSample() -> Sample
  /// Fills in the next sample. One after a time in which nobody looked says so (``Sample/followsGap``).
  /// - Returns: false where there is none any more: the sample is as it was.
  /// - Throws: where nothing can be read.
  func next(into sample: inout Sample, _ request: SampleRequest) throws -> Bool
  /// Brings the rows of the last sample up to date, without waiting for the next one.
  /// - Returns: whether anything has changed.
  func update(_ sample: inout Sample) throws -> Bool
  /// Readable when ``update(_:)`` is worth a call; nil where nobody watches.
  var wakeup: Int32? { get }
  /// Makes the sample at this instant, or the last one before it, the next one.
  /// - Parameter instant: realtime nanoseconds.
  /// - Returns: false where there is none, or nothing can be sought.
  func seek(to instant: UInt64) throws -> Bool
  /// Looks into the workload with this id. Rates are since the call before for the same one.
  /// - Returns: nil where none has this id, or nobody can look.
  func inspect(_ id: String) -> Inspection?
}

extension FrameSource {
  public func update(_ sample: inout Sample) throws -> Bool { false }
  public var wakeup: Int32? { nil }
  public func seek(to instant: UInt64) throws -> Bool { false }
  public func inspect(_ id: String) -> Inspection? { nil }
}
