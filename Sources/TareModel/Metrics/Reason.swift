/// Why a number is not there. The reason travels from the place that could not read it to the screen and to JSON;
/// nothing is ever shown as 0 because it is unknown.
public enum Reason: String, Sendable, Hashable, CaseIterable {
  /// A rate needs two samples, and this is the first.
  case firstSample = "first-sample"
  case noPermission = "no-permission"
  /// The controller is not mounted, or not enabled for this cgroup.
  case noController = "no-controller"
  /// The kernel has no pressure stall information, or it is switched off.
  case noPressure = "no-psi"
  case notApplicable = "not-applicable"
  case noGuestAgent = "no-guest-agent"
  case kernelTooOld = "kernel-too-old"
  /// The guest runs by software emulation, which leaves no guest time.
  case softwareEmulation = "software-emulation"
  /// The workload shares the host's network, so the bytes are not its own.
  case hostNetwork = "host-network"
  /// Others share its network namespace, and the bytes are counted once: for its pod, or for the workload that was there first.
  case sharedNetwork = "shared-network"
  /// Others are in the same cgroup, so its figures are not this workload's.
  case sharedCgroup = "shared-cgroup"
  /// Without thread names nobody can tell a vCPU from the emulator.
  case unnamedThreads = "unnamed-threads"
  /// Its cgroup, or one above it that may limit it, is outside of tare's cgroup namespace and no mount shows it.
  case cgroupNamespace = "cgroup-namespace"
  /// Its cgroup, or one above it that may limit it, is not in what is mounted where tare runs.
  case outsideMount = "outside-mount"
  /// The counter went back, or its cgroup was made anew.
  case counterReset = "counter-reset"
  /// It contradicts the machine or another counter: more CPU time than all CPUs had, more memory than there is, a part larger
  /// than its whole.
  case inconsistent
  /// The workload was gone when this was read.
  case ended
  /// It is read only when asked for, because it is expensive.
  case onDemand = "on-demand"
  /// It is read bit by bit, and its turn has not come.
  case notYetRead = "not-yet-read"
  /// The file was there, but not in the form that the kernel documents.
  case malformed
  /// What is read does not say it.
  case notReported = "not-reported"
  /// It was told too long ago, or never yet.
  case stale

  /// One sentence for people, with a remedy where there is one.
  public var explanation: String {
    switch self {
    case .firstSample: "A rate needs two samples: give an interval."
    case .noPermission: "It may not be read by this user: run as root."
    case .noController: "The cgroup controller is not mounted or not enabled here."
    case .noPressure: "The kernel gives no pressure figures: boot with psi=1."
    case .notApplicable: "It does not exist for this kind of workload."
    case .noGuestAgent: "Only the guest knows, and it was not asked: --qmp asks QEMU's."
    case .kernelTooOld: "This kernel does not count it."
    case .softwareEmulation: "Software emulation leaves no guest time."
    case .hostNetwork: "The workload uses the host's network: the bytes are not its own."
    case .sharedNetwork:
      "Another workload has the same network namespace: the bytes are counted there, once."
    case .sharedCgroup: "Others are in the same cgroup: its figures are not the workload's."
    case .cgroupNamespace:
      "Its cgroup is outside of tare's cgroup namespace: run tare with --cgroupns host or the host's /sys/fs/cgroup."
    case .outsideMount:
      "Its cgroup is not in what is mounted where tare runs: give tare the host's /sys/fs/cgroup, read-only."
    case .unnamedThreads:
      "The vCPU threads have no names: start QEMU with -name NAME,debug-threads=on, or tare with --qmp."
    case .counterReset: "The counter went back or its cgroup was made anew."
    case .inconsistent: "The kernel's counter says more than this machine, or the whole that it is part of, can have."
    case .ended: "The workload ended before it was read."
    case .onDemand: "It is dear to read and was not asked for."
    case .notYetRead: "It is dear, so it is read bit by bit, and its turn has not come: a later sample has it."
    case .malformed: "The kernel file is not in its documented form."
    case .notReported: "Nothing that was read says it."
    case .stale: "The guest has not told it lately: give its balloon guest-stats-polling-interval=2."
    }
  }
}
