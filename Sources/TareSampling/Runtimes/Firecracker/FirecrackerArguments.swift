internal import FoundationEssentials

/// What a Firecracker command line says. From `src/firecracker/src/main.rs`; the jailer adds the `--start-time-` ones.
struct FirecrackerArguments: Hashable {
  /// Nil where it was given none, and so calls itself `anonymous-instance`.
  let id: String?
  let config: String?
  let log: String?
  /// When the jailer was started: microseconds of CLOCK_MONOTONIC.
  let jailed: UInt64?
  let socket: String?

  private static let flags = ["--id", "--config-file", "--log-path", "--start-time-us", "--api-sock"]

  static func keep(_ arguments: [String]) -> [String] { keepOptions(arguments, flags) }

  init(_ arguments: [String]) {
    id = option("--id", in: arguments)
    config = option("--config-file", in: arguments)
    log = option("--log-path", in: arguments)
    jailed = option("--start-time-us", in: arguments).flatMap { UInt64($0) }
    socket = option("--api-sock", in: arguments)
  }
}

/// `--config-file`: only what is read, and so only what a capture keeps. From `docs/getting-started.md` of Firecracker.
struct FirecrackerConfig: Codable, Hashable {
  struct Source: Codable, Hashable {
    var kernel: String?
    var initrd: String?
    enum CodingKeys: String, CodingKey {
      case kernel = "kernel_image_path"
      case initrd = "initrd_path"
    }
  }
  struct Drive: Codable, Hashable {
    var path: String?
    var isRoot: Bool?
    var isReadOnly: Bool?
    enum CodingKeys: String, CodingKey {
      case path = "path_on_host"
      case isRoot = "is_root_device"
      case isReadOnly = "is_read_only"
    }
  }
  struct Machine: Codable, Hashable {
    var vcpus: UInt64?
    var mebibytes: UInt64?
    /// `None` or `2M`.
    var hugePages: String?
    enum CodingKeys: String, CodingKey {
      case vcpus = "vcpu_count"
      case mebibytes = "mem_size_mib"
      case hugePages = "huge_pages"
    }
  }
  struct Interface: Codable, Hashable {
    var tap: String?
    enum CodingKeys: String, CodingKey { case tap = "host_dev_name" }
  }
  struct Balloon: Codable, Hashable {}
  struct Logger: Codable, Hashable {
    var path: String?
    enum CodingKeys: String, CodingKey { case path = "log_path" }
  }
  var source: Source?
  var drives: [Drive]?
  var machine: Machine?
  var interfaces: [Interface]?
  var logger: Logger?
  var balloon: Balloon?

  enum CodingKeys: String, CodingKey {
    case drives, logger, balloon
    case source = "boot-source"
    case machine = "machine-config"
    case interfaces = "network-interfaces"
  }

  /// The root's first.
  var disks: [String] {
    let drives = drives ?? []
    return (drives.filter { $0.isRoot == true } + drives.filter { $0.isRoot != true }).compactMap(\.path)
  }
}
