import KernelStats
import TareModel
import TestSupport
import Testing

@testable import TareSampling

/// Net and tare, from files to figures.
struct BoxTests {
  private let docker = FakeHost.containerID("a1")

  private func smaps(_ host: FakeHost, _ pid: Int32, ram: UInt64, vmm: UInt64, hugetlb: UInt64 = 0, name: String = "")
    throws
  {
    try host.file(
      "/proc/\(pid)/smaps",
      """
      7f0000000000-7f0010000000 rw-p 00000000 00:0\(name.isEmpty ? 0 : 1) \(name.isEmpty ? 0 : 9) \(name)
      Rss: \(ram) kB
      Pss: \(ram) kB
      Private_Hugetlb: \(hugetlb) kB
      7f1000000000-7f1000100000 rw-p 00000000 00:00 0
      Rss: \(vmm + 500) kB
      Pss: \(vmm) kB

      """)
  }

  private func value(_ frame: Frame, _ name: String) throws -> FigureValue {
    frame.value(try #require(Figure.named(name)), row: 0)
  }

  @Test(arguments: [FakeHost.Mode.v2, .v1, .hybrid] as [FakeHost.Mode])
  func `a container's shim is its tare`(mode: FakeHost.Mode) throws {
    let host = try FakeHost(mode)
    try host.docker(docker, name: "web", pid: 200)
    let frame = try host.frame()
    let charged = try #require(try value(frame, "memory.current_bytes").number)
    // FakeHost: PSS 3000 KiB and 2048 KiB of huge pages.
    #expect(try value(frame, "tare.memory.tare_bytes") == .integer(5048 << 10))
    #expect(try value(frame, "tare.memory.net_bytes").number == charged)
    #expect(try value(frame, "tare.memory.gross_bytes").number == charged + Double(5048 << 10))
    #expect(frame.pair(0).memoryWeight.certainty == .measured)
  }

  @Test func `a shim that may not be looked into counts with all that is resident, inferred`() throws {
    let host = try FakeHost()
    host.instants = 2
    try host.docker(docker, name: "web", pid: 200)
    for instant in 0..<2 { host.fail("/proc/199/smaps_rollup", 13, at: instant) }
    let weight = try host.frame().pair(0).memoryWeight
    #expect(weight.tare == Double(1000 * 4096))
    #expect(weight.certainty == .inferred)
  }

  @Test func `a shim that ended has taken its memory with it, and its CPU time stays`() throws {
    let host = try FakeHost()
    host.instants = 2
    try host.docker(docker, name: "web", pid: 200)
    host.end(199, at: 1)
    let frame = try host.frame()
    #expect(frame.current[0, .cpuHelpers] == .value(1_500_000_000))
    #expect(try value(frame, "cpu.helpers_percent") == .number(0))
  }

  @Test func `a shim that is known a moment later counts from then on, and its CPU time does not jump`() throws {
    let host = try FakeHost()
    host.instants = 3
    try host.docker(docker, name: "web", pid: 200, writesState: false)
    // So young that it is looked at once more; at first nobody sees what its parent is.
    try host.file("/proc/200/stat", Self.stat(200, parent: 199, start: 99_990))
    host.fail("/proc/199/cmdline", 2)
    let samples = try host.samples()
    #expect(samples[0][0, .memoryHelpers] == .value(0))
    #expect(samples[2][0, .memoryHelpers] == .value(5048 << 10))
    #expect(samples[2][0, .cpuHelpers] == .value(0))
  }

  private static func stat(_ pid: Int32, parent: Int32, start: UInt64) -> String {
    "\(pid) (sh) S \(parent) 1 1 0 -1 0 0 0 0 0 1 1 0 0 20 0 1 0 \(start) "
      + (0..<30).map { _ in "0" }.joined(separator: " ")
      + "\n"
  }

  @Test func `a VM's memory is the guest's and the VMM's`() throws {
    let host = try FakeHost()
    try host.qemu(300, ["-name", "db", "-m", "256"], cgroup: "/user.slice", kvm: true)
    try host.process(301, name: "bash", cgroup: "/user.slice")
    try smaps(host, 300, ram: 4000, vmm: 1000)
    let frame = try host.frame()
    #expect(try value(frame, "memory.vmm_bytes") == .integer(1000 << 10))
    #expect(frame.current[0, .memoryGuestResident].number ?? 0 > 0)
    let weight = frame.pair(0).memoryWeight
    #expect(weight.obstacle == .noGuestAgent)
    #expect(weight.tareAtLeast == Double(1000 << 10))
    #expect(try value(frame, "tare.memory.net_bytes") == .missing(.noGuestAgent))
  }

  @Test func `huge pages are the guest's, also where its cgroup does not charge them`() throws {
    let host = try FakeHost()
    try host.qemu(300, ["-name", "db", "-m", "256"], cgroup: "/machine.slice/db.scope", kvm: true)
    try host.cgroup("/machine.slice/db.scope")
    try smaps(host, 300, ram: 0, vmm: 1000, hugetlb: 2048, name: "/dev/hugepages/x (deleted)")
    let frame = try host.frame()
    // Resident: 1000 pages and 2048 KiB of huge ones; at the look 1500 + 2048 KiB.
    #expect(try #require(frame.current[0, .memoryGuestResident].number) >= 2048 << 10)
    let charged = Usage().memory
    #expect(frame.current[0, .memoryCurrent] == .value(charged + 2048 << 10))
  }

  @Test func `guest RAM that a helper maps is not the helper's`() throws {
    let host = try FakeHost()
    try host.qemu(
      300, ["-name", "db", "-m", "256", "-chardev", "socket,id=c,path=/run/fs.sock"], cgroup: "/user.slice")
    try host.process(301, name: "bash", cgroup: "/user.slice")
    try host.process(
      310, name: "virtiofsd", cgroup: "/user.slice", arguments: ["virtiofsd", "--socket-path=/run/fs.sock"])
    try smaps(host, 300, ram: 4000, vmm: 1000, name: "/memfd:ram (deleted)")
    try smaps(host, 310, ram: 2000, vmm: 300, name: "/memfd:ram (deleted)")
    let frame = try host.frame()
    // PSS is the charge: the helper is in it.
    #expect(frame.current[0, .memoryHelpersInside] == .value(300 << 10))
    #expect(frame.current[0, .memoryHelpers] == .value(0))
    #expect(frame.pair(0).memoryWeight.tareAtLeast == Double(1300 << 10))
  }

  @Test func `gVisor's sentry in the container's cgroup is tare, what it keeps for the application is net`() throws {
    let host = try FakeHost()
    try host.gvisor("box", pid: 400, cgroup: "/gvisor")
    for pid: Int32 in [399, 400] {
      try smaps(host, pid, ram: pid == 400 ? 1000 : 0, vmm: 100, name: "/memfd:runsc-memory (deleted)")
    }
    let frame = try host.frame()
    #expect(frame.current[0, .memoryHelpersInside] == .value(200 << 10))
    let charged = Double(Usage().memory)
    #expect(frame.pair(0).memoryWeight.gross == charged)
    #expect(frame.pair(0).memoryWeight.tare == Double(200 << 10))
  }

  @Test func `a captured host of an older version says that its helpers are unknown`() throws {
    let host = try FakeHost()
    try host.docker(docker, name: "web", pid: 200)
    host.fail("/proc/199/smaps_rollup", 2)
    host.fail("/proc/199/statm", 2)
    let frame = try host.frame()
    #expect(try value(frame, "tare.memory.gross_bytes") == .missing(.notReported))
  }

  @Test func `mappings that are broken are said, and nothing is made up`() throws {
    let host = try FakeHost()
    try host.qemu(300, ["-name", "db", "-m", "256"], cgroup: "/user.slice", kvm: true)
    try host.process(301, name: "bash", cgroup: "/user.slice")
    try host.file("/proc/300/smaps", "7f0000000000-7f0010000000 rw-p 0 00:00 0\nRss: lots\n")
    let frame = try host.frame()
    #expect(frame.current[0, .memoryVmm] == .missing(.malformed))
    #expect(frame.current.problems.contains { $0.message.contains("/proc/300/smaps:2") })
  }
}
