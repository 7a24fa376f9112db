/// Makes the lines of an ``IsolationTable`` out of what was read.
struct IsolationWriter {
  typealias Line = IsolationTable.Line
  typealias Part = IsolationTable.Part

  let frame: Frame
  let row: Int
  let inspection: Inspection
  let isolation: Isolation

  private var workload: Workload { frame.current.workloads[row] }
  private var host: Host { frame.current.host }

  var hasMemoryLimit: Bool { frame.value(.memoryLimit, row: row).number != nil }

  var parts: [Part] {
    if let hardware = isolation.hardware {
      let told = frame.current.guests[row].report
      let machine = HardwareWriter(hardware: hardware, told: told, kernelLine: machineKernel)
      return [
        Part(title: "THE GUEST'S COMPUTER", legend: IsolationTable.legend, lines: machine.lines),
        Part(title: "THE VMM'S PROCESS", lines: namespacesInShort + limits + rights),
      ]
    }
    return [
      Part(
        title: "ISOLATION", legend: IsolationTable.legend,
        lines: [kernel] + namespaces + limits + rights + [rootFiles, devices].compactMap { $0 })
    ]
  }

  // MARK: Kernel and namespaces

  private var kernel: Line {
    let release = "Linux \(host.kernelRelease.harmless)"
    if workload.runtime == .gvisor { return Line(.own, "kernel", "gVisor's sentry, a program; below it \(release)") }
    return Line(.host, "kernel", "\(release), the host's")
  }

  private var machineKernel: Line {
    let shared: String =
      switch isolation.hardware?.accelerator {
      case .kvm: "; host and guest share KVM"
      case .uml: "; a process of the host"
      case .tcg, .vbox, nil: ""
      }
    return Line(.own, "kernel", "its own\(shared)")
  }

  private var namespaces: [Line] {
    Namespace.allCases.map { namespace in
      let (words, isWarning) = words(for: namespace)
      switch isolation[namespace] {
      case .own: return Line(.own, namespace.label, words, isWarning: isWarning)
      case .host: return Line(.host, namespace.label, words, isWarning: isWarning)
      case .others(let names):
        let list = VirtualThing.list(names.map(\.harmless), most: 4)
        let more = words.isEmpty || words == "own" ? "" : "; \(words)"
        return Line(.others, namespace.label, "shared with \(list)\(more)", isWarning: isWarning)
      case .unknown(let reason): return Line(.unknown, namespace.label, reason.explanation)
      }
    }
  }

  /// What a namespace of this kind holds, for one that is its own or the host's.
  private func words(for namespace: Namespace) -> (String, isWarning: Bool) {
    let isHost = isolation[namespace] == .host
    switch namespace {
    case .pid:
      guard !isHost else { return ("! sees every process of the host", true) }
      let pid = workload.mainPid.map { String($0) } ?? "?"
      return (isolation.innerPid.map { "process \(pid) here is \($0) inside" } ?? "own", false)
    case .mount: return isHost ? ("! the host's file tree", true) : (files, false)
    case .network: return isHost ? ("! the host's interfaces and ports", true) : (interfaces, false)
    case .ipc: return isHost ? ("! the host's shared memory and queues", true) : ("own", false)
    case .uts: return (isHost ? "host name of the host" : "own host name", false)
    case .cgroup: return (isHost ? "sees the host's tree of cgroups" : "own", false)
    case .user: return users
    case .time: return (isHost ? "clock offsets of the host" : "own clock offsets", false)
    }
  }

  private var files: String {
    let root = isolation.rootFiles.value.map(VirtualThing.words) ?? "own"
    let folders = (isolation.hostFolders.value ?? []).map { folder in
      let access = folder.isReadOnly ? " (read-only)" : ""
      if let volume = folder.volume { return "volume \(volume.harmless)\(access)" }
      return "host's \(folder.path.harmless)\(access)"
    }
    return ([root] + (folders.isEmpty ? [] : [VirtualThing.list(folders, most: 6)])).joined(separator: "; ")
  }

  private var interfaces: String {
    let names = inspection.network.map { $0.name.harmless }
    return names.isEmpty ? "no interface but lo" : VirtualThing.list(names, most: 4)
  }

  private var users: (String, isWarning: Bool) {
    if isolation.sharesUsers == true {
      if let user = isolation.confinement.user.value, user != 0 {
        return ("runs as user \(user); root inside is root outside", false)
      }
      return ("! root inside is root outside", true)
    }
    guard let outside = isolation.rootOutside else { return ("own; no root inside", false) }
    return ("root inside is user \(outside) outside", false)
  }

  /// Of a VMM, which usually has none of its own.
  private var namespacesInShort: [Line] {
    let kinds = Namespace.allCases
    if let reason = kinds.lazy.compactMap({ unknown($0) }).first, kinds.allSatisfy({ unknown($0) != nil }) {
      return [Line(.unknown, "namespaces", reason.explanation)]
    }
    let own = kinds.filter { isolation[$0] == .own }.map(\.label)
    let others = kinds.filter { if case .others = isolation[$0] { true } else { false } }.map(\.label)
    var lines: [Line] = []
    if !own.isEmpty { lines.append(Line(.own, "namespaces", own.joined(separator: ", "))) }
    if !others.isEmpty { lines.append(Line(.others, "namespaces", others.joined(separator: ", "))) }
    let host = kinds.filter { isolation[$0] == .host }
    if !host.isEmpty {
      let all = host.count == kinds.count ? "all eight are the host's" : host.map(\.label).joined(separator: ", ")
      lines.append(Line(.host, "namespaces", all))
    }
    return lines
  }

  private func unknown(_ namespace: Namespace) -> Reason? {
    if case .unknown(let reason) = isolation[namespace] { reason } else { nil }
  }

