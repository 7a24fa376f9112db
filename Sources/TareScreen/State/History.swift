internal import TareModel

/// What figures were at the samples before.
public struct History: Sendable {
  public init() {}
}
