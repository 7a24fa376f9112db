extension Metric.Declaration {
  /// Kinds of places that numbers come from: columns of the documentation.
  public enum Origin: String, Sendable, Hashable, CaseIterable {
    case v2 = "container, cgroup v2"
    case v1 = "container, cgroup v1"
    case machine = "VM"
  }

  /// Where it comes from, in words; nil where there is no such thing.
  public func words(_ origin: Origin) -> String? {
    switch origin {
    case .v2: v2.map(\.words) ?? container
    case .v1: v1.map(\.words) ?? containerV1 ?? container
    case .machine: machine
    }
  }
}

extension Metric.Place {
  /// `cpu.stat usage_usec`
  public var words: String { key.map { "\(file) \($0)" } ?? file }

  /// What of the file; nil where the file is the number.
  public var key: String? {
    switch format {
    case .single: nil
    case .keyed(let key): key.description
    case .pressure(let key): "\(key) total"
    case .deviceSum(let key), .deviceLines(let key): "\(key), all devices"
    }
  }
}

extension Metric.Unit {
  /// Behind an exact number.
  public var sign: String {
    switch self {
    case .nanoseconds: "ns"
    case .microseconds: "µs"
    case .bytes: "bytes"
    case .count: ""
    case .microcores: "millionths of a core"
    }
  }
}
