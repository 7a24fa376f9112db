/// Whether a workload's processes may run.
public enum RunState: Sendable, Hashable {
  case running
  /// It was asked for; some of its processes still run.
  case pausing
  /// All of its processes stand still where they are, or the virtual CPUs of a VM.
  case paused
  case missing(Reason)

  /// As in JSON; nil where it is not known.
  public var word: String? {
    switch self {
    case .running: "running"
    case .pausing: "pausing"
    case .paused: "paused"
    case .missing: nil
    }
  }

  /// Why it is not known.
  public var reason: Reason? { if case .missing(let reason) = self { reason } else { nil } }
}

extension Sample {
  /// What was read of a row's cgroup and processes; of a VM that runs so far, what its VMM says.
  public func runState(row: Int) -> RunState {
    guard guests[row].report?.status != nil, let report = guests[row].report else { return states[row] }
    switch states[row] {
    case .paused, .pausing: return states[row]
    case .running, .missing: return report.isRunning ? .running : .paused
    }
  }
}

extension Frame {
  public func runState(row: Int) -> RunState { current.runState(row: row) }

  /// That of the sample before; nil where the row was not there.
  func earlierRunState(row: Int) -> RunState? {
    guard let previous, let earlier = pair(row).earlierRow else { return nil }
    return previous.runState(row: earlier)
  }

  /// Rows that are paused, or about to be.
  public var pausedRows: [Int] {
    current.workloads.indices.filter { [.paused, .pausing].contains(runState(row: $0)) }
  }
}
