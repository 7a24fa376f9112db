internal import FoundationEssentials
internal import KernelStats
internal import Synchronization
internal import TareModel

/// Containers and pods of Podman, of root and of users, found by their cgroups. conmon's arguments name the container, its
/// bundle and its runtime; conmon counts only if it is the parent of the container's first process.
final class PodmanSource: WorkloadSource {
  let name = "podman"
  let places = [
    "/run/podman/podman.sock", "cgroups libpod-ID, libpod-ID.scope and libpod_pod_ID", "arguments of conmon",
    "containers.json, volatile-containers.json and db.sql of Podman's storage",
  ]
  let guide = SourceGuide(
    finds: "containers and pods, also rootless",
    by: "cgroup `libpod-ID`, or the parent conmon; a pod by the cgroup `libpod_pod_ID`",
    names: "containers.json, volatile-containers.json, the engine's socket; a pod's: Podman's database",
    start: "containers.json, the runtime's state, engine events",
    ranWith: "Podman 4.3 and 5.4")

  private let known = PodCache()
  /// What pods are called, which no look at the next container of one has to find out again.
  private let podNames = Mutex<[String: String]>([:])

  init() {}

  // MARK: Finding

  func find(in context: DiscoveryContext) -> [Finding] {
    let groups = context.containerGroups { $0.style == .podman }
    let seen = Set(groups.map(\.main.pid))
    let members = groups.map { member($0, context) }
    let sandboxes = Set(members.compactMap { $0.isSandbox ? $0.id : $0.annotations?.sandboxID })
    let marked = members.map { member in
      PodMember(
        id: member.id, row: member.row, main: member.main, own: member.own, annotations: member.annotations,
        isSandbox: member.podmanPod != nil && sandboxes.contains(member.id), isRoots: member.isRoots,
        podmanPod: member.podmanPod)
    }
    let pods = Set(members.compactMap(\.podmanPod))
    podNames.withLock { names in names = names.filter { pods.contains($0.key) } }
    return known.findings(of: marked, runtime: .podman, in: context) + withoutCgroup(context, except: seen)
  }

  private func member(_ group: ContainerGroup, _ context: DiscoveryContext) -> PodMember {
    let (id, main) = (group.mark.id, group.main)
    let pod = PodPath.podman(above: id, in: context.processes.cgroups(of: main).leading)
    let annotations = pod.flatMap { pod in known.annotations(of: main) { readAnnotations(of: main, id, pod, context) } }
    return PodMember(
      id: id, row: "podman:\(id)", main: main, own: group.own, annotations: annotations,
      isSandbox: annotations?.isSandbox ?? false,
      isRoots: pod != nil && main.parent > 1 && context.root.owner(of: main.parent) == 0, podmanPod: pod)
  }

  /// The bundle of a pod's container names the sandbox, which Podman calls infra; the sandbox's own says nothing of it. That
  /// has the pod's number in its name, unless somebody chose another.
  private func readAnnotations(of main: Process, _ id: String, _ pod: String, _ context: DiscoveryContext)
    -> BundleAnnotations?
  {
    guard let conmon = context.conmon(of: main), conmon.id == id else { return nil }
    if conmon.name == "\(pod.prefix(12))-infra" {
      return BundleAnnotations(["io.kubernetes.cri-o.ContainerType": "sandbox"])
    }
    guard let bundle = conmon.bundle, conmon.storage != nil, let owner = conmon.owner(context.root) else { return nil }
    return (try? context.root.state("\(bundle)/config.json", owner: owner, as: AnnotatedBundle.self))?.annotations
  }

  /// A user's containers on a machine where users may not make cgroups: the children of the real conmon. They have no
  /// figures of their own, but they are there.
  private func withoutCgroup(_ context: DiscoveryContext, except known: Set<Int32>) -> [Finding] {
    context.processes.processes.compactMap { conmon in
      guard conmon.comm == "conmon", let main = context.main(of: context.processes.children(of: conmon.pid)),
        !known.contains(main.pid), !context.isOfPodEngine(main),
        let program = try? context.root.link("/proc/\(conmon.pid)/exe"), program.hasSuffix("/conmon"),
        context.root.runsProgramOfRoot(conmon.pid),
        let id = Conmon(conmon, context)?.id, ContainerPath(component: id[...]) != nil
      else { return nil }
      return Finding(id: "podman:\(id)", kind: .container, runtime: .podman, main: main, own: OwnCgroups())
    }
  }

  // MARK: Describing

