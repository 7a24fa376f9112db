internal import FoundationEssentials
internal import KernelStats
internal import TareModel

/// Containers of Podman, of root and of users, found by their cgroups. conmon's arguments name the container, its bundle
/// and its runtime; conmon counts only if it is the parent of the container's first process.
struct PodmanSource: WorkloadSource {
  let name = "podman"
  let places = [
    "/run/podman/podman.sock", "cgroups libpod-ID and libpod-ID.scope", "arguments of conmon", "containers.json",
  ]
  let guide = SourceGuide(
    finds: "containers, also rootless",
    by: "cgroup `libpod-ID`, or the parent conmon",
    names: "containers.json, the engine's socket",
    start: "containers.json, the runtime's state, engine events",
    ranWith: "Podman 4.3")

  init() {}

  func find(in census: Census) -> [Finding] {
    let groups = census.containerGroups { $0.style == .podman }
    let known = Set(groups.map(\.main.pid))
    let marked = groups.map { group in
      Finding(id: "podman:\(group.mark.id)", kind: .container, runtime: .podman, main: group.main, own: group.own)
    }
    return marked + withoutCgroup(census, except: known)
  }

  /// A user's containers on a machine where users may not make cgroups: the children of the real conmon. They have no
  /// figures of their own, but they are there.
  private func withoutCgroup(_ census: Census, except known: Set<Int32>) -> [Finding] {
    census.processes.processes.compactMap { conmon in
      guard conmon.comm == "conmon", let main = census.main(of: census.processes.children(of: conmon.pid)),
        !known.contains(main.pid), !census.isKubernetes(main),
        let program = try? census.root.link("/proc/\(conmon.pid)/exe"), program.hasSuffix("/conmon"),
        census.root.runsProgramOfRoot(conmon.pid),
        let id = Conmon(conmon, census)?.id, ContainerPath(component: id[...]) != nil
      else { return nil }
      return Finding(id: "podman:\(id)", kind: .container, runtime: .podman, main: main, own: OwnCgroups())
    }
  }

  func describe(_ finding: Finding, in census: Census) -> Description {
    let id = String(finding.id.dropFirst(name.count + 1))
    var description = Description(finding.named(String(id.prefix(12)), in: census), engineID: id)
    description.workload.absences["image"] = .noPermission
    guard let conmon = census.conmon(of: finding.main), conmon.id == id else { return description }
    let sandbox = census.gvisorHelpers(among: census.processes.children(of: conmon.process.pid))
    description.workload.helpers = [conmon.process.pid] + sandbox
    description.hidesPayload = !sandbox.isEmpty
    description.launcher = conmon.process
    if let name = conmon.name { description.workload.name = name }
    guard let owner = conmon.owner(census.root) else { return description }
    conmon.readRuntimeState(owner: owner, census.root, &description)
    if ranBefore(conmon, census) { description.start = .restart }
    if let bundle = conmon.bundle, bundle.hasSuffix("/\(id)/userdata") {
      var workload = description.workload
      var requested: BootTimeline.Mark?
      defer {
        description.workload = workload
        description.add(.requested, .engineState, requested)
      }
      let path = "\(bundle.dropLast("/\(id)/userdata".count))/containers.json"
      description.problems += problems(of: name) { () throws(KernelError) in
        let all = try census.root.state(path, owner: owner, as: [PodmanContainer].self)
        guard let own = all.first(where: { $0.id == id }) else { return }
        if let name = own.names?.first { workload.name = name }
        requested = .reported(own.created, by: "podman containers.json")
        let metadata = own.metadata.flatMap { try? JSONDecoder().decode(PodmanMetadata.self, from: Data($0.utf8)) }
        // A container from a folder has no image, and Podman writes an empty name.
        workload.image = metadata?.image.flatMap { $0.isEmpty ? nil : $0 }
        if workload.image == nil { workload.absences["image"] = .notApplicable }
      }
    }
    return description
  }

  /// The runtime's log is made at the first start and stays: at a later one it is older than that start's conmon.
  private func ranBefore(_ conmon: Conmon, _ census: Census) -> Bool {
    guard let pidFile = conmon.pidFile, pidFile.hasSuffix("/\(conmon.id)/userdata/pidfile"),
      let made = census.root.modified("\(pidFile.dropLast("pidfile".count))oci-log")
    else { return false }
    return made &+ 100_000_000 < census.started(conmon.process)
  }
}
