/// What parts one workload from its host and from others, as its first process had it at one instant; of a VM what parts
/// its VMM, and the computer that the guest sees.
public struct Isolation: Sendable, Hashable {
  public var namespaces: [Namespace: Namespace.Sharing]
  public var confinement: Confinement
  /// The number of its first process as its own namespace has it; nil where that is this one.
  public var innerPid: Int32?
  /// CPUs that its first process may run on: what `nproc` says inside.
  public var cpus: Fact<UInt64>
  /// /proc/meminfo inside is one that was made for it (lxcfs), not the host's.
  public var hasOwnMemoryFigures: Bool
  public var rootFiles: Fact<RootFiles>
  public var hostFolders: Fact<[HostFolder]>
  public var users: Fact<[UserRange]>
  public var devices: Fact<DeviceAccess>
  /// Of a VM.
  public var hardware: VirtualHardware?

  /// All of it unknown, for one reason.
  public init(unknown reason: Reason) {
    namespaces = Dictionary(uniqueKeysWithValues: Namespace.allCases.map { ($0, .unknown(reason)) })
    confinement = Confinement(unknown: reason)
    cpus = .unknown(reason)
    hasOwnMemoryFigures = false
    rootFiles = .unknown(reason)
    hostFolders = .unknown(reason)
    users = .unknown(reason)
    devices = .unknown(reason)
  }

  public subscript(namespace: Namespace) -> Namespace.Sharing { namespaces[namespace] ?? .unknown(.notReported) }

  /// Which user of the host root inside is; nil where there is no root inside, or the map is unknown.
  public var rootOutside: UInt64? {
    guard let range = users.value?.first(where: { $0.inside == 0 && $0.count > 0 }) else { return nil }
    return range.outside
  }

  /// Every user inside is the same outside.
  public var sharesUsers: Bool? {
    switch self[.user] {
    case .host: true
    case .own, .others: rootOutside == 0
    case .unknown: users.value.map { _ in rootOutside == 0 }
    }
  }
}
