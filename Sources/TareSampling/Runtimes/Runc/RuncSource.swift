internal import KernelStats
internal import Synchronization
internal import TareModel

/// Containers that runc runs without an engine, found by its state files.
final class RuncSource: WorkloadSource {
  let name = "runc"
  let places = ["/run/runc", "/run/runc/ID/state.json", "/run/user/UID/runc/ID/state.json"]
  let guide = SourceGuide(
    finds: "containers without an engine",
    by: "state.json in /run/runc, or the user's own",
    names: "its ID",
    start: "state.json: created, and when it was let go",
    ranWith: "runc 1.1")

  private let cache = Mutex<[String: (inode: UInt64?, state: RuncState)]>([:])

  init() {}

  func find(in context: DiscoveryContext) -> [Finding] {
    var seen: Set<String> = []
    let findings = stateFolders(of: "runc", in: context).flatMap { folder, owner in
      context.entries(folder, source: name).compactMap { entry -> Finding? in
        guard RuntimeID.isOCI(entry) else { return nil }
        let path = "\(folder)/\(entry)/state.json"
        seen.insert(path)
        guard let state = state(path, owner, context.root),
          let main = context.processes[state.pid], main.start == state.start, context.mayClaim(main, owner),
          !context.isOfPodEngine(main)
        else { return nil }
        return Finding(
          id: containerID("runc", entry, owner), kind: .container, runtime: .runc, main: main,
          own: Self.own(state, main, owner, context))
      }
    }
    cache.withLock { cache in cache = cache.filter { seen.contains($0.key) } }
    return findings
  }

  /// State files are written anew, never changed in place, so the inode tells whether one was read before.
  private func state(_ path: String, _ owner: UInt32, _ root: KernelRoot) -> RuncState? {
    let inode = root.inode(path)
    if let known = cache.withLock({ $0[path] }), known.inode == inode { return known.state }
    guard let state = try? root.state(path, owner: owner, as: RuncState.self) else { return nil }
    cache.withLock { $0[path] = (inode, state) }
    return state
  }

  private static func own(_ state: RuncState, _ main: Process, _ owner: UInt32, _ context: DiscoveryContext)
    -> OwnCgroups
  {
    guard let paths = state.cgroups else { return OwnCgroups(whole: context.processes.cgroups(of: main)) }
    var own = OwnCgroups()
    for (controller, folder) in paths {
      let point = controller.isEmpty ? context.layout.unified : context.layout.controllers[controller]
      // The file is a claim: the process must be in that cgroup.
      guard let point, let real = context.processes.cgroups(of: main).path(controller),
        let path = claimed(folder, point, real), context.mayClaim(path, of: controller, owner)
      else { continue }
      if controller.isEmpty { own.unified = path } else { own.controllers[controller] = path }
    }
    return own
  }

  /// The cgroup that runc means by a folder, if it is one that the process is in.
  private static func claimed(_ folder: String, _ point: String, _ real: String) -> String? {
    if folder.hasPrefix(point + "/") {
      let path = String(folder.dropFirst(point.count))
      if real.isCgroup(inside: path) { return path }
    }
    // Where tare runs in a container, hierarchies are mounted elsewhere or in part.
    return real.cgroup(named: folder)
  }

  func describe(_ finding: Finding, in context: DiscoveryContext) -> Description {
    var description = Description(finding.named(containerName(finding.id), in: context))
    description.workload.absences["image"] = .notApplicable
    let main = finding.main
    let known = cache.withLock { $0.first { $0.value.state.pid == main.pid && $0.value.state.start == main.start } }
    if let (path, (_, state)) = known {
      let folder = StateFolder(String(path.dropLast("/state.json".count)), file: "state.json")
      description.isolated(.reported(state.created, by: "runc state.json"), folder)
    }
    return description
  }
}

extension DiscoveryContext {
  /// Whether a user's state file may speak of this process: its own, or one under a user that it may map.
  func mayClaim(_ process: Process, _ owner: UInt32) -> Bool {
    guard owner != 0 else { return true }
    guard let uid = root.user(of: process.pid) else { return false }
    return uid == owner || uid >= 100_000
  }

  /// Whether a user's state file may speak of a cgroup: not of one with others' processes in it, such as a whole slice.
  func mayClaim(_ path: String, of controller: String, _ owner: UInt32) -> Bool {
    owner == 0 || all(in: path, of: { $0.path(controller) }, { mayClaim($0, owner) })
  }

  /// Names in a state folder; one that may not be looked into is reported.
  func entries(_ folder: String, source: String) -> [String] {
    do throws(KernelError) {
      return try root.list(folder)
    } catch {
      // Another user's runtime folder is private by design.
      if !folder.hasPrefix("/run/user/") { complaints.hidden(by: error, source: source) }
      return []
    }
  }
}

/// `runc:NAME` of root's, `runc:UID/NAME` of a user's: each user may have a container of that name.
func containerID(_ runtime: String, _ name: String, _ owner: UInt32) -> String {
  owner == 0 ? "\(runtime):\(name)" : "\(runtime):\(owner)/\(name)"
}

/// The name in such an id.
func containerName(_ id: String) -> String {
  id.split(separator: ":", maxSplits: 1).last?.split(separator: "/").last.map(String.init) ?? id
}

/// Where a runtime keeps its state: root's folder, the user's own, and those of users that are logged in.
func stateFolders(of runtime: String, in context: DiscoveryContext) -> [(folder: String, owner: UInt32)] {
  var folders: [(folder: String, owner: UInt32)] = [("/run/\(runtime)", 0)]
  for user in (try? context.root.list("/run/user")) ?? [] {
    guard let uid = UInt32(user) else { continue }
    folders.append(("/run/user/\(user)/\(runtime)", uid))
  }
  // Last, because sudo may leave a user's folder in root's environment.
  if let own = context.environment["XDG_RUNTIME_DIR"], own.hasPrefix("/"),
    !folders.contains(where: { $0.folder == "\(own)/\(runtime)" })
  {
    folders.append(("\(own)/\(runtime)", context.root.facts.uid))
  }
  return folders
}
