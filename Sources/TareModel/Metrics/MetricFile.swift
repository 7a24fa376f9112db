/// A file that a metric of one workload was read from.
public struct MetricFile: Sendable, Hashable {
  public let metric: Metric
  /// Absolute. `*` in it stands for all folders of that place: each thread.
  public let path: String
  /// What of the file, in words; nil where the file is the number.
  public let key: String?

  public init(_ metric: Metric, _ path: String, _ key: String? = nil) {
    self.metric = metric
    self.path = path
    self.key = key
  }
}
