internal import KernelStats
internal import TareModel

/// Containers of systemd-nspawn: the children of a process of that name. machined, where it runs, knows them by name.
struct NspawnSource: WorkloadSource {
  let name = "nspawn"
  let places = ["the program systemd-nspawn", "/run/systemd/machines/NAME"]
  let guide = SourceGuide(
    finds: "containers of systemd-nspawn, registered or not",
    by: "its parent, systemd-nspawn",
    names: "`--machine`, else the folder or image",
    start: "systemd-nspawn's start; machined's record",
    ranWith: "systemd 252, not registered")

  init() {}

  func find(in context: DiscoveryContext) -> [Finding] {
    context.processes.processes.compactMap { process in
      guard let supervisor = Supervisor(process, context),
        let main = context.processes.children(of: process.pid).first
      else { return nil }
      let own = own(main, process, context)
      let isInner = !context.root.sharesOurProcesses(process.pid)
      let called = isInner ? own.leading : supervisor.name.flatMap { RuntimeID.isMachine($0) ? $0 : nil }
      let name = called ?? "\(main.pid):\(main.start)"
      return Finding(id: "nspawn:\(name)", kind: .container, runtime: .nspawn, main: main, own: own)
    }
  }

  /// Beside `supervisor`, where systemd-nspawn itself is, there is `payload`. Where it made no such group for a
  /// controller, the container is in its supervisor's.
  private func own(_ main: Process, _ supervisor: Process, _ context: DiscoveryContext) -> OwnCgroups {
    let (inside, outside) = (context.processes.cgroups(of: main), context.processes.cgroups(of: supervisor))
    func payload(_ path: String, _ beside: String?) -> String? {
      guard var unit = beside else { return nil }
      if unit.hasSuffix("/supervisor") { unit = String(unit.dropLast("/supervisor".count)) }
      let payload = unit == "/" ? "/payload" : "\(unit)/payload"
      if path.isCgroup(inside: payload) { return payload }
      // Older ones have the container in a unit of its own.
      let names = path.cgroupNames
      guard path != beside, let scope = names.firstIndex(where: { $0.hasPrefix("machine-") && $0.hasSuffix(".scope") })
      else { return nil }
      let own = "/" + names[...scope].joined(separator: "/")
      return beside?.isCgroup(inside: own) == false ? own : nil
    }
    var own = OwnCgroups()
    own.unified = inside.unified.flatMap { payload($0, outside.unified) }
    for (controller, path) in inside.controllers {
      own.controllers[controller] = payload(path, outside.controllers[controller])
    }
    return own
  }

  func describe(_ finding: Finding, in context: DiscoveryContext) -> Description {
    let supervisor = context.processes[finding.main.parent].flatMap { Supervisor($0, context) }
    var description = Description(finding.named(supervisor?.name ?? "\(finding.main.pid)", in: context))
    description.workload.absences["image"] = .notApplicable
    guard let supervisor else { return description }
    description.workload.helpers = [supervisor.process.pid]
    description.launcher = supervisor.process
    guard let name = supervisor.name, context.root.sharesOurProcesses(supervisor.process.pid),
      let record = MachinedRecord(name, context.root), record.leader == finding.main.pid
    else { return description }
    description.add(.isolated, .runtimeState, record.registered)
    return description
  }
}

private struct Supervisor {
  let process: Process
  /// As machined knows it; nil where neither its name nor its root was given.
  let name: String?

  private static let flags = ["--machine", "-M", "--directory", "-D", "--image", "-i"]

  init?(_ process: Process, _ context: DiscoveryContext) {
    guard process.comm == "systemd-nspawn", Self.isNspawn(process, context),
      let arguments = context.arguments(of: process, keep: { Self.keep($0) })
    else { return nil }
    self.process = process
    name = Self.name(in: Self.keep(arguments))
  }

  /// A user may not see the program that root runs: then the name that a process of root's gives itself has to do.
  private static func isNspawn(_ process: Process, _ context: DiscoveryContext) -> Bool {
    if let program = context.program(of: process, kept: { _ in true }) { return program.hasSuffix("/systemd-nspawn") }
    return context.root.owner(of: process.pid) == 0
  }

  /// Of its own options only: what follows them is the container's command.
  private static func keep(_ arguments: [String]) -> [String] {
    var kept = Array(arguments.prefix(1))
    for flag in flags {
      if let value = option(flag, in: arguments) ?? attached(flag, arguments) { kept += [flag, value] }
    }
    return kept
  }

  /// `-Mname`.
  private static func attached(_ flag: String, _ arguments: [String]) -> String? {
    guard flag.utf8.count == 2 else { return nil }
    return arguments.first { $0.hasPrefix(flag) && $0.utf8.count > 2 }.map { String($0.dropFirst(2)) }
  }

  private static func name(in arguments: [String]) -> String? {
    if let name = option("--machine", in: arguments) ?? option("-M", in: arguments) { return name }
    let place = ["--directory", "-D", "--image", "-i"].lazy.compactMap { option($0, in: arguments) }.first
    guard let last = place?.split(separator: "/").last else { return nil }
    return String(last.hasSuffix(".raw") ? last.dropLast(4) : last)
  }
}

/// `/run/systemd/machines/NAME`: what machined knows of a machine. Lines `KEY=VALUE`.
struct MachinedRecord {
  let leader: Int32
  /// When it was told of the machine, which systemd-nspawn does before it lets the payload go.
  let registered: BootTimeline.Mark?

  init?(_ name: String, _ root: KernelRoot) {
    let path = "/run/systemd/machines/\(name)"
    guard isFileName(name), let bytes = try? root.readTrusted(path, owner: 0) else { return nil }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      .filter { line in ["SERVICE=", "CLASS=", "LEADER=", "REALTIME="].contains { line.hasPrefix($0) } }
    if root.isRecording { root.record(path, Array(lines.joined(separator: "\n").utf8)) }
    let values = Dictionary(
      lines.map { line in
        let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
        return (parts[0], parts.count > 1 ? parts[1] : "")
      }
    ) { first, _ in first }
    guard values["CLASS"] == "container", let leader = values["LEADER"].flatMap({ Int32($0) }) else { return nil }
    self.leader = leader
    registered = values["REALTIME"].flatMap { UInt64($0) }.flatMap { microseconds in
      let (at, overflow) = microseconds.multipliedReportingOverflow(by: 1000)
      guard !overflow, at < UInt64.max - 1000 else { return nil }
      return BootTimeline.Mark(
        at: at, lo: at, hi: at + 1000, clock: .realtime, label: .reported, source: "machined's record")
    }
  }
}
