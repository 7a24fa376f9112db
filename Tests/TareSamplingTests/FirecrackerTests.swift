import KernelStats
import TareModel
import TestSupport
import Testing

@testable import TareSampling

struct FirecrackerTests {
  private static let config = #"""
    {"boot-source": {"kernel_image_path": "/vmlinux", "boot_args": "token=HUSH"},
     "drives": [{"drive_id": "a", "path_on_host": "/data.ext4", "is_root_device": false},
                {"drive_id": "b", "path_on_host": "/root.ext4", "is_root_device": true}],
     "machine-config": {"vcpu_count": 2, "mem_size_mib": 256},
     "network-interfaces": [{"iface_id": "e", "host_dev_name": "tap7"}], "logger": {"log_path": "/fc.log"}}
    """#

  private func firecracker(
    _ host: FakeHost, _ arguments: [String], program: String = "/usr/bin/firecracker", sharesFiles: Bool = true
  ) throws {
    try host.process(
      700, name: "firecracker", cgroup: "/vm", program: program, arguments: ["firecracker"] + arguments,
      sharesFiles: sharesFiles, ticks: .init(user: 500, system: 20, guest: 400, threads: 2))
    try host.thread(700, of: 700, name: "firecracker", running: 1_000_000_000)
    try host.thread(701, of: 700, name: "fc_vcpu 0", running: 4_000_000_000)
    try host.cgroup("/vm")
  }

  private func first(_ host: FakeHost) throws -> (sample: Sample, workload: Workload) {
    let sample = try #require(try host.samples().first)
    return (sample, try #require(sample.workloads.first))
  }

  @Test func `its configuration says what it has`() throws {
    let host = try FakeHost()
    try firecracker(host, ["--id", "web", "--config-file", "/vm.json"])
    try host.file("/vm.json", Self.config)
    let (sample, workload) = try first(host)
    #expect(workload.id == "firecracker:700:50000" && workload.name == "web" && workload.runtime == .firecracker)
    #expect(workload.image == "/root.ext4")
    #expect(workload.machine == .init(accelerator: .kvm, disks: ["/root.ext4", "/data.ext4"]))
    #expect(sample[0, .memoryConfigured] == .value(256 << 20))
    #expect(sample[0, .cpuCount] == .value(2))
    #expect(sample[0, .cpuEmulator] == .value(1_000_000_000))
    #expect(sample.problems.isEmpty)
  }

  @Test func `in a jail its paths mean something else, and what it has mapped says its size`() throws {
    let host = try FakeHost()
    try firecracker(
      host, ["--id", "jailed", "--config-file", "/vm.json"], program: "/firecracker", sharesFiles: false)
    try host.file("/vm.json", Self.config)
    try host.file(
      "/proc/700/maps",
      """
      55c000000000-55c0000fa000 r-xp 00000000 08:01 5    /firecracker
      7f0000000000-7f0008003000 rw-p 00000000 00:00 0\u{20}
      7f1000000000-7f1004000000 rw-s 00000000 00:01 9    /memfd:guest_mem (deleted)
      7f2000000000-7f2000800000 rw-p 00000000 00:00 0\u{20}
      7f3000000000-7f3008000000 ---p 00000000 00:00 0\u{20}
      7f4000000000-7f4008000000 rw-p 00000000 00:00 0    [heap]
      zz-7f5008000000 rw-p 00000000 00:00 0
      7f6008000000-7f6000000000 rw-p 00000000 00:00 0

