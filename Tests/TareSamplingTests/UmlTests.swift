import KernelStats
import TareModel
import TestSupport
import Testing

@testable import TareSampling

struct UmlTests {
  private static let words = ["linux.uml", "mem=96M", "umid=lab", "ubd0=/cow,/root.img", "con0=null,fd:1", "con=null"]

  private func uml(
    _ host: FakeHost, _ pid: Int32 = 700, parent: Int32 = 1, ticks: FakeHost.Ticks = .init(), at: Int = 0
  )
    throws
  {
    try host.process(
      pid, parent: parent, name: "linux.uml", cgroup: "/shell", program: "/usr/bin/linux.uml", arguments: Self.words,
      ticks: ticks, at: at)
  }

  /// The guest's kernel, a thread of it that is a process, and a process of the guest.
  private func guest() throws -> FakeHost {
    let host = try FakeHost()
    try uml(host)
    try host.process(800, cgroup: "/shell")
    try host.thread(700, of: 700, name: "linux.uml", running: 1_000_000_000, waiting: 100)
    for (pid, running) in [(701, 2_000_000), (702, 500_000_000)] as [(Int32, UInt64)] {
      try uml(host, pid, parent: 700)
      try host.file("/proc/\(pid)/schedstat", "\(running) 10 1\n")
    }
    try host.file("/proc/700/task/700/children", "701 702 ")
    try host.file("/proc/702/smaps_rollup", "00400000-2 ---p 0 00:00 0 [rollup]\nPss: 500 kB\n")
    return host
  }

