import KernelStats
import TareModel
import TestSupport
import Testing

@testable import TareSampling

/// tare in a container of Docker 20.10 on cgroup v1 (Linux 6.18) and in namespaces on v2 (Linux 6.1): mountinfo and cgroup
/// paths as they were there, with the processes of the host.
struct InContainerTests {
  struct Place: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var mode = FakeHost.Mode.v1
    /// Lines of mountinfo for the hierarchy of memory, SELF for tare's own container.
    let mounts: [String]
    let isInNamespace: Bool
    /// Where the files of all groups are; nil where only tare's own are seen.
    let folder: String?
    /// Why another container has no figures.
    var reason: Reason?
  }

  static let v1 = "cgroup cgroup rw,memory"
  static let part = "118 114 0:32 /docker/SELF /sys/fs/cgroup/memory ro,relatime - \(v1)"
  static let inner = "118 114 0:32 / /sys/fs/cgroup/memory ro,relatime - \(v1)"
  static let places: [Place] = [
    Place(
      testDescription: "host's namespace, nothing bound", mounts: [part], isInNamespace: false, folder: nil,
      reason: .outsideMount),
    Place(
      testDescription: "host's namespace, bound over", mounts: ["124 120 0:32 / /sys/fs/cgroup/memory rw - \(v1)"],
      isInNamespace: false, folder: "/sys/fs/cgroup/memory"),
    Place(
      testDescription: "host's namespace, bound beside",
      mounts: [part, "131 127 0:32 / /host/cgroup/memory rw - \(v1)"],
      isInNamespace: false, folder: "/host/cgroup/memory"),
    Place(
      testDescription: "own namespace, nothing bound", mounts: [inner], isInNamespace: true, folder: nil,
      reason: .cgroupNamespace),
    Place(
      testDescription: "own namespace, bound over", mounts: ["124 120 0:32 /../.. /sys/fs/cgroup/memory rw - \(v1)"],
      isInNamespace: true, folder: "/sys/fs/cgroup/memory"),
    Place(
      testDescription: "own namespace, bound beside",
      mounts: [inner, "131 127 0:32 /../.. /host/cgroup/memory rw - \(v1)"], isInNamespace: true,
      folder: "/host/cgroup/memory"),
    Place(
      testDescription: "v2, own namespace, host's mount", mode: .v2,
      mounts: ["57 56 0:26 /../.. /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw"], isInNamespace: true,
      folder: "/sys/fs/cgroup"),
    Place(
      testDescription: "v2, own namespace, own mount", mode: .v2,
      mounts: ["57 56 0:26 / /sys/fs/cgroup rw,relatime - cgroup2 none rw"], isInNamespace: true, folder: nil,
      reason: .cgroupNamespace),
    Place(
      testDescription: "v2, own namespace, host's mount beside", mode: .v2,
      mounts: [
        "67 44 0:26 /../.. /host rw,relatime - cgroup2 cgroup2 rw", "57 56 0:26 / /sys/fs/cgroup rw - cgroup2 none rw",
      ], isInNamespace: true, folder: "/host"),
  ]

  private let own = FakeHost.containerID("53")
  private let web = FakeHost.containerID("e0")

  @Test(arguments: places) func `another container has its figures, or the true reason`(place: Place) throws {
    let host = try FakeHost(place.mode)
    let lines = place.mounts.map { $0.replacing("SELF", with: own) }
    try host.file("/proc/self/mountinfo", lines.joined(separator: "\n") + "\n")
    let hierarchy = place.mode == .v2 ? "0::" : "4:memory:"
    let (above, beside) = place.isInNamespace ? ("/../..", "/..") : ("/", "/docker")
    try host.file("/proc/1/cgroup", "\(hierarchy)\(above)\n")
    try host.file("/proc/self/stat", "67 (tare) R 1 67 67 0\n")
    try host.file("/proc/self/cgroup", "\(hierarchy)\(place.isInNamespace ? "/" : "/docker/\(own)")\n")
    try host.folder.link(
      "/proc/self/ns/cgroup", to: place.isInNamespace ? "cgroup:[4026532250]" : "cgroup:[4026531835]")
    try host.docker(web, name: "web", pid: 200, cgroup: "/docker/\(web)", writesState: false)
    try host.file("/proc/200/cgroup", "\(hierarchy)\(beside)/\(web)\n")
    try host.file("/proc/199/cgroup", "\(hierarchy)\(above)\n")
    if let folder = place.folder {
      let (charge, mark) =
        place.mode == .v2 ? ("memory.current", "cgroup.controllers") : ("memory.usage_in_bytes", "release_agent")
      try host.file("\(folder)/\(mark)", "memory\n")
      try host.file("\(folder)/cgroup.procs", "1\n")
      try host.file("\(folder)/docker/\(own)/cgroup.procs", "67\n")
      try host.file("\(folder)/docker/\(web)/cgroup.procs", "200\n")
      try host.file("\(folder)/docker/\(web)/\(charge)", "1814528\n")
    }
    let frame = try host.frame()
    #expect(frame.current.workloads.map(\.id) == ["docker:\(web)"])
    #expect(frame.current[0, .memoryCurrent] == place.reason.map { .missing($0) } ?? .value(1_814_528))
    if place.folder != nil { #expect(frame.current.workloads[0].cgroup == "/docker/\(web)") }
  }
}
