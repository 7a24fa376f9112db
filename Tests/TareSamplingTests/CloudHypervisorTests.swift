import KernelStats
import TareModel
import TestSupport
import Testing

@testable import TareSampling

struct CloudHypervisorTests {
  private func parse(_ line: String) -> CloudHypervisorArguments {
    CloudHypervisorArguments(["cloud-hypervisor"] + line.split(separator: " ").map(String.init))
  }

  private func sample(
    _ line: String, events: String? = nil, log: String? = nil, sharesFiles: Bool = true
  ) throws -> Sample {
    let host = try FakeHost()
    try host.process(
      700, name: "cloud-hyperviso", cgroup: "/vm", program: "/usr/bin/cloud-hypervisor",
      arguments: ["cloud-hypervisor"] + line.split(separator: " ").map(String.init), sharesFiles: sharesFiles,
      ticks: .init(user: 500, system: 20, guest: 400, threads: 2))
    try host.thread(700, of: 700, name: "cloud-hyperviso", running: 1_000_000_000)
    try host.thread(701, of: 700, name: "vcpu0", running: 4_000_000_000)
    try host.descriptor(5, of: 700, "anon_inode:kvm-vm")
    try host.descriptor(6, of: 700, "anon_inode:kvm-vcpu:0")
    try host.cgroup("/vm")
    if let events { try host.file("/run/events", events) }
    if let log { try host.file("/run/log", log) }
    return try #require(try host.samples().first)
  }

  @Test func `the command line says what it has`() throws {
    let sample = try sample(
      "--kernel /vmlinux --disk path=/root.raw path=/data.raw,readonly=on --cpus boot=2,max=4 --memory size=1G,shared=on"
    )
    let workload = sample.workloads[0]
    #expect(workload.id == "cloud-hypervisor:700:50000" && workload.runtime == .cloudHypervisor)
    #expect(workload.machine == .init(accelerator: .kvm, disks: ["/root.raw", "/data.raw"]))
    #expect(sample[0, .memoryConfigured] == .value(1 << 30))
    #expect(sample[0, .cpuCount] == .value(2))
    #expect(sample[0, .cpuEmulator] == .value(1_000_000_000))
  }

  @Test func `of a machine that it is told over its socket, only what can be seen is said`() throws {
    let sample = try sample("--api-socket /run/ch.sock")
    #expect(sample[0, .memoryConfigured] == .missing(.notReported))
    #expect(sample[0, .cpuCount] == .value(1))
  }

