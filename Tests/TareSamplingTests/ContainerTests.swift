import TareModel
import TestSupport
import Testing

@testable import TareSampling

struct ContainerTests {
  private let id = FakeHost.containerID("abcdef123456789")
  private let other = FakeHost.containerID("0123456789ab")

  @Test(arguments: FakeHost.Mode.allCases)
  func `a Docker container has its name, image, marks and figures`(mode: FakeHost.Mode) throws {
    let host = try FakeHost(mode)
    try host.docker(id, name: "web", pid: 200)
    let frame = try host.frame()
    #expect(frame.current.workloads.count == 1)
    let workload = try #require(frame.current.workloads.first)
    #expect(workload.id == "docker:\(id)")
    #expect(workload.name == "web")
    #expect(workload.kind == .container)
    #expect(workload.runtime == .docker)
    #expect(workload.image == "img:1")
    #expect(workload.mainPid == 200)
    #expect(workload.helpers == [199])
    #expect(workload.cgroup == (mode == .v2 ? "/system.slice/docker-\(id).scope" : "/docker/\(id)"))
    #expect(workload.startedAt == FakeHost.bootedAt + 500_000_000_000)
    #expect(workload.boot[.requested]?.label == .reported)
    #expect(workload.boot[.spawned]?.label == .measured)
    #expect(workload.boot[.isolated]?.at == Timestamp.parse("2023-11-14T22:21:40.5Z"))
    #expect(workload.boot[.executing]?.at == Timestamp.parse("2023-11-14T22:21:40.75Z"))
    #expect(frame.value(.workingSet, row: 0) == .integer(40 << 20))
    #expect(frame.value(Figure.named("cpu.usage_seconds_total")!, row: 0) == .number(1))
    #expect(frame.current[0, .networkReceived] == .value(1000))
    #expect(frame.current[0, .cpuGuest] == .missing(.notApplicable))
    #expect(frame.current[0, .cpuWait] == .missing(.onDemand))
    #expect(frame.current.problems.isEmpty)
  }

  @Test func `a Podman container has its name, image, marks and figures`() throws {
    let host = try FakeHost()
    try host.podman(id, name: "cache", pid: 300)
    let workload = try #require(try host.frame().current.workloads.first)
    #expect(workload.id == "podman:\(id)")
    #expect(workload.name == "cache")
    #expect(workload.image == "docker.io/library/redis:7")
    #expect(workload.helpers == [299])
    #expect(workload.boot[.isolated]?.source == "crun status")
    #expect(workload.boot[.requested]?.source == "podman containers.json")
    #expect(workload.cgroup == "/machine.slice/libpod-\(id).scope")
  }

  @Test func `a Podman container from a folder has no image, not an empty one`() throws {
    let host = try FakeHost()
    try host.podman(id, name: "cache", pid: 300, image: "")
    let workload = try #require(try host.frame().current.workloads.first)
    #expect(workload.image == nil)
    #expect(workload.absences["image"] == .notApplicable)
  }

  @Test func `a container of a systemd unit made by Podman is found`() throws {
    let host = try FakeHost()
    try host.podman(id, name: "quadlet", pid: 300, cgroup: "/system.slice/q.service/libpod-payload-\(id)")
    #expect(try host.frame().current.workloads.map(\.id) == ["podman:\(id)"])
  }

  @Test(arguments: FakeHost.Mode.allCases)
  func `runc and crun containers are found by their state`(mode: FakeHost.Mode) throws {
    let host = try FakeHost(mode)
    try host.runc("job", pid: 400)
    try host.crun("task", pid: 500)
    let frame = try host.frame()
    #expect(Set(frame.current.workloads.map(\.id)) == ["runc:job", "crun:task"])
    #expect(frame.current.workloads.allSatisfy { $0.boot[.isolated]?.label == .reported })
    #expect(frame.value(.cpuUsage, row: 0) == .missing(.firstSample))
    #expect((0...1).allSatisfy { frame.value(.memoryCurrent, row: $0) == .integer(50 << 20) })
  }

  @Test func `a container that several runtimes know is one row`() throws {
    let host = try FakeHost()
    try host.podman(id, name: "cache", pid: 300)
    try host.runc("same", pid: 300, cgroup: "/machine.slice/libpod-\(id).scope/container", makesProcess: false)
    #expect(try host.frame().current.workloads.map(\.runtime) == [.podman])
  }

  @Test func `a container in a group of the user's choice is Docker's if the shim says so`() throws {
    let host = try FakeHost()
    try host.docker(id, name: "web", pid: 200, cgroup: "/my.slice/\(id)")
    #expect(try host.frame().current.workloads.map(\.name) == ["web"])
  }

  @Test func `a group called like a container without a shim is none`() throws {
    let host = try FakeHost()
    try host.process(200, cgroup: "/my.slice/\(id)")
    try host.cgroup("/my.slice/\(id)")
    #expect(try host.frame().current.workloads.isEmpty)
  }

  @Test func `an engine in a container of another has its containers inside`() throws {
    let host = try FakeHost(.v1)
    try host.docker(id, name: "outer", pid: 200, usage: Usage(cpu: 9_000_000))
    try host.docker(other, name: "inner", pid: 210, cgroup: "/docker/\(id)/docker/\(other)")
    let frame = try host.frame()
    let inner = try #require(frame.current.workloads.firstIndex { $0.name == "inner" })
    #expect(frame.current.workloads[inner].parent == "docker:\(id)")
    #expect(frame.outermostRows == [1 - inner])
    #expect(frame.current[1 - inner, .cpuUsage] == .value(9_000_000_000))
  }

