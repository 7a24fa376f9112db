internal import KernelStats
internal import TareModel

/// Containers of Docker, found by their cgroups, named by dockerd's own state. Engines with a data root of their own are
/// found like any other: the shim's working directory is the bundle, and the bundle leads on.
struct DockerSource: WorkloadSource {
  let name = "docker"
  let places = [
    "/run/docker.sock", "cgroups /docker/ID and docker-ID.scope", "working directory of containerd-shim",
    "config.v2.json",
  ]
  let guide = SourceGuide(
    finds: "containers, also rootless and of engines with a data root of their own",
    by: "cgroup `/docker/ID` or `docker-ID.scope`; elsewhere its shim of the namespace `moby`",
    names: "config.v2.json, the engine's socket",
    start: "config.v2.json, runc's state.json, engine events",
    ranWith: "Docker 20.10")

  init() {}

  func find(in context: DiscoveryContext) -> [Finding] {
    context.containerGroups { $0.style == .docker || $0.style == .bare }.compactMap { group in
      // A parent cgroup of the user's choice leaves only the number; the shim tells whose it is.
      if group.mark.style == .bare, context.shim(of: group.main)?.namespace != "moby" { return nil }
      return Finding(
        id: "docker:\(group.mark.id)", kind: .container, runtime: .docker, main: group.main, own: group.own)
    }
  }

  func describe(_ finding: Finding, in context: DiscoveryContext) -> Description {
    let id = String(finding.id.dropFirst(name.count + 1))
    var description = Description(finding.named(String(id.prefix(12)), in: context), engineID: id)
    description.workload.absences["image"] = .noPermission
    guard let shim = context.shim(of: finding.main), shim.id == id else { return description }
    let sandbox = context.gvisorHelpers(among: context.processes.children(of: shim.process.pid))
    description.workload.helpers = [shim.process.pid] + sandbox
    description.hidesPayload = !sandbox.isEmpty
    description.launcher = shim.process
    guard let (bundle, owner) = shim.bundle(context.root) else { return description }
    let problems = problems(of: name) { () throws(KernelError) in
      try Self.read(bundle, shim, owner, context.root, &description)
    }
    description.problems += problems
    return description
  }

  private static func read(
    _ bundle: String, _ shim: Shim, _ owner: UInt32, _ root: KernelRoot, _ description: inout Description
  ) throws(KernelError) {
    let options = try? root.state("\(bundle)/options.json", owner: owner, as: ShimOptions.self)
    if let runtimeRoot = options?.root,
      let state = root.runtimeState(in: "\(runtimeRoot)/\(shim.namespace)/\(shim.id)", owner: owner)
    {
      description.isolated(.reported(state.created, by: state.by), state.folder)
    }
    let bundleConfig = try root.state("\(bundle)/config.json", owner: owner, as: BundleConfig.self)
    guard let hostname = bundleConfig.mounts?.first(where: { $0.destination == "/etc/hostname" })?.source,
      hostname.hasSuffix("/\(shim.id)/hostname")
    else { return }
    let path = "\(hostname.dropLast(8))config.v2.json"
    let config = try root.state(path, owner: owner, as: DockerConfig.self)
    if let name = config.name { description.workload.name = String(name.drop { $0 == "/" }) }
    description.workload.image = config.config?.image
    if let labels = config.config?.labels {
      description.workload.labels = labels
      description.workload.absences["labels"] = nil
    }
    if config.state?.health != nil { description.healthFile = HealthFile(path: path, owner: owner) }
    if config.restarts ?? 0 > 0 || config.state?.finishedAt.flatMap(Timestamp.parse) != nil {
      description.start = .restart
    }
    // dockerd writes it anew a moment after the start: until then it has that of the run before.
    if let started = BootTimeline.Mark.reported(config.state?.startedAt, by: "dockerd config.v2.json"),
      started.at &+ 1_000_000_000 > description.workload.startedAt ?? 0
    {
      description.add(.executing, .engineStart, started)
    }
    description.add(.requested, .engineState, .reported(config.created, by: "dockerd config.v2.json"))
  }
}
