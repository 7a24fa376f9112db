/// Something that makes a box weaker than people believe, in one sentence.
public struct IsolationWarning: Sendable, Hashable {
  /// The most dangerous first.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case privileged
    case engineSocket = "engine-socket"
    case hostRoot = "host-root"
    case allDevices = "all-devices"
    case capability
    case hostPids = "host-pids"
    case hostNetwork = "host-network"
    case hostFiles = "host-files"
    case systemFolder = "system-folder"
    case noSeccomp = "no-seccomp"
    case unconfined
    case hostIpc = "host-ipc"
    case vmmAsRoot = "vmm-as-root"
    case emulated
    case rootIsRoot = "root-is-root"
  }

  public let kind: Kind
  /// One sentence, harmless.
  public let text: String

  /// Sorted by danger.
  public static func all(_ isolation: Isolation, _ workload: Workload) -> [IsolationWarning] {
    var found = Finder(isolation, workload)
    found.look()
    let order = Kind.allCases
    // A stable order within one kind, too.
    return found.warnings.enumerated().sorted { one, other in
      let (first, second) = (order.firstIndex(of: one.element.kind) ?? 0, order.firstIndex(of: other.element.kind) ?? 0)
      return (first, one.offset) < (second, other.offset)
    }.map(\.element)
  }

  /// What each dangerous capability is good for.
  static let dangerous: [(name: String, harm: String)] = [
    ("SYS_ADMIN", "it may mount file systems and much else: a way out"),
    ("SYS_MODULE", "it may load modules into the host's kernel"),
    ("SYS_RAWIO", "it may write to the machine's memory and devices"),
    ("SYS_PTRACE", "it may look into, and change, processes that it sees"),
    ("DAC_READ_SEARCH", "it may read any file that it can reach, by handle"),
    ("BPF", "it may load programs into the host's kernel"),
    ("NET_ADMIN", "it may change interfaces, routes and packet filters"),
    ("SYS_BOOT", "it may restart the machine"),
    ("SYS_TIME", "it may set the clock of the machine"),
    ("MAC_ADMIN", "it may change the rules of the security module"),
  ]
}

/// The rules.
private struct Finder {
  let isolation: Isolation
  let workload: Workload
  var warnings: [IsolationWarning] = []

  init(_ isolation: Isolation, _ workload: Workload) { (self.isolation, self.workload) = (isolation, workload) }

  mutating func look() {
    if let hardware = isolation.hardware { return lookAtMachine(hardware) }
    let isPrivileged = lookAtRights()
    lookAtFiles()
    if isolation[.pid] == .host { add(.hostPids, "Host PIDs: it sees every process of the host.") }
    if isolation[.network] == .host {
      add(.hostNetwork, "Host network: its ports are the host's, and it reaches what only the host should.")
    }
    if isolation[.ipc] == .host { add(.hostIpc, "Host IPC: it shares memory segments and queues with the host.") }
    if workload.runtime != .gvisor, !isPrivileged, isolation.confinement.seccomp.value == .disabled {
      add(.noSeccomp, "No seccomp filter: every system call of the kernel is open to it.")
    }
    if !isPrivileged, isolation.confinement.label.value == .unconfined {
      add(.unconfined, "The security module leaves it unconfined.")
    }
    if isolation.sharesUsers == true { add(.rootIsRoot, "Root inside is root outside.") }
  }

  private mutating func add(_ kind: IsolationWarning.Kind, _ text: String) {
    warnings.append(IsolationWarning(kind: kind, text: text))
  }

  /// - Returns: whether it is privileged.
  private mutating func lookAtRights() -> Bool {
    // With users of its own it has power over what is its own alone.
    guard isolation.sharesUsers != false, let capabilities = isolation.confinement.capabilities.value else {
      return false
    }
    let isOpen = isolation.confinement.seccomp.value == .disabled
    if capabilities.isAll, isOpen {
      add(.privileged, "Privileged: all capabilities and no seccomp filter. Root inside can take over the host.")
      if isolation.devices.value == .all { add(.allDevices, "It may open every device of the host, its disks too.") }
      return true
    }
    if isolation.devices.value == .all { add(.allDevices, "It may open every device of the host, its disks too.") }
    if capabilities.isAll {
      add(
        .capability, "All capabilities: root inside may do what root outside may, but for the calls that are filtered.")
      return false
    }
    let usual = Capabilities.defaults(of: workload.runtime) ?? 0
    let added = Set(capabilities.added(to: usual))
    for (name, harm) in IsolationWarning.dangerous where added.contains(name) {
      add(.capability, "\(name) added: \(harm).")
    }
    return false
  }

  private mutating func lookAtFiles() {
    if isolation[.mount] == .host { return add(.hostFiles, "Host files: its file tree is the host's.") }
    for folder in isolation.hostFolders.value ?? [] {
      let access = folder.isReadOnly ? "read-only" : "writable"
      let (path, point) = (folder.path.harmless, folder.point.harmless)
      if folder.isEngineSocket {
        add(.engineSocket, "It has the socket of an engine, \(path): whoever is inside can be root on the host.")
      } else if folder.path == "/" {
        add(.hostRoot, "The host's root folder is inside, at \(point), \(access).")
      } else if Self.system.contains(folder.path) {
        add(.systemFolder, "The host's \(path) is inside, at \(point), \(access).")
      }
    }
  }

  private static let system: Set<String> = [
    "/boot", "/dev", "/etc", "/proc", "/root", "/run", "/sys", "/usr", "/var", "/var/run", "/var/lib/docker",
    "/var/lib/containerd", "/var/lib/containers", "/var/lib/kubelet",
  ]

  private mutating func lookAtMachine(_ hardware: VirtualHardware) {
    if hardware.accelerator == .tcg {
      add(.emulated, "Emulated: QEMU's translator alone keeps the guest in, which nobody built as a wall.")
    }
    guard isolation.confinement.user.value == 0, isolation.sharesUsers != false else { return }
    let isFiltered = isolation.confinement.seccomp.value.map { $0 != .disabled } ?? false
    add(
      .vmmAsRoot,
      "The VMM runs as root\(isFiltered ? "" : " and without a seccomp filter"): who breaks out of the guest is root on the host."
    )
  }
}
