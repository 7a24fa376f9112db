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
  /// Whether the value is one, and why not all of it is known.
  public let bound: Bound
  let boundReason: Reason?
  /// What lists show where there is no value.
  let inPlace: Metric?
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
    bound = value.number == nil ? .exact : figure.bound(pair)
    boundReason = frame.current.bounds[row].reason
    let isHeld = figure.name == Figure.memoryCurrent.name && value.number == nil
    inPlace = isHeld && frame.heldMemory(row: row).number != nil ? .memoryResident : nil
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
    declaration.containerWords(on: host).map { place(declaration, $0, workload) }
  }

  private func place(_ declaration: Declaration, _ words: String, _ workload: Workload) -> String {
    guard declaration.v1 != nil || declaration.v2 != nil || declaration.container?.contains("its cgroup") == true,
      let cgroup = workload.cgroup
    else { return words.naming(workload.mainPid) }
    return "\(words), cgroup \(cgroup)"
  }
}

extension Metric.Declaration {
  /// Whether its files are those of cgroup v1 on this host; nil where that is not known.
  func isV1(on host: Host) -> Bool? {
    let group = String(name.prefix { $0 != "." })
    return host.isV1(v1?.controller ?? v2?.controller ?? (group == "processes" ? "pids" : group))
  }

  /// As this host's version of cgroups has it.
  func containerWords(on host: Host) -> String? {
    guard let first = words(.v2), let other = words(.v1), first != other else { return words(.v2) ?? words(.v1) }
    return switch isV1(on: host) {
    case true?: other
    case false?: first
    case nil: "\(other), or \(first) where the controller is in v2"
    }
  }

  /// "Its own cgroup's" says which file only to who knows all of them.
  func machineWords(_ workload: Workload? = nil, on host: Host) -> String? {
    let mark = "its own cgroup's"
    guard let machine, machine.hasPrefix(mark) else { return machine }
    let rest = machine.dropFirst(mark.count)
    let group = workload?.cgroup.map { " \($0)" } ?? ""
    let isV1 = isV1(on: host) ?? (host.cgroupMode == .hybrid)
    if let place = isV1 ? v1 : v2 { return "\(place.words) of its own cgroup\(group)\(rest)" }
    let words = isV1 ? containerV1 ?? container : container
    return words.map { "\($0)\(group.isEmpty ? "" : ", cgroup\(group)")\(rest)" } ?? machine
  }
}

extension String {
  /// With the number of the process that is meant.
  fileprivate func naming(_ pid: Int32?) -> String {
    guard let pid, !contains("helper") else { return self }
    return split(separator: "/proc/PID/", omittingEmptySubsequences: false).joined(separator: "/proc/\(pid)/")
  }
}
