/// Parts of root's power, a bit each. From capabilities(7); `CapBnd` and `CapEff` of /proc/PID/status.
public struct Capabilities: Sendable, Hashable {
  /// All that it, and what it starts, could ever have.
  public var bounding: UInt64
  /// What its first process has now.
  public var effective: UInt64
  /// How many this kernel knows, 1 to 64: /proc/sys/kernel/cap_last_cap and one.
  public var known: Int
  /// What the machine's own first process could have: nobody can be given more.
  public var host: UInt64?

  public init(bounding: UInt64, effective: UInt64, known: Int, host: UInt64? = nil) {
    self.bounding = bounding
    self.effective = effective
    self.known = known
    self.host = host
  }

  /// By bit, from include/uapi/linux/capability.h of Linux 6.12.
  static let names = [
    "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP",
    "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER",
    "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE",
    "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP",
    "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF",
    "CHECKPOINT_RESTORE",
  ]

  /// In the kernel's order; `41` for one that tare does not know yet.
  public static func names(of mask: UInt64) -> [String] {
    (0..<64).filter { mask >> UInt64($0) & 1 == 1 }.map { $0 < names.count ? names[$0] : String($0) }
  }

  public static func mask(of wanted: [String]) -> UInt64 {
    names.enumerated().reduce(0) { $0 | (wanted.contains($1.element) ? 1 << UInt64($1.offset) : 0) }
  }

  /// What an engine leaves to a container that asks for nothing; nil where there is no such rule. From
  /// moby `oci/caps/defaults.go`, containerd `pkg/oci/spec.go`, `containers.conf` of Podman, CRI-O `server/…/capabilities`.
  public static func defaults(of runtime: Workload.Runtime) -> UInt64? {
    switch runtime {
    case .docker, .containerd: mask(of: podman + ["MKNOD", "NET_RAW", "AUDIT_WRITE"])
    case .podman: mask(of: podman)
    case .criO: mask(of: podman.filter { !["SETFCAP", "SYS_CHROOT"].contains($0) })
    default: nil
    }
  }

  private static let podman = [
    "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID",
    "SYS_CHROOT",
  ]

  /// All that there were before Linux 5.8, less what this machine has not itself: engines that are older than a
  /// capability leave it out of "all".
  public var isAll: Bool {
    let wanted = (UInt64(1) << UInt64(min(known, 38)) &- 1) & (host ?? .max)
    return wanted != 0 && bounding & wanted == wanted
  }

  /// What the bounding set has beyond these.
  public func added(to defaults: UInt64) -> [String] { Self.names(of: bounding & ~defaults) }

  /// What these have beyond the bounding set.
  public func dropped(from defaults: UInt64) -> [String] { Self.names(of: defaults & ~bounding) }
}
