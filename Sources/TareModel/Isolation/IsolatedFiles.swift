/// What a workload has as its root folder. From the line for `/` of /proc/PID/mountinfo.
public struct RootFiles: Sendable, Hashable {
  /// Of its file system: `overlay`, `ext4`. The kernel's word.
  public var type: String
  /// Folders that lie over each other in an overlay, the one that may be written not counted.
  public var layers: Int?
  public var isReadOnly: Bool
  /// The folder of the host that it is, where it is just one.
  public var hostFolder: String?

  public init(type: String, layers: Int? = nil, isReadOnly: Bool, hostFolder: String? = nil) {
    self.type = type
    self.layers = layers
    self.isReadOnly = isReadOnly
    self.hostFolder = hostFolder
  }
}

/// A file or folder of the host that a workload has among its own. Foreign text.
public struct HostFolder: Sendable, Hashable {
  /// Where it is on the host.
  public var path: String
  /// Where the workload has it.
  public var point: String
  public var isReadOnly: Bool

  public init(path: String, point: String, isReadOnly: Bool) {
    self.path = path
    self.point = point
    self.isReadOnly = isReadOnly
  }

  /// A volume that an engine made for containers, by the folders that engines use.
  public var volume: String? {
    let parts = path.split(separator: "/")
    if parts.last == "_data", parts.count > 2, parts[parts.count - 3] == "volumes" {
      return String(parts[parts.count - 2])
    }
    return path.contains("/kubelet/pods/") && path.contains("/volumes/") ? parts.last.map(String.init) : nil
  }

  /// The socket of an engine: who may write to it is root on the host.
  public var isEngineSocket: Bool {
    ["docker.sock", "podman.sock", "containerd.sock", "crio.sock"].contains { path.hasSuffix("/\($0)") }
  }
}

/// One line of /proc/PID/uid_map: from `inside` on, `count` users are those from `outside` on.
public struct UserRange: Sendable, Hashable {
  public var inside: UInt64
  public var outside: UInt64
  public var count: UInt64

  public init(inside: UInt64, outside: UInt64, count: UInt64) {
    self.inside = inside
    self.outside = outside
    self.count = count
  }
}

/// Devices that a workload's processes may open. From `devices.list` of cgroup v1; in v2 a program of the kernel decides,
/// which nobody can read.
public enum DeviceAccess: Sendable, Hashable {
  case all
  /// What is beyond those that every container has: `b 254:0`, or the name where the host has one.
  case usual(more: [String])
}
