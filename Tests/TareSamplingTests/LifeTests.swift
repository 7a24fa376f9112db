import Foundation
import TareModel
import TestSupport
import Testing

@testable import KernelStats
@testable import TareSampling

/// Workloads that come, go and change while tare looks.
struct LifeTests {
  private let id = FakeHost.containerID("abcdef123456789")
  private var path: String { "/system.slice/docker-\(id).scope" }

  @Test func `a rate is the growth of two samples`() throws {
    let host = try FakeHost()
    try host.docker(id, name: "web", pid: 200)
    try host.cgroup(path, Usage(cpu: 1_250_000), at: 1)
    try host.network(of: 200, received: 3000, sent: 500, at: 1)
    let frame = try host.frame()
    #expect(frame.value(.cpuUsage, row: 0) == .number(25))
    #expect(frame.value(Figure.named("network.received_bytes_per_second")!, row: 0) == .number(2000))
    #expect(frame.value(Figure.named("network.sent_bytes_per_second")!, row: 0) == .number(0))
  }

  @Test func `a counter that goes back gives no rate`() throws {
    let host = try FakeHost()
    try host.docker(id, name: "web", pid: 200)
    try host.cgroup(path, Usage(cpu: 999_999), at: 1)
    #expect(try host.frame().value(.cpuUsage, row: 0) == .missing(.counterReset))
  }

