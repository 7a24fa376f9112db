/// One container or virtual machine, or a Unix user with what it runs in none: what does not change while it lives, except
/// names that come late.
public struct Workload: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case container
    /// Containers that share a network, a lifetime and a limit, and run in it: Kubernetes' unit.
    case pod
    case vm
    /// All processes of a Unix user that run in no other workload: the same programs without a box.
    case user

    /// The mark before its name on the screen, where colour alone must not tell.
    public var letter: String {
      switch self {
      case .container: "C"
      case .pod: "K"
      case .vm: "V"
      case .user: "P"
      }
    }

    /// Whether it is a container, or several in a pod.
    public var isContainer: Bool { self == .container || self == .pod }
  }

  public enum Runtime: String, Sendable, Hashable, CaseIterable {
    case docker, podman, containerd
    case criO = "cri-o"
    case runc, crun, lxc, incus, nspawn, gvisor, kata, qemu, libvirt, proxmox, firecracker
    case cloudHypervisor = "cloud-hypervisor"
    case crosvm, virtualbox, uml, kvm
    /// A container's that tare does not know.
    case unknown
    /// None: a user's processes run on the host itself.
    case host
  }

  /// How a VM's instructions are carried out.
  public enum Accelerator: String, Sendable, Hashable {
    case kvm
    /// QEMU's own translation.
    case tcg
    /// The guest's kernel is a process of the host.
    case uml
    /// VirtualBox's driver.
    case vbox
  }

  /// What a VM's command line says of its hardware.
  public struct Machine: Sendable, Hashable {
    public var accelerator: Accelerator?
    /// Paths of disks and firmware images, as given.
    public var disks: [String]
    /// Release of the guest's kernel: `6.1.0`, as the guest said. Foreign text.
    public var guestKernel: String?

    public init(accelerator: Accelerator?, disks: [String] = []) {
      self.accelerator = accelerator
      self.disks = disks
    }
  }

  /// Stable from sample to sample: `docker:ID`, `runc:NAME`, `libvirt:UUID`, `proxmox:NUMBER`, `kata:SANDBOX`,
  /// `user:UID`, and for other hypervisors `qemu:PID:START` with START in clock ticks since boot.
  public var id: String
  /// What people call it, else the short id. Foreign text: make it harmless before it goes anywhere.
  public var name: String
  public var kind: Kind
  public var runtime: Runtime
  /// The image or boot disk.
  public var image: String?
  /// As the engine has them; nil where none was asked. Foreign text.
  public var labels: [String: String]?
  /// Name of the pod that a container is of.
  public var pod: String?
  /// The pod's namespace: two pods of one name may run in two.
  public var namespace: String?
  /// The id of the workload that this one runs in.
  public var parent: String?
  public var mainPid: Int32?
  /// Path below the cgroup root, in the unified hierarchy or, in v1, in that of its memory.
  public var cgroup: String?
  /// Start of the main process, realtime nanoseconds since 1970.
  public var startedAt: UInt64?
  public var machine: Machine?
  /// The kinds of isolation around the application, outermost first, where there is more than the row's own: Kata's
  /// containers are in a VM and in namespaces of its guest.
  public var boundaries: [Kind]
  /// Processes that serve this workload and are no rows: shim, conmon, a pod's pause, virtiofsd, swtpm.
  public var helpers: [Int32]
  public var boot: BootTimeline
  /// Why text fields are absent, by field name.
  public var absences: [String: Reason]

  /// Takes the secrets out of what runtimes and arguments say; see ``Swift/String/withoutSecrets``.
  public mutating func dropSecrets() {
    name = name.withoutSecrets
    image = image?.withoutSecrets
    labels = labels?.withoutSecrets
    if let disks = machine?.disks { machine?.disks = disks.map(\.withoutSecrets) }
  }

  public init(
    id: String, name: String, kind: Kind, runtime: Runtime, mainPid: Int32? = nil, cgroup: String? = nil
  ) {
    self.id = id
    self.name = name
    self.kind = kind
    self.runtime = runtime
    self.mainPid = mainPid
    self.cgroup = cgroup
    helpers = []
    boundaries = [kind]
    boot = BootTimeline()
    absences = [:]
  }
}