  @Test(
    arguments: [
      ("", 512 << 20), ("--memory size=268435456", 256 << 20), ("--memory size=2G", 2 << 30),
      ("--memory size=x", 512 << 20), ("--memory=size=64M", 64 << 20),
      ("--memory size=0 --memory-zone id=a,size=1G --memory-zone id=b,size=1G", 2 << 30),
      ("--memory-zone size=18446744073709551615", UInt64.max),
    ] as [(String, UInt64)])
  func `guest RAM is what was asked for`(line: String, bytes: UInt64) { #expect(parse(line).memory == bytes) }

  @Test func `other options are found`() {
    let arguments = parse(
      "-v --firmware /fw --net tap=t0,mac=1 tap=t1 --serial file=/s --console off --event-monitor path=/e --log-file /l "
        + "--restore source_url=file:///snap --api-socket path=/run/a --disk")
    #expect(arguments.taps == ["t0", "t1"])
    #expect(arguments.consoles == ["/s"])
    #expect(arguments.events == "/e" && arguments.log == "/l" && arguments.socket == "/run/a")
    #expect(arguments.kernel == "/fw" && arguments.start == .restored && arguments.disks.isEmpty)
    #expect(parse("--serial tty --event-monitor fd=3").consoles.isEmpty)
  }

  @Test func `what a capture keeps says the same, and no secret`() {
    let words =
      ["cloud-hypervisor", "--cmdline", "token=HUSH", "--disk", "path=/a,id=HUSH", "path=/b", "--kernel", "/k"]
      + ["--fs", "tag=HUSH", "--restore", "source_url=HUSH", "--memory", "size=1G", "--api-socket", "/run/s", "-vv"]
    let kept = CloudHypervisorArguments.keep(words)
    #expect(!kept.joined().contains("HUSH"))
    #expect(CloudHypervisorArguments(kept) == CloudHypervisorArguments(words))
  }

  // MARK: Start

  private static let events = """
    {
      "timestamp": {
        "secs": 0,
        "nanos": 1204000
      },
      "source": "vmm",
      "event": "starting",
      "properties": {
        "id": "} {",
        "version": "v43.0"
      }
    }

    {
      "timestamp": {
        "secs": 0,
        "nanos": 9000000
      },
      "source": "vm",
      "event": "booting",
      "properties": null
    }

    {"timestamp":{"secs":1,"nanos":42000000},"source":"vm","event":"booted"}

    {
      "timestamp": {
    """

  @Test func `its events are read, each for itself, and an unfinished one is not`() {
    let events = CloudHypervisorEvent.parse(Self.events)
    #expect(events.map(\.event) == ["starting", "booting", "booted"])
    #expect(events.map(\.time) == [1_204_000, 9_000_000, 1_042_000_000])
    #expect(CloudHypervisorEvent.parse("}\n{\n{\"a\":1}\nnull\n{}").isEmpty)
  }

  @Test func `its event monitor brackets the first instruction`() throws {
    let boot = try sample("--kernel /k --event-monitor path=/run/events", events: Self.events).workloads[0].boot
    let mark = try #require(boot[.executing])
    // The process began 500 s after its machine.
    #expect(mark.lo == FakeHost.bootedAt + 500_009_000_000)
    #expect(try #require(mark.hi) >= FakeHost.bootedAt + 501_042_000_000)
    #expect(mark.label == .reported)
  }

  @Test func `a snapshot that is taken up is no boot`() throws {
    let events = #"{"timestamp":{"secs":0,"nanos":1},"source":"vm","event":"restored"}"#
    #expect(
      try sample("--event-monitor path=/run/events", events: events).workloads[0].boot.kind == .restored)
  }

  @Test(
    arguments: [
      (
        "cloud-hypervisor: 310.5ms: <vcpu0> WARN:x.rs:77 -- [Debug I/O port: Kernel code 0x41] 0.27 seconds",
        310_500_000
      ),
      (
        "cloud-hypervisor:  24.616571s: <vcpu0> WARN:x.rs:77 -- [Debug I/O port: Userspace code 0x60] 1 seconds",
        24_616_571_000
      ),
      ("cloud-hypervisor: 310.5ms: <vcpu0> WARN:x.rs:77 -- [Debug I/O port: Kernel code 0x40] 0.27 seconds", nil),
      ("cloud-hypervisor: ms: [Debug I/O port: Kernel code 0x41]", nil),
      ("cloud-hypervisor: 1e300s: [Debug I/O port: Kernel code 0x41]", nil),
      ("cloud-hypervisor: -5s: [Debug I/O port: Kernel code 0x41]", nil),
      ("[Debug I/O port: Kernel code 0x41]", nil), ("", nil),
    ] as [(String, UInt64?)])
  func `the debug port tells of user space`(line: String, time: UInt64?) throws {
    let mark = try sample("--log-file /run/log", log: line + "\n").workloads[0].boot[.userspace]
    #expect(mark?.lo == time.map { FakeHost.bootedAt + 500_000_000_000 + $0 })
  }

  @Test func `files of one in another namespace are left alone`() throws {
    let line = "cloud-hypervisor: 310.5ms: -- [Debug I/O port: Kernel code 0x41] 0.27 seconds\n"
    let boot = try sample("--log-file /run/log", log: line, sharesFiles: false).workloads[0].boot
    #expect(boot[.userspace] == nil)
  }
}
