internal import KernelStats
internal import TareModel

/// Sandboxes of gVisor that runsc runs without an engine. The sentry is the container's kernel; its payload is no process
/// of the host, so nothing tells when that began.
struct GvisorSource: WorkloadSource {
  let name = "gvisor"
  let places = ["processes runsc-sandbox and runsc-gofer", "/run/runsc/ID_sandbox:ID.state", "/run/user/UID/runsc"]
  let guide = SourceGuide(
    finds: "sandboxes without an engine; with one, the engine's row has sentry and gofer as helpers",
    by: "a process whose first argument is `runsc-sandbox`",
    names: "its ID",
    start: "runsc's state file: when it was asked for",
    ranWith: "gVisor 20221219, alone, under Docker 20.10 and containerd 1.6")

  init() {}

  func find(in context: DiscoveryContext) -> [Finding] {
    context.processes.processes.compactMap { process in
      guard let sentry = GvisorProcess(process, context), sentry.role == .sentry, let id = sentry.id,
        RuntimeID.isOCI(id),
        !hasEngine(process, context)
      else { return nil }
      let pids = [process.pid] + descendants(of: process, context) + gofers(of: process, id, context)
      return Finding(
        id: "gvisor:\(id)", kind: .container, runtime: .gvisor, main: process,
        own: machineCgroups(process, pids, context))
    }
  }

  private func hasEngine(_ process: Process, _ context: DiscoveryContext) -> Bool {
    context.shim(of: process) != nil || context.conmon(of: process) != nil
  }

  /// The stubs in which the payload's threads run.
  private func descendants(of process: Process, _ context: DiscoveryContext) -> [Int32] {
    var found: [Int32] = []
    var next = context.processes.children(of: process.pid)
    while let child = next.popLast() {
      found.append(child.pid)
      next += context.processes.children(of: child.pid)
    }
    return found
  }

  private func gofers(of sentry: Process, _ id: String, _ context: DiscoveryContext) -> [Int32] {
    guard let (_, owner, state) = state(id, context), state.sandbox?.pid == sentry.pid, let pid = state.gofer,
      let gofer = context.processes[pid], GvisorProcess(gofer, context)?.role == .gofer,
      context.mayClaim(gofer, owner)
    else { return [] }
    return [pid]
  }

  func describe(_ finding: Finding, in context: DiscoveryContext) -> Description {
    let id = String(finding.id.dropFirst(name.count + 1))
    var description = Description(finding.named(id, in: context))
    description.workload.absences["image"] = .notApplicable
    description.hidesPayload = true
    let gofers = gofers(of: finding.main, id, context)
    description.workload.helpers = gofers + [finding.main.pid]
    // runsc starts the gofer first.
    description.launcher = gofers.first.flatMap { context.processes[$0] } ?? finding.main
    if let (path, _, state) = state(id, context), state.sandbox?.pid == finding.main.pid {
      description.add(
        .requested, .engineState, .reported(state.created, by: "runsc's \(path.split(separator: "/").last ?? "")"))
    }
    return description
  }

  /// Only from the usual folders: the sentry lives in namespaces of its own, where a path means something else.
  private func state(_ id: String, _ context: DiscoveryContext) -> (path: String, owner: UInt32, GvisorState)? {
    guard isFileName(id) else { return nil }
    for (folder, owner) in stateFolders(of: "runsc", in: context) {
      for path in ["\(folder)/\(id)_sandbox:\(id).state", "\(folder)/\(id).state"] {
        if let state = try? context.root.state(path, owner: owner, as: GvisorState.self) { return (path, owner, state) }
      }
    }
    return nil
  }
}

/// A container's state as runsc keeps it.
struct GvisorState: Codable {
  struct Sandbox: Codable { var pid: Int32 }
  /// RFC 3339.
  var created: String?
  var gofer: Int32?
  var sandbox: Sandbox?

  enum CodingKeys: String, CodingKey {
    case sandbox
    case created = "createdAt"
    case gofer = "goferPid"
  }
}