      """)
    let (sample, workload) = try first(host)
    #expect(workload.name == "jailed" && workload.image == nil && workload.absences["image"] == .notReported)
    #expect(sample[0, .memoryConfigured] == .value(192 << 20))
    #expect(sample[0, .cpuCount] == .missing(.notReported))
  }

  @Test func `what nobody says is missing`() throws {
    let host = try FakeHost()
    try firecracker(host, [])
    let (sample, workload) = try first(host)
    #expect(workload.name == "firecracker-700")
    #expect(sample[0, .memoryConfigured] == .missing(.notReported))
  }

  @Test(arguments: ["{", "[]", #"{"machine-config": {"vcpu_count": "HUSH"}}"#])
  func `a broken configuration is a problem, and nobody quotes it`(text: String) throws {
    let host = try FakeHost()
    try firecracker(host, ["--config-file", "/vm.json"])
    try host.file("/vm.json", text)
    let sample = try first(host).sample
    #expect(sample.problems.map(\.source) == ["firecracker"])
    #expect(!sample.problems[0].message.contains("HUSH"))
  }

  @Test func `a size beyond all machines is none`() throws {
    let host = try FakeHost()
    try firecracker(host, ["--config-file", "/vm.json"])
    try host.file("/vm.json", #"{"machine-config": {"mem_size_mib": 18446744073709551615}}"#)
    #expect(try first(host).sample[0, .memoryConfigured] == .missing(.notReported))
  }

  @Test func `a capture keeps of the command line what is read`() {
    let kept = FirecrackerArguments.keep([
      "firecracker", "--id", "a", "--metadata", "HUSH", "--start-time-us=5", "--config-file", "/c",
    ])
    #expect(kept == ["firecracker", "--id", "a", "--config-file", "/c", "--start-time-us", "5"])
    #expect(FirecrackerArguments(kept).jailed == 5)
  }

  // MARK: Start

  /// The process began 500 s after the boot of the machine, which is when its clocks began.
  @Test(
    arguments: [
      ("499990000", 499_990_000_000, 499_990_000_000), ("500004000", 500_000_000_000, 500_004_000_000),
      ("1", nil, nil), ("600000000", nil, nil), ("18446744073709551615", nil, nil), ("-5", nil, nil), ("x", nil, nil),
    ] as [(String, UInt64?, UInt64?)])
  func `the jailer says when it was asked`(microseconds: String, lo: UInt64?, hi: UInt64?) throws {
    let host = try FakeHost()
    try firecracker(host, ["--id", "a", "--start-time-us", microseconds], sharesFiles: false)
    let mark = try #require(try first(host).workload.boot[.requested])
    #expect(mark.label == (lo == nil ? .inferred : .reported))
    guard let lo, let hi else { return }
    #expect(mark.lo == FakeHost.bootedAt + lo && mark.hi == FakeHost.bootedAt + hi)
    #expect(try first(host).workload.boot[.spawned]?.isDoubtful == false)
  }

  @Test(arguments: ["22:21:40.250000000", "23:21:40.250000000", "16:51:40.250000000"])
  func `the boot timer says when user space began, in whatever zone`(clock: String) throws {
    let host = try FakeHost()
    try firecracker(host, ["--log-path", "/fc.log"])
    try host.file(
      "/fc.log",
      """
      2023-11-14T\(clock) [a:main] Running Firecracker v1.10.1
      2023-11-14T\(clock) [a:fc_vcpu 0] Guest-boot-time = 200000 us 200 ms,  90000 CPU us 90 CPU ms

      """)
    let boot = try first(host).workload.boot
    #expect(boot[.userspace]?.at == Timestamp.parse("2023-11-14T22:21:40.25Z"))
    #expect(boot[.userspace]?.label == .reported)
    #expect(boot[.executing]?.lo == Timestamp.parse("2023-11-14T22:21:40.05Z"))
    #expect(boot[.executing]?.label == .inferred)
  }

  @Test(arguments: [
    "Guest-boot-time = 5 us", "2023-11-14T22:21:40Z [a] Guest-boot-time = 5 us",
    "2023-11-14T22:21:40.25 [a] Guest-boot-time = x us", "2023-11-14T22:21:40.25 [a] Guest-boot-time = ",
    "2023-11-14T22:21:40.25 [a] Guest-boot-time = 99999999999999999999 us",
    "1970-01-01T00:00:01 [a] Guest-boot-time = 5 us", "2023-11-14T22:21:40.25 [a] Guest-boot-time = 900000000 us",
  ])
  func `a line that is none tells nothing`(line: String) throws {
    let host = try FakeHost()
    try firecracker(host, ["--log-path", "/fc.log"])
    try host.file("/fc.log", line + "\n")
    #expect(try first(host).workload.boot[.userspace] == nil)
  }
}
