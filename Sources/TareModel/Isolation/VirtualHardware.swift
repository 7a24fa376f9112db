/// The computer that a VMM shows to its guest, by its arguments and its configuration: claims, but of whoever made it.
public struct VirtualHardware: Sendable, Hashable {
  /// What the guest's RAM is on the host.
  public struct Backing: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable { case anonymous, memfd, file }

    public var kind: Kind
    /// Other processes, such as virtiofsd, may have it mapped too.
    public var isShared: Bool
    public var isHuge: Bool
    public var path: String?

    public init(_ kind: Kind, isShared: Bool = false, isHuge: Bool = false, path: String? = nil) {
      self.kind = kind
      self.isShared = isShared
      self.isHuge = isHuge
      self.path = path
    }
  }

  /// An image or a file that the VMM starts from.
  public struct Image: Sendable, Hashable {
    /// As given. Foreign text, as is the format.
    public var path: String
    public var format: String?
    public var isReadOnly: Bool
    public var size: Fact<Size>

    public init(path: String, format: String? = nil, isReadOnly: Bool = false, size: Fact<Size> = .unknown(.onDemand)) {
      self.path = path
      self.format = format
      self.isReadOnly = isReadOnly
      self.size = size
    }
  }

  /// Bytes.
  public struct Size: Sendable, Hashable {
    /// On the host's disk.
    public var allocated: UInt64
    /// As the guest sees it.
    public var virtual: UInt64

    public init(allocated: UInt64, virtual: UInt64) {
      self.allocated = allocated
      self.virtual = virtual
    }
  }

  /// A network card.
  public struct Card: Sendable, Hashable {
    /// As the VMM calls it: `virtio-net-pci`; nil for the machine's usual one.
    public var model: String?
    /// What it leads to: `tap vnet0`, `user`.
    public var backend: String

    public init(model: String?, backend: String) {
      self.model = model
      self.backend = backend
    }
  }

  public var accelerator: Workload.Accelerator?
  public var machineType: Fact<String>
  public var vcpus: Fact<UInt64>
  /// RAM given, bytes.
  public var memory: Fact<UInt64>
  public var backing: Fact<Backing>
  public var balloon: Fact<Bool>
  public var disks: Fact<[Image]>
  /// Kernel and initrd, where the VMM loads them itself.
  public var kernel: Fact<[Image]>
  public var cards: Fact<[Card]>
  /// What keeps the host out of the guest's memory: `sev`, `sev-snp`, `tdx`.
  public var confidential: Fact<[String]>

  /// All of it unknown, for one reason.
  public init(_ accelerator: Workload.Accelerator?, unknown reason: Reason, why: String? = nil) {
    self.accelerator = accelerator
    machineType = .unknown(reason, why: why)
    vcpus = .unknown(reason, why: why)
    memory = .unknown(reason, why: why)
    backing = .unknown(reason, why: why)
    balloon = .unknown(reason, why: why)
    disks = .unknown(reason, why: why)
    kernel = .unknown(reason, why: why)
    cards = .unknown(reason, why: why)
    confidential = .unknown(reason, why: why)
  }
}
