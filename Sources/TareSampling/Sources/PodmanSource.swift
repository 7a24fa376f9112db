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
      guard conmon.comm == "conmon", let main = census.processes.children(of: conmon.pid).first,
        !known.contains(main.pid),
        let program = try? census.root.link("/proc/\(conmon.pid)/exe"), program.hasSuffix("/conmon"),
        census.root.runsProgramOfRoot(conmon.pid),
        let id = arguments(of: conmon, census).flatMap({ option("-c", in: $0) }),
        ContainerPath(component: id[...]) != nil
      else { return nil }
      return Finding(id: "podman:\(id)", kind: .container, runtime: .podman, main: main, own: OwnCgroups())
    }
  }

  private func arguments(of conmon: Process, _ census: Census) -> [String]? {
    census.root.arguments(of: conmon.pid) { arguments in
      let root = Self.runtimeRoot(in: arguments).map { ["--runtime-arg", "--root=\($0)"] } ?? []
      return keepOptions(arguments, ["-c", "-n", "-b", "-r", "-p"]) + root
    }
  }

  /// What conmon hands on to the runtime as its root: `--runtime-arg --root=DIR`, `--runtime-arg=--root=DIR`, or the two
  /// words `--root` and `DIR`, each behind a `--runtime-arg`.
  static func runtimeRoot(in arguments: [String]) -> String? {
    let handed = arguments.indices.compactMap { index -> String? in
      if arguments[index].hasPrefix("--runtime-arg=") { return String(arguments[index].dropFirst(14)) }
      return index > 0 && arguments[index - 1] == "--runtime-arg" ? arguments[index] : nil
    }
    return option("--root", in: ["runtime"] + handed)
  }

  func describe(_ finding: Finding, in census: Census) -> Description {
    let id = String(finding.id.dropFirst(name.count + 1))
    var description = Description(finding.named(String(id.prefix(12)), in: census), engineID: id)
    description.workload.absences["image"] = .noPermission
    guard let conmon = census.processes[finding.main.parent], conmon.comm == "conmon",
      let arguments = arguments(of: conmon, census),
      option("-c", in: arguments) == id
    else { return description }
    description.workload.helpers = [conmon.pid]
    description.launcher = conmon
    if let name = option("-n", in: arguments) { description.workload.name = name }
    // A user's conmon lives in namespaces of its own: its paths mean something else there.
    guard census.root.sharesOurFiles(conmon.pid), let owner = census.root.user(of: conmon.pid) else {
      return description
    }
    readRuntimeState(id, arguments, owner, census.root, &description)
    if ranBefore(id, arguments, conmon, census) { description.start = .restart }
    if let bundle = option("-b", in: arguments), bundle.hasSuffix("/\(id)/userdata") {
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
  private func ranBefore(_ id: String, _ arguments: [String], _ conmon: Process, _ census: Census) -> Bool {
    guard let pidFile = option("-p", in: arguments), pidFile.hasSuffix("/\(id)/userdata/pidfile"),
      let made = census.root.modified("\(pidFile.dropLast("pidfile".count))oci-log")
    else { return false }
    return made &+ 100_000_000 < census.started(conmon)
  }

  /// When the runtime made the container, from its state.
  private func readRuntimeState(
    _ id: String, _ arguments: [String], _ owner: UInt32, _ root: KernelRoot, _ description: inout Description
  ) {
    let runtime = option("-r", in: arguments)?.hasSuffix("/crun") == true ? "crun" : "runc"
    let home = Self.runtimeRoot(in: arguments) ?? (owner == 0 ? "/run/\(runtime)" : "/run/user/\(owner)/\(runtime)")
    let folder = StateFolder("\(home)/\(id)", file: runtime == "crun" ? "status" : "state.json")
    let created =
      runtime == "crun"
      ? (try? root.state(folder.file, owner: owner, as: CrunState.self))?.created
      : (try? root.state(folder.file, owner: owner, as: RuncState.self))?.created
    description.isolated(.reported(created, by: runtime == "crun" ? "crun status" : "runc state.json"), folder)
  }
}
