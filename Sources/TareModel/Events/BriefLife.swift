/// A workload that began and ended between two looks: only its cgroup was seen, as it was made and as it was removed.
public struct BriefLife: Sendable, Hashable {
  /// Counts them, from 1 on.
  public let number: UInt64
  /// What its cgroup says of it: engine and id.
  public let workload: Workload
  /// Between what instants its cgroup was made, and was removed. Realtime nanoseconds since 1970.
  public let made: ClosedRange<UInt64>
  public let removed: ClosedRange<UInt64>

  public init(number: UInt64, workload: Workload, made: ClosedRange<UInt64>, removed: ClosedRange<UInt64>) {
    (self.number, self.workload, self.made, self.removed) = (number, workload, made, removed)
  }
}
