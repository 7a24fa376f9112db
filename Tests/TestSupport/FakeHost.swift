internal import FoundationEssentials
public import KernelStats
public import TareModel
public import TareSampling

/// A machine in a folder: small files of /proc, /sys and /run with the manifest of a capture, replayed like any other.
///
/// The clock starts at 1,000 s since boot and goes on by 1 s an instant. Files that change get `at: 1`, `at: 2`, ….
public final class FakeHost {
  public enum Mode: String, Sendable, CaseIterable { case v1, v2, hybrid }

  public let folder: TemporaryFolder
  public let mode: Mode
  public var instants = 1
  /// Nanoseconds between two instants.
  public var step: UInt64 = 1_000_000_000
  public var uid: UInt32 = 0
  public var kvmAvailable = true
  public var hypervisorSignature = ""
  private var errors: [[String: Int32]] = []

  public static let bootedAt: UInt64 = 1_700_000_000_000_000_000
  private static let start: UInt64 = 1_000_000_000_000
  public static let v1Controllers = ["cpu", "cpuacct", "cpuset", "memory", "blkio", "pids", "devices", "freezer"]

  public init(_ mode: Mode = .v2) throws {
    self.mode = mode
    folder = try TemporaryFolder()
    try writeMounts()
    try writeHost()
    try process(1, parent: 0, name: "init", start: 1)
    try folder.link("/proc/self/ns/mnt", to: "mnt:[1]")
    try folder.link("/proc/self/ns/user", to: "user:[1]")
    try folder.link("/proc/self/ns/net", to: "net:[1]")
    try folder.link("/proc/self/ns/pid", to: "pid:[1]")
  }

  /// Writes a file; `at` is the instant from which it counts, for that instant alone where it is not 0.
  public func file(_ path: String, _ text: String, at instant: Int = 0) throws {
    instants = max(instants, instant + 1)
    try folder.write(instant == 0 ? path : "/\(instant)\(path)", text)
  }

  /// Makes a read of this path fail.
  public func fail(_ path: String, _ code: Int32, at instant: Int = 0) {
    instants = max(instants, instant + 1)
    while errors.count <= instant { errors.append([:]) }
    errors[instant][path] = code
  }

  /// The mount point of a controller's hierarchy.
  public func mount(_ controller: String) -> String {
    switch mode {
    case .v2: "/sys/fs/cgroup"
    case .v1: "/sys/fs/cgroup/\(controller)"
    case .hybrid: controller == "unified" ? "/sys/fs/cgroup/unified" : "/sys/fs/cgroup/\(controller)"
    }
  }

  public func root() throws -> KernelRoot {
    while errors.count < instants { errors.append([:]) }
    let manifest = Manifest(
      instants: (0..<UInt64(instants)).map { index in
        let now = Self.start + index * step
        return Manifest.Clocks(realtime: Self.bootedAt + now, monotonic: now, boottime: now)
      }, errors: errors,
      facts: Manifest.Facts(uid: uid, hypervisorSignature: hypervisorSignature, kvmAvailable: kvmAvailable))
    try folder.write("/capture.json", bytes: Array(JSONEncoder().encode(manifest)))
    return try KernelRoot(replaying: folder.path)
  }

  /// One sample an instant, in order.
  public func samples(
    names: any EngineNames = FixedEngineNames(), environment: [String: String] = [:],
    sources: [any WorkloadSource] = allSources(), users: Bool = false
  ) throws -> [Sample] {
    let root = try root()
    let sampler = try Sampler(
      root, environment: environment, names: names, sources: sources, budget: DescriptorBudget(0))
    return try allFrames(of: LocalSource(root, sampler), users: users).map(\.current)
  }

  /// The last two samples side by side.
  public func frame(names: any EngineNames = FixedEngineNames(), environment: [String: String] = [:]) throws -> Frame {
    let samples = try samples(names: names, environment: environment)
    return Frame(previous: samples.count > 1 ? samples[samples.count - 2] : nil, current: samples[samples.count - 1])
  }

  private func writeMounts() throws {
    var lines = ["22 27 0:21 / /proc rw,relatime - proc proc rw"]
    if mode == .v2 { lines.append("30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate") }
    if mode == .hybrid { lines.append("41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw") }
    if mode != .v2 {
      for (index, controller) in Self.v1Controllers.enumerated() {
        lines.append("\(50 + index) 31 0:\(50 + index) / \(mount(controller)) rw - cgroup cgroup rw,\(controller)")
      }
    }
    try file("/proc/self/mountinfo", lines.joined(separator: "\n") + "\n")
    if mode == .v2 { try file("/sys/fs/cgroup/cgroup.controllers", "cpuset cpu io memory pids\n") }
  }

  private func writeHost() throws {
    try file("/proc/stat", "cpu  1000 0 500 90000 10 0 0 20 100 0\ncpu0 1000 0 500 90000 10 0 0 20 100 0\n")
    try file("/proc/meminfo", "MemTotal:       8000000 kB\nMemFree:        1000000 kB\nMemAvailable:   6000000 kB\n")
    for resource in ["cpu", "memory", "io"] {
      try file("/proc/pressure/\(resource)", FakeHost.pressure(some: 1000, full: 500))
    }
    try file("/proc/loadavg", "0.00 0.01 0.05 1/100 5000\n")
    try file("/proc/sys/kernel/hostname", "fakehost\n")
    try file("/proc/sys/kernel/osrelease", "6.8.0-test\n")
    try file("/sys/devices/system/cpu/online", "0-1\n")
    try file("/proc/cpuinfo", "processor\t: 0\nflags\t\t: fpu vme\n")
  }

  public static func pressure(some: UInt64, full: UInt64) -> String {
    "some avg10=0.00 avg60=0.00 avg300=0.00 total=\(some)\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=\(full)\n"
  }

  private struct Manifest: Codable {
    struct Clocks: Codable {
      var realtime: UInt64
      var monotonic: UInt64
      var boottime: UInt64
    }
    struct Facts: Codable {
      var pageSize: UInt64 = 4096
      var clockTicks: UInt64 = 100
      var uid: UInt32
      var hypervisorSignature: String
      var kvmAvailable: Bool
    }
    var schema = "tare.capture/1"
    var instants: [Clocks]
    var errors: [[String: Int32]]
    var facts: Facts
    var engineNames: [String] = []
  }
}