  @Test func `all processes of a guest are one line`() throws {
    let sample = try #require(try guest().samples().first)
    let workload = try #require(sample.workloads.first)
    #expect(sample.workloads.count == 1)
    #expect(
      workload.id == "uml:700:50000" && workload.name == "lab" && workload.runtime == .uml && workload.kind == .vm)
    #expect(workload.machine == .init(accelerator: .uml, disks: ["/cow", "/root.img"]))
    #expect(workload.helpers == [701, 702])
    #expect(sample[0, .memoryConfigured] == .value(96 << 20))
    #expect(sample[0, .cpuCount] == .value(1))
  }

  @Test func `its CPU time is that of all of them, and memory that two share counts once`() throws {
    let sample = try #require(try guest().samples().first)
    #expect(sample[0, .cpuUsage] == .value(1_502_000_000))
    #expect(sample[0, .cpuWait] == .value(120))
    #expect(sample[0, .cpuUser] == .value(3_000_000_000))
    #expect(sample[0, .cpuSystem] == .value(1_500_000_000))
    #expect(sample[0, .cpuGuest] == .missing(.notApplicable))
    #expect(sample[0, .cpuEmulator] == .missing(.notApplicable))
    #expect(sample[0, .memoryCurrent] == .value(3500 << 10 + 4096 << 10))
    #expect(sample[0, .ioRead] == .value(3 * 4096))
  }

  @Test func `a process of the guest that is over is in the time at once, and nothing goes back`() throws {
    let host = try guest()
    // It had run half a second; the tick count of whoever waited for it has no more than 490 ms of that.
    let stat = "700 (linux.uml) S 1 0 0 0 -1 4194304 0 0 0 0 100 50 40 9 0 0 1 0 50000 0 0"
    try host.file("/proc/700/stat", stat + String(repeating: " 0", count: 30) + "\n", at: 1)
    try host.file("/proc/700/task/700/children", "701 ", at: 1)
    for name in ["stat", "schedstat", "cmdline", "smaps_rollup"] { host.fail("/proc/702/\(name)", 2, at: 1) }
    try host.thread(700, of: 700, name: "linux.uml", running: 1_003_000_000, waiting: 100, at: 1)
    let samples = try host.samples()
    #expect(samples[1][0, .cpuUsage] == .value(1_502_000_000))
    #expect(samples[1][0, .cpuUser] == samples[0][0, .cpuUser])
    try host.thread(700, of: 700, name: "linux.uml", running: 1_103_000_000, waiting: 100, at: 1)
    #expect(try host.samples()[1][0, .cpuUsage] == .value(1_595_000_000))
  }

  @Test func `a kernel without lists of children has those of the last look`() throws {
    let host = try guest()
    host.fail("/proc/700/task/700/children", 2)
    #expect(try #require(try host.samples().first)[0, .cpuUsage] == .value(1_502_000_000))
  }

  @Test func `what a guest that was killed has left is no guest`() throws {
    let host = try FakeHost()
    try uml(host, 701)
    try uml(host, 702)
    #expect(try #require(try host.samples().first).workloads.isEmpty)
  }

  @Test func `not everything called linux is one`() throws {
    let host = try FakeHost()
    try host.process(700, name: "linux", program: "/opt/linux", arguments: ["linux", "--help", "memory=5"])
    try host.process(701, parent: 700, name: "linux", program: "/opt/linux", arguments: ["linux"])
    try host.process(702, name: "linux.uml", program: "/usr/bin/vim", arguments: Self.words)
    try host.process(703, parent: 702)
    #expect(try #require(try host.samples().first).workloads.isEmpty)
  }

  @Test(
    arguments: [
      ("con0=null,fd:1", 1), ("con=null con0=fd:0,fd:5", 5), ("con=fd:3", 3), ("con=pts", nil), ("mem=1G", 1),
      ("con0=null", nil), ("con0=fd:x", nil), ("con0=", nil), ("con=null con0=,", nil),
    ] as [(String, Int?)])
  func `its console goes to an open file`(line: String, descriptor: Int?) {
    let console = UmlArguments(["linux"] + line.split(separator: " ").map(String.init)).console
    if line == "con0=" || line.hasSuffix("=,") { #expect(console != 5) } else { #expect(console == descriptor) }
  }

  @Test func `its arguments are understood, and a capture keeps no other`() {
    let words = ["linux", "mem=67108864", "ncpus=2", "ubda=/a", "ubd1r=/b:/c", "ubdX", "ubd=sync", "root=HUSH", "HUSH"]
    let arguments = UmlArguments(words)
    #expect(arguments.memory == 64 << 20 && arguments.vcpus == 2 && arguments.disks == ["/a", "/b", "/c"])
    let kept = UmlArguments.keep(words)
    #expect(!kept.joined().contains("HUSH") && UmlArguments(kept) == arguments)
    #expect(!UmlArguments(["linux"]).isUml)
    #expect(UmlArguments(["linux", "mem=x", "ncpus=-1", "umid=\u{1b}[2J"]).name == "\u{1b}[2J")
  }

  @Test func `the console of each hypervisor is found where it is a file`() throws {
    let host = try FakeHost()
    func files(_ program: String, _ words: [String]) throws -> [String] {
      let pid = Int32.random(in: 1000...30000)
      try host.process(pid, name: "x", program: program, arguments: words)
      try host.descriptor(1, of: pid, "/srv/out.log")
      try host.descriptor(5, of: pid, "/dev/pts/3")
      return ConsoleFiles(of: pid, words, try host.root()).paths
    }
    #expect(try files("/usr/bin/linux.uml", ["linux.uml", "mem=1G"]) == ["/srv/out.log"])
    #expect(try files("/usr/bin/linux.uml", ["linux.uml", "con0=fd:5"]) == [])
    #expect(try files("/usr/bin/firecracker", ["firecracker"]) == ["/srv/out.log"])
    #expect(try files("/usr/bin/cloud-hypervisor", ["c", "--serial", "file=/s"]) == ["/s"])
    #expect(try files("/usr/bin/crosvm", ["crosvm", "run", "--serial", "type=file,path=/s,num=1"]) == ["/s"])
    #expect(try files("/usr/bin/qemu-system-x86_64", ["qemu", "-serial", "file:/q"]) == ["/q"])
  }
}
