/// The `config.json` of a bundle, as far as we use it (OCI Runtime Specification 1.0.2, config.md and config-linux.md).
struct OCIConfiguration: Encodable {
  let ociVersion = "1.0.2"
  let process: Process
  let root = Root()
  let hostname: String
  let mounts: [Mount]
  let linux: Linux

  struct Process: Encodable {
    let terminal = false
    let user = ["uid": 0, "gid": 0]
    let cwd = "/"
    let args: [String]
    let noNewPrivileges = true  // and no capabilities: they are what is listed, and none is
  }

  struct Root: Encodable {
    let path = "rootfs"
    let readonly = true
  }

  struct Mount: Encodable {
    let destination: String
    let type: String
    let source: String
    let options: [String]
  }

  struct Linux: Encodable {
    let cgroupsPath: String
    let resources = Resources()
    let namespaces = ["pid", "ipc", "uts", "mount", "network"].map { ["type": $0] }
  }

  struct Resources: Encodable {
    let memory = ["limit": Limits.memory]
    let cpu = ["quota": Limits.cpuQuota, "period": Limits.cpuPeriod]
  }

  /// What each container may use.
  enum Limits {
    /// Bytes.
    static let memory = 64 << 20
    /// Microseconds of CPU time in each period: half a core.
    static let cpuQuota = 50_000
    static let cpuPeriod = 100_000
  }

  /// A container in which the service is alone: an empty root folder, into which the executable is mounted.
  ///
  /// It is mounted, not copied, because the bundle's folder is below /run, where Debian forbids execution; a mount
  /// keeps the rules of the place that the file comes from.
  init(id: String, service: String, load: ServiceLoad) {
    process = Process(args: ["/tare-service"] + load.arguments)
    hostname = id
    mounts = [
      Mount(destination: "/proc", type: "proc", source: "proc", options: ["nosuid", "noexec", "nodev"]),
      Mount(destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "mode=755", "size=64k"]),
      Mount(destination: "/tare-service", type: "bind", source: service, options: ["bind", "ro", "nosuid", "nodev"]),
    ]
    linux = Linux(cgroupsPath: Self.cgroup(of: id))
  }

  /// The container's control group in every hierarchy. Without an absolute path, controllers end in different places.
  static func cgroup(of id: String) -> String { "/tare/\(id)" }
}
