internal import KernelStats
internal import TareModel

/// Where dockerd writes what its check of a container's service says: for as long as its socket says nothing.
struct HealthFile: Sendable {
  /// Of config.v2.json.
  let path: String
  /// The user whose engine it is.
  let owner: UInt32

  /// What it says now; nil where it may not be read, or says something else.
  func read(_ root: KernelRoot) -> EngineName.Health? {
    switch try? root.state(path, owner: owner, as: DockerConfig.self).state?.health?.status {
    case "starting": .starting
    case "healthy": .healthy
    case "unhealthy": .unhealthy
    default: nil
    }
  }
}
