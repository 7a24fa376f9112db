internal import KernelStats
internal import TareModel

/// Containers of containerd, and pods of Kubernetes that it runs: the children of its shims. Docker's are Docker's.
final class ContainerdSource: WorkloadSource {
  let name = "containerd"
  let places = [
    "arguments and working directory of containerd-shim", "config.json of the bundle",
    "/run/containerd/runc/NAMESPACE/ID",
    "cgroups kubepods/podUID/ID and cri-containerd-ID.scope",
  ]
  let guide = SourceGuide(
    finds: "containers of containerd, nerdctl and Kubernetes; pods",
    by: "its shim, the parent; a pod by the kubelet's cgroup or the bundle's annotations",
    names: "annotations in the bundle's config.json",
    start: "runc's state.json, crun's status",
    ranWith: "containerd 1.6, with ctr and by its CRI plugin")

  private let known = PodCache()

  init() {}

  func find(in context: DiscoveryContext) -> [Finding] {
    let shims = context.processes.processes.compactMap { Shim($0, context) }.filter { shim in
      // Kata's children are VMMs.
      shim.namespace != "moby" && !context.runs(shim.process, named: { $0.hasPrefix("containerd-shim-kata") })
    }
    return known.findings(of: shims.flatMap { members(of: $0, context) }, runtime: .containerd, in: context)
  }

  /// Two daemons may have a `web` each; numbers of 64 digits are unique.
  private static func row(_ id: String, _ shim: Shim) -> String {
    let isUnique = ContainerPath(component: id[...]) != nil
    let isUsual = shim.address.map { $0 == "/run/containerd/containerd.sock" } ?? true
    return "containerd:\(shim.namespace)/\(id)" + (isUnique || isUsual ? "" : "@\(shim.address ?? "")")
  }

  /// A pod's containers share the sandbox's shim. What is executed in a container later is a child of the shim as well.
  private func members(of shim: Shim, _ context: DiscoveryContext) -> [PodMember] {
    let membership = context.processes.cgroups(of: shim.process)
    let children = context.processes.children(of: shim.process.pid).filter { child in
      // The runtime's own process, while it makes a container.
      !(["runc", "crun", "runsc"].contains(child.comm) && context.processes.cgroups(of: child) == membership)
    }
    let owner = context.root.user(of: shim.process.pid)
    return Dictionary(grouping: children) { mark(of: $0, below: membership.leading, context) ?? shim.id }
      .compactMap { id, group -> PodMember? in
        guard let main = context.main(of: group) else { return nil }
        let path = context.processes.cgroups(of: main).leading
        let isInPod = path.cgroupNames.contains { PodPath(component: $0) != nil }
        let annotations = known.annotations(of: main) { readAnnotations(of: id, shim, context) }
        return PodMember(
          id: id, row: Self.row(id, shim), main: main, own: own(id, main, shim: membership, owner, context),
          annotations: annotations,
          isSandbox: annotations?.isSandbox ?? (isInPod && id == shim.id), isRoots: owner == 0)
      }
  }

  /// The number in the container's cgroup that is not in the shim's: that is of a container around both. A gofer is in its
  /// sandbox's cgroup.
  private func mark(of main: Process, below shim: String, _ context: DiscoveryContext) -> String? {
    if let gofer = GvisorProcess(main, context), gofer.role == .gofer, let id = gofer.id { return id }
    guard let mark = ContainerPath.all(in: context.processes.cgroups(of: main).leading).last,
      !ContainerPath.all(in: shim).contains(mark)
    else { return nil }
    return mark.id
  }

  private func own(
    _ id: String, _ main: Process, shim: CgroupMembership, _ owner: UInt32?, _ context: DiscoveryContext
  ) -> OwnCgroups {
    let membership = context.processes.cgroups(of: main)
    var own = OwnCgroups(membership) { name in
      name == id || name.hasSuffix("-\(id).scope") || ContainerPath(component: name)?.id == id
    }
    // A group of the user's choice is called anything; where the shim is in it too, or where it is another container's, it
    // is not the container's.
    if own.leading == nil, ContainerPath.all(in: membership.leading) == ContainerPath.all(in: shim.leading) {
      own = OwnCgroups(whole: membership)
    }
    if own.unified == shim.unified { own.unified = nil }
    own.controllers = own.controllers.filter { $0.value != shim.controllers[$0.key] }
    guard let owner, owner != 0 else { return own }
    if let path = own.unified, !context.mayClaim(path, of: "", owner) { own.unified = nil }
    own.controllers = own.controllers.filter { context.mayClaim($0.value, of: $0.key, owner) }
    return own
  }

