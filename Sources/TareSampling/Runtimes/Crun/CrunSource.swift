internal import KernelStats
internal import TareModel

/// Containers that crun runs without an engine, found by its status files.
struct CrunSource: WorkloadSource {
  let name = "crun"
  let places = ["/run/crun", "/run/crun/ID/status", "/run/user/UID/crun/ID/status"]
  let guide = SourceGuide(
    finds: "containers without an engine",
    by: "status files in /run/crun, or the user's own",
    names: "its ID",
    start: "status: created",
    ranWith: "crun 1.8")

  init() {}

  func find(in context: DiscoveryContext) -> [Finding] {
    stateFolders(of: "crun", in: context).flatMap { folder, owner in
      context.entries(folder, source: name).compactMap { entry -> Finding? in
        guard RuntimeID.isCrun(entry),
          let state = try? context.root.state("\(folder)/\(entry)/status", owner: owner, as: CrunState.self),
          let main = context.processes[state.pid], state.start.map({ $0 == main.start }) ?? true,
          context.mayClaim(main, owner), !context.isOfPodEngine(main)
        else { return nil }
        return Finding(
          id: containerID("crun", entry, owner), kind: .container, runtime: .crun, main: main,
          own: Self.own(state.cgroup, main, owner, context))
      }
    }
  }

  private static func own(_ path: String?, _ main: Process, _ owner: UInt32, _ context: DiscoveryContext) -> OwnCgroups
  {
    var own = OwnCgroups()
    let membership = context.processes.cgroups(of: main)
    guard let path, path != "/", path.hasPrefix("/") else { return own }
    // From outside of tare's cgroup namespace the beginning of a path is not told.
    func claimed(_ real: String, _ controller: String) -> String? {
      let group =
        real.isCgroup(inside: path) ? path : CgroupPath(real).above > 0 ? real.cgroup(named: path) : nil
      return group.flatMap { context.mayClaim($0, of: controller, owner) ? $0 : nil }
    }
    own.unified = membership.unified.flatMap { claimed($0, "") }
    for (controller, real) in membership.controllers { own.controllers[controller] = claimed(real, controller) }
    return own
  }

  func describe(_ finding: Finding, in context: DiscoveryContext) -> Description {
    let id = containerName(finding.id)
    var description = Description(finding.named(id, in: context))
    description.workload.absences["image"] = .notApplicable
    for (home, owner) in stateFolders(of: name, in: context) where containerID("crun", id, owner) == finding.id {
      let folder = StateFolder("\(home)/\(id)", file: "status")
      guard let state = try? context.root.state(folder.file, owner: owner, as: CrunState.self) else { continue }
      description.isolated(.reported(state.created, by: "crun status"), folder)
      break
    }
    return description
  }
}
