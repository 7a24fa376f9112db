internal import KernelStats
internal import Synchronization
internal import TareModel

/// Where the kubelet has a pod in a cgroup path, by either of its drivers: `/kubepods/burstable/podUID` of cgroupfs,
/// `kubepods-burstable-podUID.slice` of systemd. A static pod's UID is a checksum without dashes. Where the kubelet names
/// slices and containerd makes the groups itself, `SLICE:cri-containerd:ID` is a container's and the pod has none.
struct PodPath: Hashable {
  let uid: String
  /// The slice, without a container's name behind it.
  let name: Substring
  /// Whether it is the pod's own group, with its containers in it.
  let isGroup: Bool

  init?(component: Substring) {
    name = Substring(component.utf8.prefix { $0 != UInt8(ascii: ":") })
    isGroup = name.utf8.count == component.utf8.count
    var name = name
    if name.hasSuffix(".slice") {
      guard name.contains("kubepods-") else { return nil }
      name = name.dropLast(6)
      // systemd makes folders of dashes, so the UID has none.
      name = name.split(separator: "-").last ?? ""
    }
    guard name.hasPrefix("pod") else { return nil }
    let uid = name.dropFirst(3).split(separator: "_").joined(separator: "-")
    let digits = uid.utf8.filter { $0 != UInt8(ascii: "-") }
    guard digits.count == 32, uid.utf8.count <= 36, digits.allSatisfy(isHexDigit) else { return nil }
    self.uid = uid
  }
}

extension PodPath {
  /// The id of a pod of Podman in the name of its slice: `machine-libpod_pod_ID.slice`, `user-libpod_pod_ID.slice`.
  static func podman(_ component: Substring) -> String? {
    guard component.hasSuffix(".slice") else { return nil }
    let name = component.dropLast(6)
    let id = name.suffix(64)
    let prefix = name.dropLast(64)
    guard id.utf8.count == 64, id.utf8.allSatisfy(isHexDigit),
      prefix == "libpod_pod_" || prefix.hasSuffix("-libpod_pod_")
    else { return nil }
    return String(id)
  }

  /// The pod that a container of Podman is in, by its cgroup. Without systemd the pod's group has its bare id, directly
  /// above the container's.
  static func podman(above id: String, in path: String) -> String? {
    let names = path.cgroupNames
    guard let place = names.lastIndex(where: { ContainerPath(component: $0)?.id == id }), place > 0 else { return nil }
    if let pod = podman(names[place - 1]) { return pod }
    let parent = ContainerPath(component: names[place - 1], after: place > 1 ? names[place - 2] : nil)
    return parent?.style == .bare ? parent?.id : nil
  }
}

/// A container of an engine that knows pods, or a pod's sandbox.
struct PodMember {
  let id: String
  /// The id of a container's row.
  let row: String
  let main: Process
  let own: OwnCgroups
  let annotations: BundleAnnotations?
  let isSandbox: Bool
  /// Its parent, shim or conmon, is root's: nobody else's pod may stand in front of it.
  let isRoots: Bool
  /// The id of its pod where Podman runs it.
  var podmanPod: String?

  /// UID and cgroup of its pod; nil where it is in none.
  fileprivate var pod: Pod.Key? {
    if let podmanPod, let path = own.leading {
      let names = path.cgroupNames.prefix { PodPath.podman($0) != podmanPod && $0 != podmanPod }
      return Pod.Key(uid: podmanPod, place: names.joined(separator: "/"))
    }
    if let path = own.leading {
      let names = path.cgroupNames
      if let place = names.lastIndex(where: { PodPath(component: $0) != nil }),
        let pod = PodPath(component: names[place])
      {
        return Pod.Key(uid: pod.uid, place: (names[..<place] + [pod.name]).joined(separator: "/"))
      }
    }
    guard let annotations, annotations.isSandbox != nil, let uid = annotations.podUID ?? annotations.sandboxID else {
      return nil
    }
    return Pod.Key(uid: uid, place: isRoots ? "" : "\(main.parent)")
  }
}

/// A pod of Kubernetes, or of Podman: the containers that run, and the sandbox where there is one. CRI-O lets go of it where the
/// containers do not share their processes.
struct Pod {
  fileprivate struct Key: Hashable {
    let uid: String
    let place: String
  }

  let uid: String
  let sandbox: PodMember?
  let containers: [PodMember]
  let own: OwnCgroups

  /// Root's first.
  static func all(of members: [PodMember], in context: DiscoveryContext) -> [Pod] {
    Dictionary(grouping: members.filter { $0.pod != nil }, by: \.pod!).map { key, members in
      Pod(key.uid, members, context)
    }.sorted { ($0.isRoots ? 0 : 1, $0.main.start, $0.uid) < ($1.isRoots ? 0 : 1, $1.main.start, $1.uid) }
  }

