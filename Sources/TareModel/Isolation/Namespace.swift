/// What a process sees of its own, or shares. From namespaces(7).
public enum Namespace: String, Sendable, Hashable, CaseIterable {
  case pid
  case mount = "mnt"
  case network = "net"
  case ipc, uts, cgroup, user, time

  /// As people call it.
  public var label: String {
    switch self {
    case .pid: "pid"
    case .mount: "mount"
    case .network: "network"
    case .ipc: "IPC"
    case .uts: "UTS"
    case .cgroup: "cgroup"
    case .user: "user"
    case .time: "time"
    }
  }

  /// Who else is in a workload's namespace of one kind.
  public enum Sharing: Sendable, Hashable {
    case own
    case host
    /// Names of other workloads. Foreign text.
    case others([String])
    case unknown(Reason)
  }
}
