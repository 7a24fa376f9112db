/// Where the value of one figure comes from: what was read, when, and what was made of it. Holds all that the value can be
/// computed from again.
public struct Explanation: Sendable {
  /// A metric that the figure looks at.
  public struct Input: Sendable {
    public let metric: Metric
    public let now: Reading
    /// The same as it was read, where this machine cannot have such a number too.
    public let read: Reading
    /// What growth is counted from; missing where nothing was read before.
    public let before: Reading
    /// Between these two reads of this very workload; nil where there is one only.
    public let nanoseconds: UInt64?
    /// In words; nil where this kind of workload has no such thing.
    public let words: String?
    /// As really read; empty where nobody has looked into the workload.
    public let files: [MetricFile]
  }

  public let figure: Figure
  public let workload: Workload
  public let value: FigureValue
  public let certainty: Certainty
  public let inputs: [Input]
  /// Of what the value is a sum, where it is one.
  public let weight: Weight?
  /// A value that is only there because somebody looks, from the tasks one by one.
  public let onDemand: FigureValue?

  /// - Parameter inspection: of this workload, from the same time or a moment before.
  public init(_ figure: Figure, _ frame: Frame, row: Int, inspection: Inspection? = nil) {
    let pair = frame.pair(row)
    let workload = pair.workload
    let inspection = inspection.flatMap { $0.workload == workload.id ? $0 : nil }
    self.figure = figure
    self.workload = workload
    value = figure.evaluate(pair)
    certainty = figure.certainty(pair)
    weight = figure.weight?(pair)
    inputs = figure.inputs.map { metric in
      Input(
        metric: metric, now: pair.now(metric), read: pair.read(metric), before: pair.before(metric),
        nanoseconds: pair.elapsed(metric),
        words: metric.words(of: workload, on: frame.current.host),
        files: inspection?.files.filter { $0.metric == metric } ?? [])
    }
    let isOnDemand = figure.name == Figure.cpuWait.name && value == .missing(.onDemand)
    onDemand = isOnDemand ? inspection?.wait : nil
  }

  /// Why there is no value.
  public var reason: Reason? { if case .missing(let reason) = value { reason } else { nil } }
}

extension Metric {
  /// Where a workload's metric comes from, as far as that can be said without looking.
  func words(of workload: Workload, on host: Host) -> String? {
    let declaration = declaration
    if workload.kind == .user { return userWords(workload, on: host) }
    if workload.kind == .vm { return declaration.machineWords(workload, on: host)?.naming(workload.mainPid) }
    return containerWords(workload, on: host)
  }

  func containerWords(_ workload: Workload, on host: Host) -> String? {
    let declaration = declaration
    let (first, other) = (declaration.words(.v2), declaration.words(.v1))
    guard let first, let other, first != other, host.cgroupMode != .v2 else {
      return (first ?? other).map { place(declaration, $0, workload) }
    }
    // Where both are mounted, each controller is in one of them.
    let words = host.cgroupMode == .v1 ? other : "\(other), or \(first) where the controller is in v2"
    return place(declaration, words, workload)
  }

  private func place(_ declaration: Declaration, _ words: String, _ workload: Workload) -> String {
    guard declaration.v1 != nil || declaration.v2 != nil || declaration.container?.contains("its cgroup") == true,
      let cgroup = workload.cgroup
    else { return words.naming(workload.mainPid) }
    return "\(words), cgroup \(cgroup)"
  }
}

extension Metric.Declaration {
  /// "Its own cgroup's" says which file only to who knows all of them.
  fileprivate func machineWords(_ workload: Workload, on host: Host) -> String? {
    let mark = "its own cgroup's"
    guard let machine, machine.hasPrefix(mark) else { return machine }
    let rest = machine.dropFirst(mark.count)
    let group = workload.cgroup.map { " \($0)" } ?? ""
    let (own, other) = host.cgroupMode == .v1 ? (v1, v2) : (v2, v1)
    if let place = own ?? other { return "\(place.words) of its own cgroup\(group)\(rest)" }
    return container.map { "\($0)\(group.isEmpty ? "" : ", cgroup\(group)")\(rest)" } ?? machine
  }
}

extension String {
  /// With the number of the process that is meant.
  fileprivate func naming(_ pid: Int32?) -> String {
    guard let pid, !contains("helper") else { return self }
    return split(separator: "/proc/PID/", omittingEmptySubsequences: false).joined(separator: "/proc/\(pid)/")
  }
}