  func describe(_ finding: Finding, in context: DiscoveryContext) -> Description {
    if let pod = known.pod(finding) { return describe(pod, finding, in: context) }
    let id = String(finding.id.dropFirst(name.count + 1))
    var description = Description(finding.named(String(id.prefix(12)), in: context), engineID: id)
    description.workload.absences["image"] = .noPermission
    let keeper = keeper(of: id, finding.main, context)
    if let conmon = keeper.conmon {
      readConmon(conmon, context, &description)
      if let name = conmon.name { description.workload.name = name }
    }
    if let pod = known.member(finding)?.podmanPod {
      description.workload.pod = podName(pod, keeper, context.root)
      description.workload.absences["pod"] = .notReported
    }
    description.problems += problems(of: name) { () throws(KernelError) in
      guard let own = try keeper.container(id, context.root) else {
        if !keeper.storages.isEmpty { description.workload.absences["image"] = .notReported }
        return
      }
      if let name = own.names?.first { description.workload.name = name }
      description.add(.requested, .engineState, .reported(own.created, by: "podman containers.json"))
      let metadata = own.metadata.flatMap { try? JSONDecoder().decode(PodmanMetadata.self, from: Data($0.utf8)) }
      // A container from a folder has no image, and Podman writes an empty name.
      description.workload.image = metadata?.image.flatMap { $0.isEmpty ? nil : $0 }
      if description.workload.image == nil { description.workload.absences["image"] = .notApplicable }
    }
    return description
  }

  private func describe(_ pod: Pod, _ finding: Finding, in context: DiscoveryContext) -> Description {
    var description = Description(pod.named(finding, in: context))
    description.workload.absences["namespace"] = .notApplicable
    let (id, main) = pod.sandbox.map { ($0.id, $0.main) } ?? (pod.containers[0].id, pod.main)
    let keeper = keeper(of: id, main, context)
    let name = podName(pod.uid, keeper, context.root)
    description.workload.name = name.flatMap(legible) ?? String(pod.uid.prefix(12))
    description.workload.pod = name
    // What runs without a sandbox may have begun later, and says nothing of the pod's start.
    description.hidesPayload = pod.sandbox == nil
    guard let sandbox = pod.sandbox else { return description }
    if let conmon = keeper.conmon { readConmon(conmon, context, &description) }
    description.addPause(of: sandbox)
    let own = try? keeper.container(sandbox.id, context.root)
    description.add(.requested, .engineState, .reported(own?.created, by: "podman containers.json"))
    return description
  }

  private func readConmon(_ conmon: Conmon, _ context: DiscoveryContext, _ description: inout Description) {
    let sandbox = context.gvisorHelpers(among: context.processes.children(of: conmon.process.pid))
    description.workload.helpers = [conmon.process.pid] + sandbox
    description.hidesPayload = !sandbox.isEmpty
    description.launcher = conmon.process
    guard let owner = conmon.owner(context.root) else { return }
    conmon.readRuntimeState(owner: owner, context.root, &description)
    if ranBefore(conmon, context) { description.start = .restart }
  }

  /// The runtime's log is made at the first start and stays: at a later one it is older than that start's conmon.
  private func ranBefore(_ conmon: Conmon, _ context: DiscoveryContext) -> Bool {
    guard let pidFile = conmon.pidFile, pidFile.hasSuffix("/\(conmon.id)/userdata/pidfile"),
      let made = context.root.modified("\(pidFile.dropLast("pidfile".count))oci-log")
    else { return false }
    return made &+ 100_000_000 < context.started(conmon.process)
  }

  // MARK: Storage

  /// Who knows more of a container: its conmon, and the storage that conmon names; where conmon is gone, the usual ones.
  private struct Keeper {
    var conmon: Conmon?
    var storages: [PodmanStorage] = []
    /// Whose files those are.
    var owner: UInt32 = 0

    func container(_ id: String, _ root: KernelRoot) throws(KernelError) -> PodmanContainer? {
      var failure: KernelError?
      for storage in storages {
        do throws(KernelError) {
          if let own = try storage.container(id, owner: owner, root) { return own }
        } catch {
          failure = failure ?? error
        }
      }
      if let failure { throw failure }
      return nil
    }
  }

  private func podName(_ pod: String, _ keeper: Keeper, _ root: KernelRoot) -> String? {
    if !root.isRecording, let known = podNames.withLock({ $0[pod] }) { return known }
    let name = keeper.storages.lazy.compactMap { $0.pod(pod, owner: keeper.owner, root) }.first
    if let name { podNames.withLock { $0[pod] = name } }
    return name
  }

  private func keeper(of id: String, _ main: Process, _ context: DiscoveryContext) -> Keeper {
    if let conmon = context.conmon(of: main), conmon.id == id {
      guard let owner = conmon.owner(context.root) else { return Keeper(conmon: conmon) }
      return Keeper(conmon: conmon, storages: [conmon.storage].compactMap { $0 }, owner: owner)
    }
    // In a user's slice only that user starts containers, outside of all of them only root.
    let owner = UserSlice.user(context.processes.cgroups(of: main)) ?? 0
    return Keeper(storages: PodmanStorage.usual(of: owner, context.root), owner: owner)
  }
}
