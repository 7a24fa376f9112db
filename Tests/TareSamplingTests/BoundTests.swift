import TareModel
import TareSampling
import TestSupport
import Testing

/// Numbers that this machine cannot have: none of them is shown, and no total has it. The fake machine has 2 CPUs and 8 GB.
struct BoundTests {
  private let wrapped = UInt64.max - 4095

  private func frame(_ change: (FakeHost) throws -> Void) throws -> Frame {
    let host = try FakeHost(.v2)
    try host.runc("web", pid: 100)
    try host.runc("api", pid: 200)
    try host.cgroup("/api", Usage(cpu: 1_500_000), at: 1)
    try change(host)
    return try host.frame()
  }

  private func row(_ name: String, _ frame: Frame) throws -> Int {
    try #require(frame.current.workloads.firstIndex { $0.name == name })
  }

  @Test func `CPU time that all CPUs together cannot have run is no CPU time`() throws {
    let frame = try frame { try $0.cgroup("/web", Usage(cpu: 1_730_000_000_000_000), at: 1) }
    let web = try row("web", frame)
    #expect(frame.value(.cpuUsage, row: web) == .missing(.inconsistent))
    #expect(frame.value(.cpuGross, row: web) == .missing(.inconsistent))
    #expect(frame.value(try #require(Figure.named("cpu.usage_seconds_total")), row: web) == .missing(.inconsistent))
    let totals = frame.hostTotals
    #expect(totals.workloadsCpu == .number(50))
    #expect(totals.restCpuBound == .atMost)
    #expect(totals.restCpuAbsence == .missing(.inconsistent))
  }

  @Test func `all that all CPUs can run is CPU time`() throws {
    let frame = try frame { try $0.cgroup("/web", Usage(cpu: 3_000_000), at: 1) }
    #expect(frame.value(.cpuUsage, row: try row("web", frame)) == .number(200))
    #expect(frame.hostTotals.restCpuBound == .exact)
  }

  @Test func `what is left for the rest is a bound where workloads may run that cannot be seen`() throws {
    let frame = try frame { _ in }
    var sample = frame.current
    sample.host.hidden = HiddenProcesses("tare is in a pid namespace of its own", remedy: "--pid=host")
    let totals = Frame(previous: frame.previous, current: sample).hostTotals
    #expect(frame.hostTotals.restCpuBound == .exact && frame.hostTotals.restMemoryBound == .exact)
    #expect(totals.restCpuBound == .atMost && totals.restMemoryBound == .atMost)
    #expect(totals.restCpu == frame.hostTotals.restCpu && totals.restCpuAbsence == .missing(.notReported))
  }

  @Test func `a counter of one mode that wrapped leaves the others alone`() throws {
    let frame = try frame { host in
      var usage = Usage(cpu: 1_400_000)
      usage.user = wrapped
      try host.cgroup("/web", usage, at: 1)
    }
    let web = try row("web", frame)
    #expect(frame.value(.cpuUsage, row: web) == .number(40))
    #expect(frame.value(try #require(Figure.named("cpu.user_percent")), row: web) == .missing(.inconsistent))
  }

  @Test func `a class of memory below 0 that was printed without its sign is unknown, and so is what is made of it`()
    throws
  {
    let frame = try frame { host in
      var usage = Usage()
      usage.inactiveFile = wrapped
      try host.cgroup("/web", usage)
    }
    let web = try row("web", frame)
    #expect(frame.value(.workingSet, row: web) == .missing(.inconsistent))
    #expect(frame.value(.memoryCurrent, row: web) == .integer(50 << 20))
    #expect(frame.hostTotals.restMemoryBound == .atMost)
    #expect(frame.hostTotals.restMemory == .number(Double(2_000_000 << 10) - Double(40 << 20)))
  }

  @Test func `inactive cache above the charge makes no working set of 0`() throws {
    let frame = try frame { host in
      var usage = Usage()
      usage.inactiveFile = usage.memory + 4096
      try host.cgroup("/web", usage)
    }
    #expect(frame.value(.workingSet, row: try row("web", frame)) == .missing(.inconsistent))
  }

