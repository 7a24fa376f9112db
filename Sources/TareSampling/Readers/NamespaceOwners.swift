/// Whose the traffic of each network namespace is: where several workloads share one, as a pod's containers do, its bytes are
/// counted once, for the pod, or for the workload that was there first.
final class NamespaceOwners {
  /// Who comes first in a namespace: the smallest.
  struct Rank: Comparable {
    /// Pods before what runs in them.
    let isPod: Bool
    /// Clock ticks since boot at which its first process started.
    let start: UInt64
    let serial: UInt64

    static func < (one: Rank, other: Rank) -> Bool {
      if one.isPod != other.isPod { return one.isPod }
      return (one.start, one.serial) < (other.start, other.serial)
    }
  }

  /// By the namespace's name, such as `net:[4026532281]`: all that are in it.
  private var members: [String: [Rank]] = [:]

  func add(_ rank: Rank, to namespace: String) { members[namespace, default: []].append(rank) }

  func remove(_ rank: Rank, from namespace: String) {
    members[namespace]?.removeAll { $0 == rank }
    if members[namespace]?.isEmpty == true { members[namespace] = nil }
  }

  /// Whether the namespace's traffic is that of this member.
  func isOwner(_ rank: Rank, of namespace: String) -> Bool { members[namespace]?.min() == rank }
}
