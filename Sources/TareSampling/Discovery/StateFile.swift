internal import FoundationEssentials
internal import KernelStats

extension KernelRoot {
  /// A JSON state file of a runtime or engine, of which only the keys of `Document` are read, and only those are captured.
  func state<Document: Codable>(_ path: String, owner: UInt32, as type: Document.Type) throws(KernelError) -> Document {
    let bytes = try readTrusted(path, owner: owner)
    let document: Document
    do {
      document = try JSONDecoder().decode(type, from: Data(bytes))
    } catch {
      throw .untrusted(path: path, why: "not the JSON that was expected")
    }
    if isRecording, let kept = try? JSONEncoder().encode(document) { record(path, Array(kept)) }
    return document
  }
}

/// `state.json` of runc (libcontainer's State).
struct RuncState: Codable {
  var id: String
  var pid: Int32
  /// Clock ticks since boot.
  var start: UInt64
  /// RFC 3339.
  var created: String
  /// Absolute folders by v1 controller, `""` for the unified hierarchy.
  var cgroups: [String: String]?

  enum CodingKeys: String, CodingKey {
    case id, created
    case pid = "init_process_pid"
    case start = "init_process_start"
    case cgroups = "cgroup_paths"
  }
}

/// `status` of crun.
struct CrunState: Codable {
  var pid: Int32
  /// Clock ticks since boot.
  var start: UInt64?
  /// Relative to the hierarchies' roots.
  var cgroup: String?
  /// RFC 3339.
  var created: String?

  enum CodingKeys: String, CodingKey {
    case pid, created
    case start = "process-start-time"
    case cgroup = "cgroup-path"
  }
}

/// `options.json` beside a containerd bundle: where the runtime keeps its state.
struct ShimOptions: Codable {
  var root: String?
}

/// `config.json` of an OCI bundle: only what leads to the engine's own state.
struct BundleConfig: Codable {
  struct Mount: Codable {
    var destination: String
    var source: String?
  }
  var mounts: [Mount]?
}

/// `config.v2.json` of dockerd.
struct DockerConfig: Codable {
  struct Inner: Codable {
    var image: String?
    /// Not captured: they may hold secrets.
    var labels: [String: String]?
    enum CodingKeys: String, CodingKey {
      case image = "Image"
      case labels = "Labels"
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encodeIfPresent(image, forKey: .image)
    }
  }
  struct Health: Codable {
    var status: String?
    enum CodingKeys: String, CodingKey { case status = "Status" }
  }
  struct State: Codable {
    var startedAt: String?
    /// Of the run before; year 1 where there was none.
    var finishedAt: String?
    /// Of the check of its service; null where there is none.
    var health: Health?
    enum CodingKeys: String, CodingKey {
      case health = "Health"
      case startedAt = "StartedAt"
      case finishedAt = "FinishedAt"
    }
  }
  var name: String?
  var created: String?
  var config: Inner?
  var state: State?
  /// By its restart policy, since somebody started it.
  var restarts: Int?

  enum CodingKeys: String, CodingKey {
    case restarts = "RestartCount"
    case name = "Name"
    case created = "Created"
    case config = "Config"
    case state = "State"
  }
}

/// One entry of Podman's `containers.json`.
struct PodmanContainer: Codable {
  var id: String
  var names: [String]?
  /// JSON in a string.
  var metadata: String?
  var created: String?
}

struct PodmanMetadata: Codable {
  var image: String?
  enum CodingKeys: String, CodingKey { case image = "image-name" }
}