  // The first two samples look for workloads; after that the first sample without one of them still has its row.
  @Test(arguments: FakeHost.Mode.allCases)
  func `a container that dies between two reads has ended, and its row leaves at the next tick`(
    mode: FakeHost.Mode
  ) throws {
    let host = try FakeHost(mode)
    try host.docker(id, name: "web", pid: 200)
    let path = mode == .v2 ? path : "/docker/\(id)"
    for instant in 2...3 {
      host.endCgroup(path, at: instant)
      host.end(200, at: instant)
      host.end(199, at: instant)
    }
    let samples = try host.samples()
    #expect(samples.map(\.workloads.count) == [1, 1, 1, 0])
    let wrong = Metric.allCases.filter { metric in
      guard case .missing(let reason) = samples[2][0, metric] else { return true }
      return ![.ended, .notApplicable, .onDemand, .noPressure].contains(reason)
    }
    // Limits and what is read seldom keep their last value; helpers may live on.
    let helpers: [Metric] = [
      .memoryHelpers, .memoryHelpersInside, .memoryHelpersResident, .cpuHelpers, .cpuHelpersInside,
    ]
    #expect(
      Set(wrong).subtracting(helpers).isSubset(of: [
        .cpuLimit, .memoryLimit, .memorySwapLimit, .processLimit, .memoryOomKills, .memoryZswap,
      ]))
    #expect(samples[2][0, .cpuUsage] == .missing(.ended))
    #expect(samples[2][0, .networkReceived] == .missing(.ended))
    #expect(Frame(previous: samples[1], current: samples[2]).value(.cpuUsage, row: 0) == .missing(.ended))
  }

  @Test func `a machine that dies between two reads has ended, and its row leaves at the next tick`() throws {
    let host = try FakeHost()
    try host.qemu(700, ["-m", "64"])
    for instant in 2...3 { host.end(700, at: instant) }
    let samples = try host.samples()
    #expect(samples.map(\.workloads.count) == [1, 1, 1, 0])
    for metric in [Metric.cpuUsage, .memoryResident, .memoryCurrent, .cpuCount] {
      #expect(samples[2][0, metric] == .missing(.ended), "\(metric)")
    }
  }

  @Test func `a pid that another machine has now is not the old machine`() throws {
    let host = try FakeHost()
    try host.qemu(700, ["-m", "64"])
    for instant in 2...3 {
      try host.process(
        700, name: "qemu-system-x86", start: 70_000, arguments: ["qemu-system-x86_64", "-m", "64"], at: instant)
    }
    let samples = try host.samples()
    #expect(samples[2][0, .cpuUsage] == .missing(.ended))
    #expect(samples[3].workloads.map(\.id) == ["qemu:700:70000"])
    #expect(samples[3].serials != samples[0].serials)
  }

  @Test func `a group made anew under the same name is a new workload`() throws {
    let host = try FakeHost()
    host.instants = 3
    for instant in 1...2 { try host.file("/proc/loadavg", "0 0 0 1/1 \(6000 + instant)\n", at: instant) }
    try host.runc("job", pid: 400)
    let root = try host.root()
    let sampler = try Sampler(root, environment: [:], names: FixedEngineNames(), budget: .init(0))
    var samples = [sampler.makeSample(), sampler.makeSample()]
    try sampler.sample(into: &samples[0])
    // Moved, not removed: a file system gives a free inode again at once, the kernel's cgroups never do.
    try host.folder.move("/sys/fs/cgroup/job", to: "/sys/fs/cgroup/old")
    try host.cgroup("/job", Usage(cpu: 9_000_000))
    root.advance()
    try sampler.sample(into: &samples[1])
    #expect(samples[0].workloads.map(\.id) == samples[1].workloads.map(\.id))
    #expect(samples[0].serials != samples[1].serials)
    let frame = Frame(previous: samples[0], current: samples[1])
    #expect(frame.value(.cpuUsage, row: 0) == .missing(.firstSample))
  }

  @Test func `a first process that gives way to another in the same group is followed`() throws {
    let host = try FakeHost()
    try host.docker(id, name: "web", pid: 200)
    for instant in 1...2 {
      try host.file("/proc/loadavg", "0 0 0 1/1 \(6000 + instant)\n", at: instant)
      host.end(200, at: instant)
    }
    try host.process(250, parent: 199, start: 50_010, cgroup: path, sharesNetwork: false)
    try host.file("/proc/250/stat", "gone")
    host.fail("/proc/250/stat", 3)
    let stat = "250 (sh) S 199 0 0 0 -1 0 0 0 0 0 1 1 0 0 0 0 1 0 50010" + String(repeating: " 0", count: 30) + "\n"
    for instant in 1...2 { try host.file("/proc/250/stat", stat, at: instant) }
    let samples = try host.samples()
    #expect(samples[0].workloads[0].mainPid == 200)
    #expect(samples[2].workloads[0].mainPid == 250)
    #expect(samples[2].workloads[0].name == "web")
    #expect(samples[2][0, .networkReceived] == .value(1000))
  }

  @Test func `without permission every figure says so and the row stays`() throws {
    let host = try FakeHost()
    host.uid = 1000
    try host.docker(id, name: "web", pid: 200)
    let folder = "/sys/fs/cgroup\(path)"
    for name in [
      "cpu.stat", "cpu.max", "memory.current", "memory.stat", "memory.max", "memory.events", "io.stat", "pids.current",
      "pids.max", "cpu.pressure", "memory.pressure", "io.pressure",
    ] { host.fail("\(folder)/\(name)", 13) }
    try host.folder.remove("/proc/200/ns/net")
    host.fail("/proc/200/ns/net", 13)
    let frame = try host.frame()
    #expect(frame.current.workloads.map(\.name) == ["web"])
    for metric in [Metric.cpuUsage, .memoryCurrent, .processCount, .cpuLimit, .ioRead, .networkReceived] {
      #expect(frame.current[0, metric] == .missing(.noPermission), "\(metric)")
    }
  }

  @Test func `a source that complains costs the others nothing`() throws {
    let host = try FakeHost()
    try host.docker(id, name: "web", pid: 200)
    host.fail("/run/runc", 13)
    let frame = try host.frame()
    #expect(frame.current.workloads.count == 1)
    #expect(frame.current.problems.map(\.source) == ["runc"])
  }

  @Test func `rows keep their order while others come and go`() throws {
    let host = try FakeHost()
    try host.runc("one", pid: 400)
    try host.runc("two", pid: 401)
    try host.runc("three", pid: 402)
    for instant in 1...2 {
      host.end(401, at: instant)
      host.endCgroup("/two", at: instant)
    }
    let samples = try host.samples()
    let names = samples.map { $0.workloads.map(\.name) }
    #expect(names[2] == names[0].filter { $0 != "two" })
    #expect(
      samples[2].serials == samples[0].serials.enumerated().filter { names[0][$0.offset] != "two" }.map(\.element))
  }

  @Test func `what is dear is read seldom and what is seldom keeps its value`() throws {
    let host = try FakeHost()
    try host.docker(id, name: "web", pid: 200)
    let folder = "/sys/fs/cgroup\(path)"
    try host.file("\(folder)/memory.events", "oom_kill 9\n", at: 1)
    let samples = try host.samples()
    #expect(samples.map { $0[0, .memoryOomKills] } == [.value(1), .value(1)])
    let slow = try FakeHost()
    slow.step = 11_000_000_000
    try slow.docker(id, name: "web", pid: 200)
    try slow.file("\(folder)/memory.events", "oom_kill 9\n", at: 1)
    #expect(try slow.samples().map { $0[0, .memoryOomKills] } == [.value(1), .value(9)])
  }

  @Test func `a host whose files are garbage is no crash`() throws {
    let host = try FakeHost()
    try host.file("/sys/devices/system/cpu/online", "0-9223372036854775807,0-9223372036854775807,-,5-,a-b\n")
    try host.file("/proc/stat", "cpu 1\n")
    try host.file("/proc/meminfo", "MemTotal: 18446744073709551615 kB\n")
    try host.file("/proc/loadavg", "")
    let frame = try host.frame()
    #expect(frame.hostTotals.cpu.number == nil)
    #expect(frame.current.problems.contains { $0.source == "host" && $0.message.hasPrefix("/proc/stat:1: ") })
  }

  @Test func `a CPU that goes offline while tare runs is not counted any more`() throws {
    let host = try FakeHost()
    try host.file("/sys/devices/system/cpu/online", "0\n", at: 1)
    try host.file("/sys/devices/system/cpu/online", "0,2-3\n", at: 2)
    #expect(try host.samples().map(\.host.cpusOnline) == [2, 1, 3])
  }

  @Test(arguments: [("0-1", 2), ("0", 1), ("0-3,8", 5), ("0-3,8-11", 8), ("", 0), ("x", 0), ("3-1", 0)])
  func `a list of CPUs is counted`(list: String, count: Int) {
    #expect(Host.count(cpuList: list) == count)
  }

  @Test(arguments: [(FakeHost.Mode.v2, "cgroup2"), (.hybrid, "memory"), (.v1, "cpuacct")])
  func `a hierarchy that is mounted while tare runs is read, and the workload is the same one`(
    mode: FakeHost.Mode, late: String
  ) throws {
    let host = try FakeHost(mode)
    host.step = 11_000_000_000
    try host.docker(id, name: "web", pid: 200)
    let path = mode == .v2 ? path : "/docker/\(id)"
    try host.cgroup(path, Usage(cpu: 12_000_000), at: 3)
    let mounts = try String(contentsOfFile: "\(host.folder.path)/proc/self/mountinfo", encoding: .utf8)
    try host.file(
      "/proc/self/mountinfo", mounts.split(separator: "\n").filter { !$0.contains(late) }.joined(separator: "\n") + "\n"
    )
    for instant in 2...3 { try host.file("/proc/self/mountinfo", mounts, at: instant) }
    let samples = try host.samples()
    let metric: Metric = late == "cpuacct" ? .cpuUsage : .memoryCurrent
    for sample in samples.prefix(2) { #expect(sample[0, metric] == .missing(.noController)) }
    for sample in samples.suffix(2) {
      guard case .value = sample[0, metric] else {
        Issue.record("\(metric) is \(sample[0, metric])")
        continue
      }
    }
    #expect(samples.map(\.workloads.count) == [1, 1, 1, 1])
    #expect(Set(samples.map { $0.serials[0] }).count == 1)
    #expect(samples[3].host.cgroupMode?.rawValue == mode.rawValue)
  }

  @Test func `no readable proc is an error that names the file`() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "capture.json",
      #"{"schema":"tare.capture/1","instants":[{"realtime":1,"monotonic":1,"boottime":1}],"errors":[],"engineNames":[],"#
        + #""facts":{"pageSize":4096,"clockTicks":100,"uid":0,"hypervisorSignature":"","kvmAvailable":true}}"#)
    let root = try KernelRoot(replaying: folder.path)
    let error = #expect(throws: KernelError.self) {
      try Sampler(root, environment: [:], names: FixedEngineNames(), budget: DescriptorBudget(0))
    }
    #expect(error.map { "\($0)" } == "/proc/self/mountinfo: no such file")
  }
}
