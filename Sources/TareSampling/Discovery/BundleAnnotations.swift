internal import FoundationEssentials
internal import KernelStats

/// Annotations of an OCI bundle, those that tare reads: of Kubernetes' pods by containerd and by CRI-O, and nerdctl's.
/// Whoever may make pods may write some of them: they are names, and nothing is opened by them.
struct BundleAnnotations: Codable {
  private let values: [String: String]

  private static let known: Set<String> = [
    "io.kubernetes.cri.container-type", "io.kubernetes.cri.sandbox-id", "io.kubernetes.cri.sandbox-name",
    "io.kubernetes.cri.sandbox-namespace", "io.kubernetes.cri.sandbox-uid", "io.kubernetes.cri.container-name",
    "io.kubernetes.cri.image-name", "io.kubernetes.cri-o.ContainerType", "io.kubernetes.cri-o.SandboxID",
    "io.kubernetes.cri-o.ImageName", "io.kubernetes.cri-o.Image", "io.kubernetes.cri-o.Created",
    "io.kubernetes.pod.name", "io.kubernetes.pod.namespace", "io.kubernetes.pod.uid", "io.kubernetes.container.name",
    "io.kubernetes.container.restartCount", "nerdctl/name",
  ]

  init(_ values: [String: String]) { self.values = values.filter { Self.known.contains($0.key) } }

  init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode([String: String].self))
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(values)
  }

  /// The first that is there and says something.
  private func first(_ keys: String...) -> String? {
    keys.lazy.compactMap { values[$0] }.first { !$0.isEmpty }
  }

  private func firstID(_ keys: String...) -> String? {
    keys.lazy.compactMap { values[$0] }.first(where: RuntimeID.isContainerd)
  }

  /// Whether it is a pod's own process, not one of its containers; nil where it is neither.
  var isSandbox: Bool? {
    first("io.kubernetes.cri.container-type", "io.kubernetes.cri-o.ContainerType").map { $0 == "sandbox" }
  }
  var sandboxID: String? { firstID("io.kubernetes.cri.sandbox-id", "io.kubernetes.cri-o.SandboxID") }
  var pod: String? { first("io.kubernetes.cri.sandbox-name", "io.kubernetes.pod.name") }
  var namespace: String? { first("io.kubernetes.cri.sandbox-namespace", "io.kubernetes.pod.namespace") }
  var podUID: String? { firstID("io.kubernetes.cri.sandbox-uid", "io.kubernetes.pod.uid") }
  var container: String? { first("io.kubernetes.cri.container-name", "io.kubernetes.container.name", "nerdctl/name") }
  var image: String? {
    first("io.kubernetes.cri.image-name", "io.kubernetes.cri-o.ImageName", "io.kubernetes.cri-o.Image")
  }
  /// When CRI-O was asked for it, RFC 3339.
  var created: String? { first("io.kubernetes.cri-o.Created") }
  var restarts: Int? { first("io.kubernetes.container.restartCount").flatMap { Int($0) } }
}

extension BundleAnnotations {
  /// What CRI-O names a container, and tells conmon: `k8s_CONTAINER_POD_NAMESPACE_UID_ATTEMPT`, the sandbox's is `POD`.
  /// No part has a line below.
  init?(crioName name: String) {
    let parts = name.split(separator: "_", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 6, parts[0] == "k8s", let attempt = Int(parts[5]) else { return nil }
    self.init([
      "io.kubernetes.cri-o.ContainerType": parts[1] == "POD" ? "sandbox" : "container",
      "io.kubernetes.container.name": parts[1], "io.kubernetes.pod.name": parts[2],
      "io.kubernetes.pod.namespace": parts[3], "io.kubernetes.pod.uid": parts[4],
      "io.kubernetes.container.restartCount": "\(attempt)",
    ])
  }
}

/// `config.json` of an OCI bundle: only who it says that it is.
struct AnnotatedBundle: Codable {
  var annotations: BundleAnnotations?
}
