import TareModel
import TestSupport
import Testing

@testable import KernelStats
@testable import TareSampling

/// Whether what is coming up is up, as one look after the other tells.
struct ReadyTests {
  private let table = """
      sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
       0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 777 1 00000000b20d6090 100 0 0 10 0

    """

  /// Timelines of the only workload, sample by sample.
  private func boots(_ host: FakeHost, names: any EngineNames = FixedEngineNames()) throws -> [BootTimeline] {
    let watch = StartMonitor()
    defer { watch.end() }
    let root = try host.root()
    let sampler = try Sampler(root, environment: [:], names: names, budget: DescriptorBudget(0), watch: watch)
    return try (0..<host.instants).map { instant in
      if instant > 0 { root.advance() }
      var sample = sampler.makeSample()
      try sampler.sample(into: &sample)
      return try #require(sample.workloads.first).boot
    }
  }

  /// A container that began a second before the first look.
  private func young(start: UInt64 = 99_900) throws -> FakeHost {
    let host = try FakeHost()
    try host.runc("web", pid: 200, start: start, cgroup: "/lab/web")
    try host.file("/sys/fs/cgroup/lab/web/cgroup.procs", "200\n")
    return host
  }

  private func at(_ seconds: UInt64) -> UInt64 { FakeHost.bootedAt + seconds * 1_000_000_000 }

  @Test func `a container is ready when one of its own processes listens, between two looks`() throws {
    let host = try young()
    try host.descriptor(3, of: 200, "socket:[777]")
    try host.file("/proc/200/net/tcp", table, at: 2)
    for instant in 1...2 { try host.cgroup("/lab/web", Usage(cpu: 1_000_000 + UInt64(instant)), at: instant) }
    let boots = try boots(host)
    #expect(boots[0][.ready] == nil && boots[1][.ready] == nil)
    let ready = try #require(boots[2][.ready])
    #expect(ready.label == .measured && ready.source == "a listening socket")
    #expect(ready.lo == at(1001) && ready.hi == at(1002))
  }

  @Test func `a socket of somebody else in the same network does not make it ready`() throws {
    let host = try young()
    try host.descriptor(3, of: 200, "socket:[778]")
    try host.file("/proc/200/net/tcp", table)
    for instant in 1...2 { try host.cgroup("/lab/web", Usage(cpu: 1_000_000 + UInt64(instant)), at: instant) }
    #expect(try boots(host).allSatisfy { $0[.ready] == nil })
  }

  @Test func `what listened long before anybody looked has no known instant`() throws {
    let host = try young(start: 50_000)
    try host.descriptor(3, of: 200, "socket:[777]")
    try host.file("/proc/200/net/tcp", table, at: 1)
    try host.cgroup("/lab/web", Usage(cpu: 2_000_000), at: 1)
    #expect(try boots(host).allSatisfy { $0[.ready] == nil })
  }

  @Test func `where the engine's socket says nothing, its state file tells when the service was healthy`() throws {
    let host = try FakeHost()
    let id = FakeHost.containerID("abcdef123456789")
    try host.docker(id, name: "web", pid: 200, start: 99_900)
    for (instant, status) in ["starting", "starting", "healthy", "healthy"].enumerated() {
      try host.file(
        "/var/lib/docker/containers/\(id)/config.v2.json",
        #"{"Name":"/web","State":{"Health":{"Status":"\#(status)","FailingStreak":0}}}"#, at: instant)
    }
    let boots = try boots(host)
    #expect(boots[0][.ready] == nil && boots[1][.ready] == nil)
    let ready = try #require(boots[2][.ready])
    #expect(ready.source == "the engine's health check" && ready.lo == at(1001) && ready.hi == at(1002))
    // An engine that answers is believed alone.
    let names = FixedEngineNames([id: EngineName(name: "web", image: nil, health: .unhealthy)])
    #expect(try self.boots(host, names: names).allSatisfy { $0[.ready] == nil })
  }

  @Test func `a damaged table of sockets is no socket that listens`() throws {
    let host = try young()
    try host.descriptor(3, of: 200, "socket:[777]")
    try host.file("/proc/200/net/tcp", "x\n  0: 0 0 0A x x x x x -1\n", at: 1)
    try host.cgroup("/lab/web", Usage(cpu: 2_000_000), at: 1)
    #expect(try boots(host).allSatisfy { $0[.ready] == nil })
  }

  @Test func `a container that computed and then is idle for two looks has settled, as far as can be guessed`() throws {
    let host = try young()
    // A second of CPU time each second, then a twentieth.
    for (instant, cpu) in [(1, 2_000_000), (2, 3_000_000), (3, 3_050_000), (4, 3_100_000), (5, 3_150_000)] {
      try host.cgroup("/lab/web", Usage(cpu: UInt64(cpu)), at: instant)
    }
    let boots = try boots(host)
    let ready = try #require(boots[5][.ready])
    #expect(ready.label == .inferred && ready.source == "the CPU settled")
    #expect(ready.lo == at(1002) && ready.hi == at(1003))
    #expect(boots[3][.ready] == nil)
  }

  @Test func `a socket that listens is better than a guess`() throws {
    let host = try young()
    try host.descriptor(3, of: 200, "socket:[777]")
    try host.file("/proc/200/net/tcp", table, at: 6)
    for (instant, cpu) in [
      (1, 2_000_000), (2, 3_000_000), (3, 3_050_000), (4, 3_100_000), (5, 3_150_000), (6, 3_200_000),
    ] {
      try host.cgroup("/lab/web", Usage(cpu: UInt64(cpu)), at: instant)
    }
    #expect(try boots(host)[6][.ready]?.source == "a listening socket")
  }

  @Test func `losses and deafness are told in words`() throws {
    let watch = StartMonitor()
    defer { watch.end() }
    #expect(watch.problem == nil)
    watch.addLoss()
    #expect(watch.problem?.source == "starts")
    #expect(watch.problem?.message.contains("once") == true)
  }
}
