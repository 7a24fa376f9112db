internal import KernelStats
internal import TareModel

/// Pods of Kubernetes that CRI-O runs, and their containers, found by their cgroups. Mostly there is no sandbox: CRI-O
/// lets go of it where the containers do not share their processes.
final class CrioSource: WorkloadSource {
  let name = "crio"
  let places = [
    "cgroups crio-ID and crio-ID.scope", "arguments of conmon",
    "/run/containers/storage/overlay-containers/ID/userdata/config.json",
  ]
  let guide = SourceGuide(
    finds: "containers of CRI-O; pods",
    by: "cgroup `crio-ID`; a pod by the kubelet's cgroup or the bundle's annotations",
    names: "annotations in the bundle's config.json, else conmon's arguments",
    start: "the annotation Created, crun's status, runc's state.json",
    ranWith: nil)

  private let known = PodCache()
  private static let storage = "/run/containers/storage/overlay-containers"

  init() {}

  func find(in context: DiscoveryContext) -> [Finding] {
    let members = context.containerGroups { $0.style == .crio }.map { group in
      let annotations = known.annotations(of: group.main) { readAnnotations(of: group, context) }
      return PodMember(
        id: group.mark.id, row: "cri-o:\(group.mark.id)", main: group.main, own: group.own, annotations: annotations,
        isSandbox: annotations?.isSandbox ?? false,
        isRoots: group.main.parent > 1 && context.root.user(of: group.main.parent) == 0)
    }
    return known.findings(of: members, runtime: .criO, in: context)
  }

  /// From the bundle, else what CRI-O told conmon.
  private func readAnnotations(of group: ContainerGroup, _ context: DiscoveryContext) -> BundleAnnotations? {
    let conmon = context.conmon(of: group.main).flatMap { $0.id == group.mark.id ? $0 : nil }
    let place = place(of: group.mark.id, conmon, context.root)
    return place.flatMap { bundle, owner in
      (try? context.root.state("\(bundle)/config.json", owner: owner, as: AnnotatedBundle.self))?.annotations
    } ?? conmon?.name.flatMap(BundleAnnotations.init(crioName:))
  }

  /// The bundle that conmon names; conmon-rs names none.
  private func place(of id: String, _ conmon: Conmon?, _ root: KernelRoot) -> (bundle: String, owner: UInt32)? {
    guard let conmon else { return ("\(Self.storage)/\(id)/userdata", 0) }
    guard let owner = conmon.owner(root) else { return nil }
    return (conmon.bundle ?? "\(Self.storage)/\(id)/userdata", owner)
  }

  // MARK: Describing

  func describe(_ finding: Finding, in context: DiscoveryContext) -> Description {
    if let pod = known.pod(finding) { return describe(pod, finding, in: context) }
    let member = known.member(finding)
    let id = String(finding.id.dropFirst(6))
    var description = Description(finding.named(String(id.prefix(12)), in: context))
    description.workload.take(member?.annotations, inPod: true)
    description.workload.absences["image"] = member?.annotations == nil ? .noPermission : .notReported
    if member?.annotations?.restarts ?? 0 > 0 { description.start = .restart }
    description.add(.requested, .engineState, .reported(member?.annotations?.created, by: "CRI-O's annotation Created"))
    readConmon(id, finding, context, &description)
    return description
  }

  private func describe(_ pod: Pod, _ finding: Finding, in context: DiscoveryContext) -> Description {
    var description = Description(pod.named(finding, in: context))
    if let sandbox = pod.sandbox {
      readConmon(sandbox.id, finding, context, &description)
      description.addPause(of: sandbox)
      let created = sandbox.annotations?.created
      description.add(.requested, .engineState, .reported(created, by: "CRI-O's annotation Created"))
    } else {
      // The bundle of a sandbox that CRI-O let go of stays. What runs now began later, and says nothing of the pod's start.
      description.hidesPayload = true
      let sandbox = pod.annotations?.sandboxID.flatMap { ContainerPath(component: $0[...])?.id }
      let bundle = sandbox.flatMap { id in
        try? context.root.state("\(Self.storage)/\(id)/userdata/config.json", owner: 0, as: AnnotatedBundle.self)
      }
      let created = bundle?.annotations?.created
      description.add(.requested, .engineState, .reported(created, by: "CRI-O's annotation Created"))
    }
    return description
  }

  private func readConmon(
    _ id: String, _ finding: Finding, _ context: DiscoveryContext, _ description: inout Description
  ) {
    guard let conmon = context.conmon(of: finding.main), conmon.id == id else { return }
    let sandbox = context.gvisorHelpers(among: context.processes.children(of: conmon.process.pid))
    description.workload.helpers = [conmon.process.pid] + sandbox
    description.hidesPayload = !sandbox.isEmpty
    description.launcher = conmon.process
    if let owner = conmon.owner(context.root) { conmon.readRuntimeState(owner: owner, context.root, &description) }
  }
}
