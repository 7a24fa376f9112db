public import TareModel

/// The boot latencies of many workloads: from the request, or the first that is known of, until user space runs.
public struct BootTimes: Sendable {
  /// Seconds with both ends known, in order.
  public private(set) var known: [Double] = []
  /// Bounds, in seconds.
  public private(set) var atLeast: [Double] = []
  public private(set) var atMost: [Double] = []
  /// Workloads of which nothing is known.
  public private(set) var unknown = 0
  /// How the weakest of the known ones is known.
  public private(set) var label: BootTimeline.Label = .measured

  mutating func add(_ boot: BootTimeline) {
    switch boot.span(to: .userspace) {
    case .exact(let seconds, let label):
      known.append(seconds)
      if label.weakness > self.label.weakness { self.label = label }
    case .atLeast(let seconds): atLeast.append(seconds)
    case .atMost(let seconds): atMost.append(seconds)
    case .unknown: unknown += 1
    }
  }

  mutating func sort() {
    known.sort()
    atLeast.sort()
    atMost.sort()
  }

  /// Of three or more; fewer have none.
  var median: Double? {
    guard known.count >= 3 else { return nil }
    let middle = known.count / 2
    return known.count % 2 == 1 ? known[middle] : (known[middle - 1] + known[middle]) / 2
  }

  var mark: String { label == .measured ? "" : label == .reported ? "r" : "~" }
}
