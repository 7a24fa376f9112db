/// How long a pass waits for the sources. One that has not answered by then is left out: what it would have found is not
/// known.
public struct SourceTimeouts: Sendable {
  /// For the first pass.
  public var first: Duration
  /// For each pass after that.
  public var later: Duration
  /// Called while the first pass waits, after two seconds, with the names of the sources that it waits for.
  public var waiting: @Sendable ([String]) -> Void

  public init(first: Duration, later: Duration, waiting: @escaping @Sendable ([String]) -> Void = { _ in }) {
    self.first = first
    self.later = later
    self.waiting = waiting
  }

  /// Where somebody looks at the screen: what comes later is shown later.
  public static let live = SourceTimeouts(first: .seconds(2), later: .seconds(2))
}