  @Test func `where the engine's socket says nothing, labels are those of its state file`() throws {
    let host = try FakeHost()
    try host.docker(id, name: "web", pid: 200)
    try host.file(
      "/var/lib/docker/containers/\(id)/config.v2.json",
      #"{"Name":"/web","Config":{"Image":"img:1","Labels":{"com.docker.compose.project":"shop","tier":"front"}}}"#)
    let workload = try #require(try host.frame().current.workloads.first)
    #expect(workload.name == "web" && workload.image == "img:1")
    #expect(workload.labels == ["com.docker.compose.project": "shop", "tier": "front"])
    #expect(workload.absences["labels"] == nil)
  }

  @Test func `without its state a container has its short id and the reason`() throws {
    let host = try FakeHost()
    try host.docker(id, name: "web", pid: 200, writesState: false)
    let workload = try #require(try host.frame().current.workloads.first)
    #expect(workload.name == "abcdef123456")
    #expect(workload.image == nil)
    #expect(workload.absences["image"] == .noPermission)
  }

  @Test func `a broken state file is reported and the container is still there`() throws {
    let host = try FakeHost()
    try host.docker(id, name: "web", pid: 200)
    try host.file("/var/lib/docker/containers/\(id)/config.v2.json", "{\"Name\":\"SECRET")
    let sample = try host.frame().current
    #expect(sample.workloads.map(\.name) == ["abcdef123456"])
    #expect(sample.problems.map(\.source) == ["docker"])
    #expect(sample.problems.allSatisfy { !$0.message.contains("SECRET") })
  }

  @Test func `a kernel's garbage in state files crashes nothing`() throws {
    var random = SplitMix(seed: 5)
    let text = Array(
      #"{"id":"x","init_process_pid":400,"init_process_start":50000,"created":"x","cgroup_paths":{"":"/a"}}"#.utf8)
    for _ in 0..<50 {
      let host = try FakeHost()
      try host.process(400, cgroup: "/x")
      try host.folder.write("/run/runc/x/state.json", bytes: random.damaged(text))
      try host.folder.write("/run/crun/x/status", bytes: random.damaged(text))
      _ = try host.frame()
    }
  }

  @Test func `a name from an engine replaces the short id when it comes`() throws {
    let host = try FakeHost()
    try host.docker(id, name: "web", pid: 200, writesState: false)
    host.instants = 3
    let names = LateNames(after: 1, [id: EngineName(name: "late", image: "img:2")])
    let samples = try host.samples(names: names)
    #expect(samples.map { $0.workloads[0].name } == ["abcdef123456", "late", "late"])
    #expect(samples[2].workloads[0].image == "img:2")
    #expect(samples[2].workloads[0].absences["image"] == nil)
    #expect(Set(samples.map { $0.serials[0] }).count == 1)
  }

  @Test func `engines that could not be asked are reported`() throws {
    let host = try FakeHost()
    try host.docker(id, name: "web", pid: 200)
    let names = LateNames(after: 0, [:], problems: [Problem(source: "docker", message: "no answer within 300 ms")])
    let sample = try #require(try host.samples(names: names).last)
    #expect(sample.problems == [Problem(source: "docker", message: "no answer within 300 ms")])
    #expect(sample.workloads.count == 1)
  }

  @Test func `a container with the host's network has no bytes of its own`() throws {
    let host = try FakeHost()
    try host.docker(id, name: "web", pid: 200)
    try host.folder.remove("/proc/200/ns/net")
    try host.folder.link("/proc/200/ns/net", to: "net:[1]")
    let frame = try host.frame()
    #expect(frame.current[0, .networkReceived] == .missing(.hostNetwork))
  }

  @Test func `a container that gets its network after it was first seen is looked at again`() throws {
    let host = try FakeHost()
    try host.docker(id, name: "web", pid: 200)
    _ = try host.samples()
    try host.folder.remove("/proc/200/ns/net")
    try host.folder.link("/proc/200/ns/net", to: "net:[1]")
    let root = try host.root()
    var reader = NetworkReader(of: 200, root)
    var sample = Sample(host: makeSample().host)
    sample.prepare([Workload(id: "a", name: "a", kind: .container, runtime: .runc)], serials: [1])
    var buffer = [UInt8](repeating: 0, count: 4096)
    reader.read(into: &sample, row: 0, buffer: &buffer)
    #expect(sample[0, .networkReceived] == .missing(.hostNetwork))
    try host.folder.remove("/proc/200/ns/net")
    try host.folder.link("/proc/200/ns/net", to: "net:[2]")
    reader.refresh()
    reader.read(into: &sample, row: 0, buffer: &buffer)
    #expect(sample[0, .networkReceived].number != nil)
  }

  @Test func `an empty host has no rows and its own figures`() throws {
    let host = try FakeHost()
    host.instants = 2
    try host.file("/proc/stat", "cpu  1100 0 500 90000 10 0 0 20 100 0\n", at: 1)
    let frame = try host.frame()
    #expect(frame.current.workloads.isEmpty)
    #expect(frame.hostTotals.cpu == .number(100))
    #expect(frame.hostTotals.memoryUsed == .integer(2_000_000 << 10))
    #expect(frame.current.host.cpusOnline == 2)
    #expect(frame.current.own.cpu == nil)
  }
}

/// Names that come at the second question.
final class LateNames: EngineNames {
  private let all: [String: EngineName]
  private let after: Int
  private let asked = Counter()
  let problems: [Problem]

  init(after: Int, _ all: [String: EngineName], problems: [Problem] = []) {
    self.after = after
    self.all = all
    self.problems = problems
  }

  func refresh(running: [EngineSocket]) {}

  /// The sampler looks once a sample and discovery once a pass.
  var names: [String: EngineName] { asked.next() > after * 3 ? all : [:] }
}