  // MARK: Describing

  private func readAnnotations(of id: String, _ shim: Shim, _ context: DiscoveryContext) -> BundleAnnotations? {
    guard let (bundle, owner) = bundle(of: id, shim, context.root) else { return nil }
    return (try? context.root.state("\(bundle)/config.json", owner: owner, as: AnnotatedBundle.self))
      .map { $0.annotations ?? BundleAnnotations([:]) }
  }

  /// The bundles of a pod's containers lie beside its sandbox's.
  private func bundle(of id: String, _ shim: Shim, _ root: KernelRoot) -> (path: String, owner: UInt32)? {
    guard let (path, owner) = shim.bundle(root), path.hasSuffix("/\(shim.id)") else { return nil }
    return ("\(path.dropLast(shim.id.count))\(id)", owner)
  }

  func describe(_ finding: Finding, in context: DiscoveryContext) -> Description {
    if let pod = known.pod(finding) { return describe(pod, finding, in: context) }
    let member = known.member(finding)
    let id = member?.id ?? finding.id
    var description = Description(
      finding.named(ContainerPath(component: id[...]) == nil ? id : String(id.prefix(12)), in: context))
    let isInPod = finding.own.leading?.cgroupNames.contains { PodPath(component: $0) != nil } ?? false
    description.workload.take(member?.annotations, inPod: isInPod)
    description.workload.absences["image"] = member?.annotations == nil ? .noPermission : .notReported
    if member?.annotations?.restarts ?? 0 > 0 { description.start = .restart }
    guard let shim = context.shim(of: finding.main) else { return description }
    // In a pod the shim is the pod's, and older than its containers.
    let isOwn = shim.id == id
    if isOwn { description.launcher = shim.process }
    addHelpers(of: shim, isOwn: isOwn, finding, context, &description)
    // The gofer of a container in a pod's sandbox is the first process that is its own.
    if !isOwn, description.hidesPayload { description.launcher = finding.main }
    readState(of: id, shim, context.root, &description)
    return description
  }

  private func describe(_ pod: Pod, _ finding: Finding, in context: DiscoveryContext) -> Description {
    var description = Description(pod.named(finding, in: context))
    guard let shim = context.shim(of: pod.main) else { return description }
    addHelpers(of: shim, isOwn: true, finding, context, &description)
    guard let sandbox = pod.sandbox else { return description }
    description.addPause(of: sandbox)
    description.launcher = shim.process
    readState(of: sandbox.id, shim, context.root, &description)
    return description
  }

  private func addHelpers(
    of shim: Shim, isOwn: Bool, _ finding: Finding, _ context: DiscoveryContext, _ description: inout Description
  ) {
    let group = context.processes.children(of: shim.process.pid).filter { child in
      let path = context.processes.cgroups(of: child).leading
      return finding.kind == .pod || child.pid == finding.main.pid
        || finding.own.leading.map(path.isCgroup(inside:)) ?? false
    }
    let sandbox = context.gvisorHelpers(among: group)
    description.workload.helpers = (isOwn ? [shim.process.pid] : []) + sandbox
    description.hidesPayload = !sandbox.isEmpty
  }

  private func readState(of id: String, _ shim: Shim, _ root: KernelRoot, _ description: inout Description) {
    guard let (bundle, owner) = bundle(of: id, shim, root) else { return }
    let options = try? root.state("\(bundle)/options.json", owner: owner, as: ShimOptions.self)
    // containerd writes an empty one where nothing was set.
    let home = options?.root.flatMap { $0.isEmpty ? nil : $0 } ?? "/run/containerd/runc"
    guard let state = root.runtimeState(in: "\(home)/\(shim.namespace)/\(id)", owner: owner) else { return }
    description.isolated(.reported(state.created, by: state.by), state.folder)
  }
}
