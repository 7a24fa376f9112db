internal import KernelStats
internal import TareModel

/// Containers of LXC, of root and of users, and those of Incus and LXD, which run in LXC. Each has a monitor, the parent of
/// its first process, that says in its arguments who it is.
struct LxcSource: WorkloadSource {
  let name = "lxc"
  let places = ["cgroups lxc.payload.NAME", "processes `[lxc monitor] FOLDER NAME`"]
  let guide = SourceGuide(
    finds: "containers of LXC, also of users; instances of Incus and LXD",
    by: "its monitor, the parent; else cgroup `lxc.payload.NAME`",
    names: "the monitor's arguments, else the cgroup",
    start: "the monitor's start",
    ranWith: "LXC 5.0 of root")

  init() {}

  func find(in context: DiscoveryContext) -> [Finding] {
    let monitored = context.processes.processes.compactMap { process -> Finding? in
      guard let monitor = Monitor(process, context), let main = context.processes.children(of: process.pid).first
      else { return nil }
      return finding(monitor, main, context)
    }
    let known = Set(monitored.map(\.main.pid))
    return monitored + orphans(context, except: known)
  }

  private func finding(_ monitor: Monitor, _ main: Process, _ context: DiscoveryContext) -> Finding {
    var own = OwnCgroups(context.processes.cgroups(of: main)) { $0 == "lxc.payload.\(monitor.name)" }
    if own.leading == nil { own = chosen(main, monitor.process, context) }
    // The name of one that runs in another container says little: its group's path is its own.
    let isInner = !context.root.sharesOurProcesses(monitor.process.pid)
    return Finding(
      id: isInner ? "\(monitor.runtime.rawValue):\(own.leading ?? "\(main.pid):\(main.start)")" : monitor.id,
      kind: .container, runtime: monitor.runtime, main: main, own: own)
  }

  /// Groups of the user's choice, `lxc.cgroup.dir.container`: an init makes one of its own below them.
  private func chosen(_ main: Process, _ monitor: Process, _ context: DiscoveryContext) -> OwnCgroups {
    let shared = context.processes.cgroups(of: monitor)
    let owner = context.root.user(of: monitor.pid) ?? 0
    var own = OwnCgroups(whole: context.processes.cgroups(of: main))
    func isOwn(_ path: String, _ controller: String) -> Bool {
      path != "/" && path != shared.path(controller) && context.mayClaim(path, of: controller, owner)
    }
    own.unified = own.unified.map(withoutInit).flatMap { isOwn($0, "") && $0 != shared.unified ? $0 : nil }
    own.controllers = own.controllers.mapValues(withoutInit).filter { isOwn($0.value, $0.key) }
    return own
  }

  private func withoutInit(_ path: String) -> String {
    for inner in ["/init.scope", "/.lxc"] where path.hasSuffix(inner) { return String(path.dropLast(inner.count)) }
    return path
  }

  /// Those whose monitor is gone, or may not be seen: by their groups.
  private func orphans(_ context: DiscoveryContext, except known: Set<Int32>) -> [Finding] {
    let places = context.processes.memberships.map { Self.payload(in: $0.leading) }
    var groups: [String: [Process]] = [:]
    for process in context.processes.processes where !process.isKernelThread {
      if let place = places[process.membership] { groups[place, default: []].append(process) }
    }
    return groups.sorted { $0.key < $1.key }.compactMap { path, group -> Finding? in
      let pids = Set(group.map(\.pid))
      guard known.isDisjoint(with: pids), let main = group.first(where: { !pids.contains($0.parent) }) else {
        return nil
      }
      let own = OwnCgroups(context.processes.cgroups(of: main)) { $0.hasPrefix("lxc.payload.") }
      return Finding(id: "lxc:\(path)", kind: .container, runtime: .lxc, main: main, own: own)
    }
  }

  /// The path up to the innermost payload.
  private static func payload(in path: String) -> String? {
    let names = path.cgroupNames
    return names.lastIndex { $0.hasPrefix("lxc.payload.") }.map { "/" + names[...$0].joined(separator: "/") }
  }

  func describe(_ finding: Finding, in context: DiscoveryContext) -> Description {
    let monitor = context.processes[finding.main.parent].flatMap { Monitor($0, context) }
    let mark = finding.own.leading?.cgroupNames.last { $0.hasPrefix("lxc.payload.") }?.dropFirst(12)
    var description = Description(
      finding.named(monitor?.shownName ?? mark.map(String.init) ?? "\(finding.main.pid)", in: context))
    description.workload.absences["image"] = finding.runtime == .incus ? .notReported : .notApplicable
    guard let monitor else { return description }
    description.workload.helpers = [monitor.process.pid]
    description.launcher = monitor.process
    return description
  }
}

/// `[lxc monitor] FOLDER NAME`: liblxc in whichever program started the container.
private struct Monitor {
  let process: Process
  let folder: String
  /// As liblxc knows it; of an instance of Incus outside its default project, `PROJECT_INSTANCE`.
  let name: String

  init?(_ process: Process, _ context: DiscoveryContext) {
    guard process.comm.hasPrefix("lxc") || process.comm == "lxd" || process.comm == "incusd",
      let title = context.arguments(of: process, keep: { Array($0.prefix(1)) })?.first,
      title.hasPrefix("[lxc monitor] ")
    else { return nil }
    let words = title.dropFirst(14).utf8.split(separator: UInt8(ascii: " "))
    // A folder may have blanks; a container's name has none.
    guard words.count >= 2, let last = words.last else { return nil }
    self.process = process
    name = String(Substring(last))
    folder = words.dropLast().map { String(Substring($0)) }.joined(separator: " ")
  }

  var runtime: Workload.Runtime {
    folder.hasSuffix("/incus/containers") || folder.hasSuffix("/lxd/containers") ? .incus : .lxc
  }

  /// A project may have a line below in its name, an instance may not.
  var shownName: String {
    runtime == .incus ? name.split(separator: "_").last.map(String.init) ?? name : name
  }

  var id: String {
    if runtime == .incus { return "incus:\(name)" }
    return folder == "/var/lib/lxc" ? "lxc:\(name)" : "lxc:\(folder)/\(name)"
  }
}
