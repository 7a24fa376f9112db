/// The machine that tare runs on: what does not change from sample to sample.
public struct Host: Sendable, Hashable {
  public enum CgroupMode: String, Sendable, Hashable { case v1, v2, hybrid }

  public var hostname: String
  public var kernelRelease: String
  public var cpusOnline: Int
  /// Nil where no cgroup hierarchy is mounted.
  public var cgroupMode: CgroupMode?
  /// Controllers whose files are those of cgroup v1, where there are both; nil where nobody has said it.
  public var v1Controllers: Set<String>?
  /// The hypervisor that this host itself runs in: `kvm`, `vmware`, …; nil on bare metal.
  public var virtualization: String?
  /// `/dev/kvm` can be opened for reading and writing by this user.
  public var kvmAvailable: Bool
  /// tare itself runs in a namespace of processes that is not the machine's: it cannot see what is outside.
  public var isInContainer = false
  /// Why processes of the machine cannot be seen: then none that is found does not mean that none runs. Nil where they can.
  public var hidden: HiddenProcesses?

  public init(
    hostname: String, kernelRelease: String, cpusOnline: Int, cgroupMode: CgroupMode?, virtualization: String?,
    kvmAvailable: Bool
  ) {
    self.hostname = hostname
    self.kernelRelease = kernelRelease
    self.cpusOnline = cpusOnline
    self.cgroupMode = cgroupMode
    self.virtualization = virtualization
    self.kvmAvailable = kvmAvailable
  }
}

extension Host {
  /// Whether a controller's files are those of cgroup v1 here; nil where both are mounted and nobody has said it.
  func isV1(_ controller: String) -> Bool? {
    switch cgroupMode {
    case .v1: true
    case .v2: false
    // Files that every group has are the unified hierarchy's.
    case .hybrid: controller.isEmpty ? false : v1Controllers?.contains(controller)
    case nil: nil
    }
  }
}

/// The host's counters at one instant.
public struct HostReadings: Sendable, Hashable {
  /// CPU time that ran something, nanoseconds over all CPUs; steal is not in it, guests are. From /proc/stat.
  public var cpuBusy: Reading = .missing(.firstSample)
  /// Time that an outer hypervisor took away, nanoseconds.
  public var cpuSteal: Reading = .missing(.firstSample)
  /// Time that ran guests of this host, nanoseconds; part of busy.
  public var cpuGuest: Reading = .missing(.firstSample)
  /// Time in interrupts and what they put off, nanoseconds; part of busy. No process is charged with it.
  public var cpuInterrupts: Reading = .missing(.firstSample)
  /// Bytes that the kernel itself holds and cannot give back: SUnreclaim, KernelStack, PageTables, SecPageTables and Percpu
  /// of /proc/meminfo. What is held for containers is in it.
  public var memoryKernel: Reading = .missing(.notReported)
  /// Processes in no workload, threads of the kernel left out: as the last look for workloads had them.
  public var processes: Reading = .missing(.firstSample)
  /// Bytes. From /proc/meminfo.
  public var memoryTotal: Reading = .missing(.notReported)
  /// Bytes that could be given to a new program without swapping.
  public var memoryAvailable: Reading = .missing(.notReported)
  /// Microseconds of stall. From /proc/pressure.
  public var pressureCpuSome: Reading = .missing(.noPressure)
  public var pressureMemorySome: Reading = .missing(.noPressure)
  public var pressureMemoryFull: Reading = .missing(.noPressure)
  public var pressureIoSome: Reading = .missing(.noPressure)

  public init() {}
}