  private init(_ uid: String, _ members: [PodMember], _ context: DiscoveryContext) {
    self.uid = uid
    sandbox = members.first { $0.isSandbox }
    containers = members.filter { !$0.isSandbox }.sorted { ($0.main.start, $0.main.pid) < ($1.main.start, $1.main.pid) }
    let main = sandbox?.main ?? containers[0].main
    let group = OwnCgroups(context.processes.cgroups(of: main)) { name in
      guard let podman = members[0].podmanPod else { return PodPath(component: name)?.isGroup ?? false }
      return PodPath.podman(name) == podman || name == podman
    }
    own = group.leading == nil ? Self.shared(sandbox, containers, context) : group
  }

  /// A sandbox's group is the pod's where all containers are in it, as with gVisor; else it counts the sandbox alone.
  private static func shared(_ sandbox: PodMember?, _ containers: [PodMember], _ context: DiscoveryContext)
    -> OwnCgroups
  {
    guard let sandbox, let path = sandbox.own.leading, !containers.isEmpty,
      containers.allSatisfy({ context.processes.cgroups(of: $0.main).leading.isCgroup(inside: path) })
    else { return OwnCgroups() }
    return sandbox.own
  }

  /// The sandbox, else its oldest container.
  var main: Process { sandbox?.main ?? containers[0].main }
  private var isRoots: Bool { (sandbox ?? containers[0]).isRoots }
  /// All of them say the same of their pod.
  var annotations: BundleAnnotations? { sandbox?.annotations ?? containers.lazy.compactMap(\.annotations).first }
  var id: String { "pod:\(uid)" }

  func finding(of runtime: Workload.Runtime) -> Finding {
    Finding(id: id, kind: .pod, runtime: runtime, main: main, own: own)
  }

  func named(_ finding: Finding, in context: DiscoveryContext) -> Workload {
    var workload = finding.named(annotations?.pod ?? uid, in: context)
    workload.pod = annotations?.pod
    workload.namespace = annotations?.namespace
    workload.absences["pod"] = .notReported
    workload.absences["namespace"] = .notReported
    workload.absences["image"] = .notApplicable
    return workload
  }
}

extension Description {
  /// The process that only keeps a pod's namespaces open serves the pod: nobody's application runs in it.
  mutating func addPause(of sandbox: PodMember) {
    if !workload.helpers.contains(sandbox.main.pid) { workload.helpers.append(sandbox.main.pid) }
  }
}

extension Workload {
  /// Name, pod and image of a container, as its engine annotated them.
  mutating func take(_ annotations: BundleAnnotations?, inPod: Bool) {
    if let container = annotations?.container { name = container }
    image = annotations?.image
    pod = annotations?.pod
    namespace = annotations?.namespace
    guard inPod || pod != nil else { return }
    absences["pod"] = .notReported
    absences["namespace"] = .notReported
  }
}

/// What the last pass found of an engine that knows pods, and what it read of each container, once in its life.
final class PodCache: Sendable {
  private struct Key: Hashable {
    let pid: Int32
    let start: UInt64
  }
  private struct State {
    var annotations: [Key: BundleAnnotations?] = [:]
    var members: [String: PodMember] = [:]
    var pods: [String: Pod] = [:]
  }
  private let state = Mutex(State())

  func annotations(of main: Process, _ read: () -> BundleAnnotations?) -> BundleAnnotations? {
    let key = Key(pid: main.pid, start: main.start)
    if let known = state.withLock({ $0.annotations[key] }) { return known }
    let annotations = read()
    state.withLock { $0.annotations[key] = .some(annotations) }
    return annotations
  }

  /// The pods and containers among these.
  func findings(of members: [PodMember], runtime: Workload.Runtime, in context: DiscoveryContext) -> [Finding] {
    let pods = Pod.all(of: members, in: context)
    let containers = members.filter { !$0.isSandbox }.sorted { $0.isRoots && !$1.isRoots }
    let running = Set(members.map { Key(pid: $0.main.pid, start: $0.main.start) })
    state.withLock { state in
      state.annotations = state.annotations.filter { running.contains($0.key) }
      state.pods = Dictionary(pods.map { ($0.id, $0) }) { first, _ in first }
      state.members = Dictionary(containers.map { ($0.row, $0) }) { first, _ in first }
    }
    return pods.map { $0.finding(of: runtime) }
      + containers.map { Finding(id: $0.row, kind: .container, runtime: runtime, main: $0.main, own: $0.own) }
  }

  func pod(_ finding: Finding) -> Pod? { state.withLock { $0.pods[finding.id] } }
  func member(_ finding: Finding) -> PodMember? { state.withLock { $0.members[finding.id] } }
}