  // MARK: Limits

  private var limits: [Line] {
    let isMachine = isolation.hardware != nil
    let memory = frame.hostMemoryTotal.number.map { Self.bytes($0) }
    let inside = isMachine || isolation.hasOwnMemoryFigures ? nil : memory.map { "free inside says \($0)" }
    let cpus = isMachine ? nil : isolation.cpus.value.map { "nproc inside says \($0)" }
    return [
      limit("memory", .memoryLimit, inside) { Self.bytes(UInt64(max(0, min($0, 1e18)))) },
      Figure.named("cpu.limit_cores").flatMap {
        limit("CPU", $0, cpus) { "\(Self.decimal($0)) core\($0 == 1 ? "" : "s")" }
      },
      Figure.named("processes.limit").flatMap { limit("processes", $0, nil) { Scaled.count($0) } },
    ].compactMap { $0 }
  }

  private func limit(_ name: String, _ figure: Figure, _ more: String?, _ text: (Double) -> String) -> Line? {
    let tail = more.map { "; \($0)" } ?? ""
    switch frame.value(figure, row: row) {
    case .missing(.notApplicable): return nil
    case .missing(let reason): return Line(.unknown, name, reason.explanation)
    case .unlimited: return Line(.none, name, "no limit\(tail)")
    case .number(let number): return Line(.limited, name, text(number) + tail)
    case .integer(let number): return Line(.limited, name, text(Double(number)) + tail)
    }
  }

  /// `512 MiB`, `1.5 GiB`.
  static func bytes(_ value: UInt64) -> String { Scaled.bytes(Double(value)).replacing(".0 ", with: " ") }

  private static func decimal(_ value: Double) -> String {
    let text = Scaled.decimal(value, digits: 2)
    return text.hasSuffix(".00") ? String(text.dropLast(3)) : text
  }

  // MARK: Rights

  private var rights: [Line] {
    let rights = isolation.confinement
    return [
      line("user", isolation.hardware == nil ? .unknown(.notApplicable) : rights.user) { user in
        Line(user == 0 ? .none : .limited, "user", user == 0 ? "! root" : "user \(user)", isWarning: user == 0)
      },
      line("seccomp", rights.seccomp, seccomp), line("capabilities", rights.capabilities, capabilities),
      line("no_new_privs", rights.noNewPrivileges) { Line($0 ? .limited : .none, "no_new_privs", $0 ? "on" : "off") },
      line("LSM", rights.label, label),
    ].compactMap { $0 }
  }

  private func line<Value>(_ name: String, _ fact: Fact<Value>, _ make: (Value) -> Line) -> Line? {
    switch fact {
    case .known(let value): make(value)
    case .unknown(.notApplicable, nil): nil
    case .unknown: Line(.unknown, name, fact.explanation ?? "")
    }
  }

  private func seccomp(_ seccomp: Confinement.Seccomp) -> Line {
    switch seccomp {
    case .disabled:
      let isWarning = isolation.hardware == nil && workload.runtime != .gvisor
      return Line(.none, "seccomp", isWarning ? "! none: every system call is open" : "none", isWarning: isWarning)
    case .strict: return Line(.limited, "seccomp", "strict: read, write, exit")
    case .filter(let count):
      let layers = count.map { $0 > 1 ? ", \($0) of them" : "" } ?? ""
      return Line(.limited, "seccomp", "filter\(layers)")
    }
  }

  private func capabilities(_ has: Capabilities) -> Line {
    let count = has.bounding.nonzeroBitCount
    var text = count == 0 ? "none of \(has.known)" : "\(count) of \(has.known)"
    if has.isAll {
      text = count == has.known ? "all \(count)" : "\(text): as good as all"
    } else if let usual = Capabilities.defaults(of: workload.runtime) {
      let (added, dropped) = (has.added(to: usual), has.dropped(from: usual))
      text += ", \(workload.runtime.rawValue)'s default"
      if !added.isEmpty { text += " and \(added.joined(separator: " "))" }
      if !dropped.isEmpty { text += " less \(dropped.joined(separator: " "))" }
    } else if count > 0 {
      text += ": \(Capabilities.names(of: has.bounding).joined(separator: " "))"
    }
    let inUse = has.effective.nonzeroBitCount
    if inUse != count { text += "; \(inUse) in use" }
    let isOpen = has.isAll && isolation.hardware == nil && isolation.sharesUsers != false
    return Line(has.isAll ? .none : .limited, "capabilities", (isOpen ? "! " : "") + text, isWarning: isOpen)
  }

  private func label(_ label: Confinement.SecurityLabel) -> Line {
    switch label {
    case .none: Line(.none, "LSM", "none that labels processes")
    case .unconfined: Line(.none, "LSM", "unconfined")
    case .appArmor(let profile, let mode):
      Line(.limited, "LSM", "AppArmor, \(profile.harmless)\(mode.map { ", \($0.harmless)" } ?? "")")
    case .selinux(let label): Line(.limited, "LSM", "SELinux, \(label.harmless)")
    }
  }

  private var rootFiles: Line? {
    line("root files", isolation.rootFiles) { files in
      Line(files.isReadOnly ? .limited : .none, "root files", files.isReadOnly ? "read-only" : "writable")
    }
  }

  private var devices: Line? {
    line("devices", isolation.devices) { access in
      switch access {
      case .all: return Line(.none, "devices", "! all of the host's", isWarning: true)
      case .usual(let more):
        let list = VirtualThing.list(more.map(\.harmless), most: 6)
        return Line(.limited, "devices", "the usual ten\(more.isEmpty ? "" : " and \(list)")")
      }
    }
  }
}