  @Test func `more memory than the machine has is no memory, and its shares are none`() throws {
    let frame = try frame { host in
      var usage = Usage()
      usage.memory = 9_500_000_000
      try host.cgroup("/web", usage)
    }
    let web = try row("web", frame)
    #expect(frame.value(.memoryCurrent, row: web) == .missing(.inconsistent))
    #expect(frame.value(.memoryGross, row: web) == .missing(.inconsistent))
    #expect(frame.pair(web).memoryWeight.shares.isEmpty)
  }

  @Test func `classes that are more than the charge are cut to it, and said to be concluded`() throws {
    let frame = try frame { host in
      var usage = Usage()
      usage.memory = 25_000_000
      try host.cgroup("/web", usage)
    }
    let (web, anon) = (try row("web", frame), try #require(Figure.named("memory.anon_bytes")))
    #expect(frame.value(anon, row: web) == .integer(25_000_000))
    #expect(anon.certainty(frame.pair(web)) == .inferred)
    let weight = frame.pair(web).memoryWeight
    #expect(weight.shares.reduce(0) { $0 + $1.amount } == 25_000_000)
    #expect(weight.shares.map(\.certainty) == [.inferred])
    #expect(weight.certainty(of: .net) == .measured)
  }

  @Test func `a stall is never longer than the time that passed`() throws {
    func stall(_ growth: UInt64) throws -> FigureValue {
      let frame = try frame { host in
        var usage = Usage()
        usage.stalled = 1000 + growth
        try host.cgroup("/web", usage, at: 1)
      }
      return frame.value(try #require(Figure.named("pressure.cpu_some_percent")), row: try row("web", frame))
    }
    #expect(try stall(500_000) == .number(50))
    #expect(try stall(1_030_000) == .number(100))
    #expect(try stall(7_000_000) == .missing(.inconsistent))
  }

  @Test func `no disk moves a tebibyte a second, and sums of devices do not wrap`() throws {
    let frame = try frame { host in
      try host.file(
        "/sys/fs/cgroup/web/io.stat", "8:0 rbytes=\(UInt64.max - 5) wbytes=9\n8:16 rbytes=1000006 wbytes=1\n", at: 1)
    }
    let web = try row("web", frame)
    #expect(frame.value(try #require(Figure.named("io.read_bytes_per_second")), row: web) == .missing(.inconsistent))
  }

  @Test func `more throttled periods than periods are no share`() throws {
    let frame = try frame { host in
      var usage = Usage()
      (usage.periods, usage.throttledPeriods) = (10, 5)
      try host.cgroup("/web", usage)
      (usage.periods, usage.throttledPeriods) = (12, 9)
      try host.cgroup("/web", usage, at: 1)
    }
    #expect(frame.value(.throttled, row: try row("web", frame)) == .missing(.inconsistent))
  }

  @Test func `the host's own counters pass the same gate`() throws {
    let frame = try frame { host in
      try host.file("/proc/stat", "cpu  900000000 0 500 90000 10 0 0 20 100 0\n", at: 1)
      try host.file("/proc/meminfo", "MemTotal: 8000000 kB\nMemAvailable: 8000001 kB\nSUnreclaim: 9000000 kB\n", at: 1)
      try host.file("/proc/pressure/io", FakeHost.pressure(some: 90_000_000, full: 500), at: 1)
    }
    let totals = frame.hostTotals
    #expect(totals.cpu == .missing(.inconsistent))
    #expect(totals.memoryUsed == .missing(.inconsistent))
    #expect(totals.restMemory == .missing(.inconsistent))
    #expect(frame.hostMemoryTotal == .value(8_000_000 << 10))
    #expect(frame.hostMemoryAvailable == .missing(.inconsistent))
    #expect(frame.hostMemoryKernel == .missing(.inconsistent))
    #expect(totals.pressureIo == .missing(.inconsistent))
    #expect(Stack(frame).kernel.memory == nil)
  }

  @Test func `guest time that the kernel's ticks made more than all CPU time is cut to it, and said to be concluded`()
    throws
  {
    let host = try FakeHost(.v2)
    let arguments = ["-name", "db,debug-threads=on", "-m", "256"]
    try host.qemu(500, arguments, kvm: true, ticks: .init(user: 500, system: 50, guest: 400, threads: 2))
    try host.file("/proc/500/stat", try stat(of: 500, host, guest: 440), at: 1)
    try host.thread(500, of: 500, name: "qemu-system-x86", running: 1_010_000_000, at: 1)
    try host.thread(501, of: 500, name: "CPU 0/KVM", running: 4_200_000_000, guestTicks: 440, at: 1)
    let frame = try host.frame()
    let guest = try #require(Figure.named("cpu.guest_percent"))
    #expect(frame.value(.cpuUsage, row: 0) == .number(21))
    #expect(frame.value(guest, row: 0) == .number(21))
    #expect(guest.certainty(frame.pair(0)) == .inferred)
    let shares = frame.pair(0).cpuWeight.shares
    #expect(shares.map(\.part) == [.guest, .emulator])
    #expect(shares.map(\.certainty) == [.inferred, .measured])
    #expect(shares.reduce(0) { $0 + $1.amount } == 21)
  }

  private func stat(of pid: Int32, _ host: FakeHost, guest: Int) throws -> String {
    var fields = Array(repeating: "0", count: 52)
    (fields[0], fields[1], fields[2], fields[3]) = ("\(pid)", "(qemu-system-x86)", "S", "1")
    (fields[13], fields[14], fields[19], fields[21], fields[42]) = ("540", "50", "2", "50000", "\(guest)")
    return fields.joined(separator: " ") + "\n"
  }

  // MARK: Interfaces

  private func interfaces(_ lines: [(String, UInt64, UInt64)]) -> String {
    "Inter-|\n face |\n" + lines.map { "\($0.0): \($0.1) 1 0 0 0 0 0 0 \($0.2) 1 0 0 0 0 0 0\n" }.joined()
  }

  private func received(_ moments: [[(String, UInt64, UInt64)]]) throws -> [FigureValue] {
    let host = try FakeHost(.v2)
    try host.runc("web", pid: 100)
    for (instant, moment) in moments.enumerated() {
      try host.file("/proc/100/net/dev", interfaces(moment), at: instant)
      // What stands still is not read again.
      try host.cgroup("/web", Usage(cpu: 1_000_000 + UInt64(instant)), at: instant)
    }
    let samples = try host.samples()
    let figure = try #require(Figure.named("network.received_bytes_per_second"))
    return zip(samples, samples.dropFirst()).map { Frame(previous: $0, current: $1).value(figure, row: 0) }
  }

  @Test func `an interface that was not there before adds nothing of what it counted elsewhere`() throws {
    let rates = try received([
      [("eth0", 1000, 0)], [("eth0", 1_001_000, 0), ("eth1", 90_000_000_000, 5)],
      [("eth0", 1_002_000, 0), ("eth1", 90_000_000_700, 6)],
    ])
    #expect(rates == [.number(1_000_000), .number(1700)])
  }

  @Test func `an interface that goes takes nothing back`() throws {
    let rates = try received([
      [("eth0", 1000, 0), ("eth1", 500, 0)], [("eth0", 3000, 0)], [("eth0", 3500, 0), ("eth1", 900, 0)],
    ])
    #expect(rates == [.number(2000), .number(500)])
  }

  @Test func `an interface that went back moved nobody knows what`() throws {
    let rates = try received([[("eth0", 1000, 0)], [("eth0", 10, 0)], [("eth0", 400, 0)], [("eth0", 700, 0)]])
    #expect(rates == [.missing(.counterReset), .missing(.firstSample), .number(300)])
  }
}
