import KernelStats
import TareModel
import TareSampling
import TestSupport
import Testing

/// What is read of a workload that somebody looks into.
@Suite struct InspectorTests {
  private let id = FakeHost.containerID("abc")

  /// One inspection for each instant of the host.
  private func looks(_ host: FakeHost, _ id: String) throws -> [Inspection?] {
    let root = try host.root()
    let sampler = try Sampler(root, environment: [:], names: FixedEngineNames(), budget: DescriptorBudget(0))
    var sample = sampler.makeSample()
    return try (0..<host.instants).map { instant in
      if instant > 0 { root.advance() }
      try sampler.sample(into: &sample)
      return sampler.inspect(id)
    }
  }

  private func folder(_ mode: FakeHost.Mode) -> String {
    mode == .v2 ? "/sys/fs/cgroup/system.slice/docker-\(id).scope" : "/sys/fs/cgroup/memory/docker/\(id)"
  }

  @Test(arguments: [FakeHost.Mode.v1, .v2])
  func `a container's processes are listed, the busiest first, with CPU and wait since the look before`(
    mode: FakeHost.Mode
  ) throws {
    let host = try FakeHost(mode)
    try host.docker(id, name: "web", pid: 200)
    try host.file("\(folder(mode))/cgroup.procs", "200\n201\n")
    try host.process(201, parent: 200, name: "worker", cgroup: "/", arguments: ["worker", "--threads", "2"])
    for second: UInt64 in 0...1 {
      try host.thread(200, of: 200, name: "sh", running: 1_000_000_000 + second * 50_000_000, at: Int(second))
      try host.thread(
        201, of: 201, name: "w", running: 2_000_000_000 + second * 300_000_000, waiting: second * 10_000_000,
        at: Int(second))
      try host.thread(
        202, of: 201, name: "w", running: second * 100_000_000, waiting: second * 20_000_000, at: Int(second))
    }
    let looks = try looks(host, "docker:\(id)")
    let first = try #require(looks[0])
    #expect(first.tasks.allSatisfy { $0.cpu == .missing(.firstSample) && $0.wait == .missing(.firstSample) })
    #expect(first.wait == .missing(.firstSample))
    let second = try #require(looks[1])
    #expect(second.tasks.map(\.pid) == [201, 200])
    #expect(second.tasks.map(\.name) == ["worker --threads 2", "sh"])
    #expect(second.tasks.map(\.cpu) == [.number(40), .number(5)])
    #expect(second.tasks.map(\.wait) == [.number(3), .number(0)])
    #expect(second.tasks.map(\.resident) == [.integer(4_096_000), .integer(4_096_000)])
    #expect(second.wait == .number(3))
    #expect(second.taskCount == 2)
  }

  @Test func `a VM's threads are told apart`() throws {
    let host = try FakeHost(.v2)
    try host.qemu(700, ["-name", "guest=lab,debug-threads=on", "-m", "512"], cgroup: "/vm")
    try host.cgroup("/vm")
    try host.thread(701, of: 700, name: "CPU 0/TCG", running: 4_900_000_000, waiting: 250_000_000, at: 1)
    let found = try looks(host, "qemu:700:50000")
    let look = try #require(found[1])
    #expect(look.tasks.map(\.role) == [.vcpu, .emulator])
    #expect(look.tasks.map(\.name) == ["CPU 0/TCG", "qemu-system-x86"])
    #expect(look.tasks.map(\.cpu) == [.number(90), .number(0)])
    #expect(look.tasks.map(\.wait) == [.number(5), .number(0)])
  }

  @Test func `a process that ends vanishes, and one that takes its number is another`() throws {
    let host = try FakeHost(.v2)
    try host.docker(id, name: "web", pid: 200)
    for second in 0...2 {
      try host.file("\(folder(.v2))/cgroup.procs", second == 0 ? "200\n201\n" : "200\n201\n300\n", at: second)
      try host.thread(200, of: 200, name: "sh", running: 1_000_000_000, at: second)
    }
    try host.process(201, parent: 200, name: "one", start: 60_000)
    try host.process(201, parent: 200, name: "other", start: 70_000, arguments: ["other"], at: 1)
    let looks = try looks(host, "docker:\(id)").compactMap { $0 }
    #expect(looks[1].tasks.map(\.pid) == [200, 201], "300 was gone before it was read")
    #expect(looks[1].tasks[1].name == "other")
    #expect(looks[1].tasks[1].cpu == .missing(.firstSample))
  }

  @Test func `devices stand one by one, with rates`() throws {
    let host = try FakeHost(.v2)
    try host.docker(id, name: "web", pid: 200)
    try host.file("\(folder(.v2))/cgroup.procs", "200\n")
    for second: UInt64 in 0...1 {
      try host.network(of: 200, received: 1000 + second * 500, sent: 70, at: Int(second))
      try host.file(
        "\(folder(.v2))/io.stat",
        "8:0 rbytes=\(1000 + second * 4096) wbytes=5 rios=1\n253:1 rbytes=7 wbytes=\(9 + second) rios=1\n",
        at: Int(second))
    }
    try host.folder.link("/sys/dev/block/8:0", to: "../../devices/pci0000:00/host0/block/sda")
    let look = try #require(try looks(host, "docker:\(id)")[1])
    #expect(look.network == [Inspection.Device(name: "eth0", received: .number(500), sent: .number(0))])
    #expect(look.disks.map(\.name) == ["sda", "253:1"])
    #expect(look.disks.map(\.received) == [.number(4096), .number(0)])
    #expect(look.disks.map(\.sent) == [.number(0), .number(1)])
    #expect(look.cgroups.contains { $0.path == "/system.slice/docker-\(id).scope" })
  }

  @Test func `of very many processes a part is looked at, and that is said`() throws {
    let host = try FakeHost(.v2)
    try host.docker(id, name: "web", pid: 200)
    try host.file("\(folder(.v2))/cgroup.procs", (200..<900).map { "\($0)\n" }.joined())
    for pid: Int32 in 201..<900 { try host.file("/proc/\(pid)/stat", try stat(pid)) }
    let look = try #require(try looks(host, "docker:\(id)")[0])
    #expect(look.taskCount == 512)
    #expect(look.tasks.count == 64)
    #expect(look.problems.contains { $0.contains("more than 512 processes") })
  }

  private func stat(_ pid: Int32) throws -> String {
    "\(pid) (many) S 200 0 0 0 0 0 0 0 0 0 1 1 0 0 20 0 40 0 60000 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n"
  }

  @Test func `who is not there is not inspected`() throws {
    let host = try FakeHost(.v2)
    #expect(try looks(host, "docker:none") == [nil])
  }
}
