internal import KernelStats
internal import Synchronization
internal import TareModel

/// Containers of runtimes that tare does not know, of runc and crun with a state folder that nobody told it about, and hand-made
/// ones. The kernel has no containers: one is taken for what it has, all of it.
///
/// - Its first process is number 1 in a pid namespace of its own, and has mounts of its own.
/// - It has a root folder of its own. A service with private namespaces (`PrivatePIDs=`, `PrivateTmp=`) sees the host's, and one with
///   a root image is in a group called `*.service`.
/// - It has a cgroup of its own: nobody but it and its descendants is in it. A browser's sandboxed processes, an application of
///   flatpak, and `unshare` in a shell are in the group of whoever started them.
/// - No other source's: not in a group that an engine calls by a container's id, and no program of a hypervisor or sandbox.
final class UnknownSource: WorkloadSource {
  let name = "unknown"
  let places = ["first processes of cgroups, NSpid of their status, their root in mountinfo"]
  let guide = SourceGuide(
    finds: "any other container: youki's, of `runc --root DIR`, hand-made",
    by: "process 1 of a pid namespace, with mounts, root folder and cgroup of its own",
    names: "the cgroup",
    start: "spawn; the program's execution where starts are watched",
    ranWith: "runc 1.1 with a root of its own; unshare")

  let hiddenFromUsers: String? = "other users' mounts may not be seen"

  private struct Key: Hashable {
    let pid: Int32
    let start: UInt64
    let group: String
  }

  /// What was seen of processes: none of it changes once they are old.
  private let verdicts = Mutex<[Key: Bool]>([:])
  /// A process may still be made for so long; nanoseconds.
  private static let startupWindow: UInt64 = 10_000_000_000

  func find(in context: DiscoveryContext) -> [Finding] {
    let groups = context.processes.memberships.map(\.leading)
    var known = verdicts.withLock { $0 }
    var seen: [Key: Bool] = [:]
    var findings: [Finding] = []
    for process in context.processes.processes where !process.isKernelThread {
      let group = groups[process.membership]
      guard group.utf8.count > 1, isFirst(process, in: group, groups, context) else { continue }
      let key = Key(pid: process.pid, start: process.start, group: group)
      let isOld = context.now.boottime > process.start &* context.root.facts.tick &+ Self.startupWindow
      let verdict = isOld && context.root.holdsDescriptors ? known[key] : nil
      let isContainer = verdict ?? isContainer(process, group, context)
      seen[key] = isContainer
      guard isContainer, let own = ownCgroups(of: process, context) else { continue }
      findings.append(
        Finding(id: "unknown:\(group)", kind: .container, runtime: .unknown, main: process, own: own))
    }
    known = seen
    verdicts.withLock { $0 = known }
    return findings
  }

  /// Whether the process above it is not in its group: nearly all processes are out with that.
  private func isFirst(_ process: Process, in group: String, _ groups: [String], _ context: DiscoveryContext) -> Bool {
    guard let parent = context.processes[process.parent] else { return true }
    return !groups[parent.membership].isCgroup(inside: group)
  }

  private func isContainer(_ process: Process, _ group: String, _ context: DiscoveryContext) -> Bool {
    let names = group.cgroupNames
    guard ContainerPath.all(in: group).isEmpty, names.last?.hasSuffix(".service") == false,
      !names.contains(where: { $0.hasPrefix("kubepods") || $0.hasPrefix("lxc.") }),
      context.root.isFirstInside(process.pid), !context.root.shares("mnt", with: process.pid),
      !isOthers(process, context)
    else { return false }
    switch MountReader(root: context.root).view(of: process.pid).rootFiles {
    case .known(let files): return files.hostFolder != "/"
    // It sees no mount at its root: that is a plain folder.
    case .unknown(.notReported, _): return true
    case .unknown: return false
    }
  }

  /// Programs that have a sandbox of their own, or are machines.
  private func isOthers(_ process: Process, _ context: DiscoveryContext) -> Bool {
    context.runs(process) { program in
      Self.sandboxes.contains(program) || program.hasPrefix("runsc") || HypervisorTraits.of(program: program) != nil
    }
  }

  private static let sandboxes: Set<String> = ["bwrap", "virtiofsd", "firejail", "minijail0", "jailer"]

  /// Its groups, in each hierarchy where nobody else is in them; nil where it has none.
  private func ownCgroups(of main: Process, _ context: DiscoveryContext) -> OwnCgroups? {
    let membership = context.processes.cgroups(of: main)
    func own(_ path: String, _ place: (CgroupMembership) -> String?) -> String? {
      guard path != "/", context.all(in: path, of: place, { isBelow(main, $0, context) }) else { return nil }
      return path
    }
    var cgroups = OwnCgroups()
    cgroups.unified = membership.unified.flatMap { own($0) { $0.unified } }
    for (controller, path) in membership.controllers {
      cgroups.controllers[controller] = own(path) { $0.controllers[controller] }
    }
    return cgroups.leading == nil ? nil : cgroups
  }

  private func isBelow(_ main: Process, _ process: Process, _ context: DiscoveryContext) -> Bool {
    var next: Process? = process
    // Deeper than any program nests, and a table that is in motion may have a circle.
    for _ in 0..<64 {
      guard let process = next else { return false }
      if process.pid == main.pid { return true }
      next = context.processes[process.parent]
    }
    return false
  }

  func describe(_ finding: Finding, in context: DiscoveryContext) -> Description {
    var description = Description(finding.named(Self.name(finding), in: context))
    description.workload.absences["image"] = .notReported
    return description
  }

  /// `/web`, `/user.slice/youki-web.scope`, `/system.slice/runc-web.scope`.
  private static func name(_ finding: Finding) -> String {
    guard var name = finding.own.leading?.cgroupNames.last else { return "\(finding.main.comm)-\(finding.main.pid)" }
    if name.hasSuffix(".scope") { name = name.dropLast(6) }
    for prefix in ["runc-", "crun-", "youki-", "libcontainer-", ":youki:"] where name.hasPrefix(prefix) {
      name = name.dropFirst(prefix.count)
    }
    return name.isEmpty ? "\(finding.main.comm)-\(finding.main.pid)" : String(name)
  }
}

extension KernelRoot {
  /// Whether a process is number 1 in a pid namespace below tare's own: the last of several numbers in `NSpid` of its status.
  fileprivate func isFirstInside(_ pid: Int32) -> Bool {
    guard let line = text("/proc/\(pid)/status")?.split(separator: "\n").first(where: { $0.hasPrefix("NSpid:") }) else {
      return false
    }
    let numbers = line.dropFirst(6).split(whereSeparator: \.isWhitespace)
    return numbers.count > 1 && numbers.last == "1"
  }
}
