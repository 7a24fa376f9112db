public import TareModel

/// Where samples come from. All of it is called from one thread, which is not the one that draws: reading may take its
/// time, and what hangs must not keep a key from being answered.
public protocol SampleSource: AnyObject {
  func makeSample() -> Sample
  /// Fills the sample. A sample that was filled before keeps its memory.
  /// - Returns: whether there is another one to come; a captured host has an end.
  func take(into sample: inout Sample) throws -> Bool
  /// Readable when something has begun or ended, so that ``announce(into:)`` is worth a call; nil where nobody watches.
  var news: Int32? { get }
  /// Brings the last sample's rows up to date between two samples.
  /// - Returns: whether anything has changed.
  func announce(into sample: inout Sample) throws -> Bool
  /// Whether the next sample has Unix users as rows.
  func showUsers(_ areShown: Bool)
  /// Looks into the workload with this id; called after a sample, as long as somebody looks.
  func inspect(_ id: String) -> Inspection?
}

extension SampleSource {
  public var news: Int32? { nil }
  public func announce(into sample: inout Sample) throws -> Bool { false }
  public func showUsers(_ areShown: Bool) {}
  public func inspect(_ id: String) -> Inspection? { nil }
}
