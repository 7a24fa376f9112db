public import KernelStats
public import TareModel

/// One runtime or hypervisor. To add one, add a folder to `Runtimes/` and its line to `All.swift`.
public protocol WorkloadSource: Sendable {
  /// As it stands in messages: `docker`.
  var name: String { get }

  /// Every workload of this kind that runs now. Called at each pass, so it opens as little as it can.
  func find(in context: DiscoveryContext) -> [Finding]

  /// Name, image, start and helpers of one workload. Called once in its life; what it opens follows ``KernelRoot/readTrusted(_:owner:)``.
  func describe(_ finding: Finding, in context: DiscoveryContext) -> Description

  /// Where it looks, for `tare doctor`: paths, and places in words.
  var places: [String] { get }

  /// What it finds and how, for the table in the documentation.
  var guide: SourceGuide { get }

  /// Of a hypervisor: what its VMM is like; nil of a runtime.
  var hypervisor: HypervisorTraits? { get }

  /// What of others it cannot see without being root, in words; nil where it sees all.
  var hiddenFromUsers: String? { get }
}

extension WorkloadSource {
  public var hypervisor: HypervisorTraits? { nil }
  public var hiddenFromUsers: String? { nil }
}

/// One line of the table "what tare finds and how". Words, no sentences.
public struct SourceGuide: Sendable, Hashable {
  /// What of it: `containers, also rootless`.
  public var finds: String
  /// What it is recognised by.
  public var by: String
  /// Where its name and image come from.
  public var names: String
  /// What of its start this source knows beyond what the kernel tells of every process.
  public var start: String
  /// The versions that it was run against; nil where only made-up hosts after the documented formats are.
  public var ranWith: String?

  public init(finds: String, by: String, names: String, start: String, ranWith: String?) {
    self.finds = finds
    self.by = by
    self.names = names
    self.start = start
    self.ranWith = ranWith
  }
}

/// A workload before anybody asked for its name.
public struct Finding: Sendable {
  /// As in ``Workload/id``.
  public var id: String
  public var kind: Workload.Kind
  public var runtime: Workload.Runtime
  public var main: Process
  /// Its own cgroups; empty where it shares those of others.
  public var own: OwnCgroups

  public init(id: String, kind: Workload.Kind, runtime: Workload.Runtime, main: Process, own: OwnCgroups) {
    self.id = id
    self.kind = kind
    self.runtime = runtime
    self.main = main
    self.own = own
  }
}

/// A workload with its name, and what went wrong on the way.
public struct Description: Sendable {
  public var workload: Workload
  /// The id that engines know it by; nil where no engine does.
  public var engineID: String?
  /// For a VM: what its VMM is like.
  var hypervisor: HypervisorTraits?
  /// For a VM: what its command line says.
  public var machine: MachineDescription?
  /// Threads of the kernel that work for this VM: vhost before Linux 6.4.
  public var kernelHelpers: [Int32] = []
  public var problems: [Problem] = []
  /// What this runtime or hypervisor tells of the start; what the kernel tells is added.
  public var signals: [BootSignal] = []
  /// What began, as the runtime or hypervisor tells it.
  public var start = BootTimeline.Kind.boot
  /// From when on it may stand still, such as a machine that is started halted; see ``BootTimeline/haltedFrom``.
  public var haltedFrom: UInt64?
  /// The first process of its own that still runs: shim, conmon, VMM.
  public var launcher: Process?
  /// No process of the host runs its payload, so none tells when that began: gVisor's sentry does.
  public var hidesPayload = false
  /// Where its engine writes what its check of the service says; nil where it has none.
  var healthFile: HealthFile?
  /// Where the runtime keeps its state.
  public var stateFolder: StateFolder?
  /// For a VM: where its guest may be asked.
  public var agent: GuestMachine.Endpoint?
  /// For a domain of libvirt: where that keeps what it does.
  var domainState: DomainState?
  /// For a VM: where its VMM may be asked.
  public var monitor: GuestMachine.Endpoint?

  public init(_ workload: Workload, engineID: String? = nil) {
    self.workload = workload
    self.engineID = engineID
  }
}

/// A folder of a runtime for one container, and the file with its state.
public struct StateFolder: Sendable {
  public var path: String
  public var file: String

  public init(_ path: String, file: String) {
    self.path = path
    self.file = "\(path)/\(file)"
  }
}

/// Figures of a VM that do not come from counters.
public struct MachineDescription: Sendable, Hashable {
  public var accelerator: Workload.Accelerator?
  public var vcpus: UInt64?
  /// Guest RAM, bytes.
  public var memory: UInt64?
  /// Names of tap devices.
  public var taps: [String] = []

  public init() {}
}
