import KernelStats
import TareModel
import TareSampling
import TestSupport
import Testing

/// What is read of the walls around a workload.
@Suite struct IsolationReaderTests {
  private let id = FakeHost.containerID("abc")

  /// What the workload with this id has at each instant of the host.
  private func looks(_ host: FakeHost, _ id: String) throws -> [Isolation] {
    let root = try host.root()
    let sampler = try Sampler(root, environment: [:], names: FixedEngineNames(), budget: DescriptorBudget(0))
    var sample = sampler.makeSample()
    return try (0..<host.instants).compactMap { instant in
      if instant > 0 { root.advance() }
      try sampler.sample(into: &sample)
      return sampler.inspect(id)?.isolation
    }
  }

  private func look(_ host: FakeHost, _ id: String? = nil) throws -> Isolation {
    try #require(try looks(host, id ?? "docker:\(self.id)").last)
  }

  private static let status = """
    Name:\tsh\nUid:\t1000\t1000\t1000\t1000\nNSpid:\t200\t7\nCapEff:\t0000000000000000\nCapBnd:\t00000000a80425fb
    NoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t2\nCpus_allowed_list:\t0-3,8\n
    """

  private static let mounts = """
    1 0 0:50 / / ro,relatime - overlay overlay rw,lowerdir=/l/a:/l/b,upperdir=/u
    2 1 0:51 / /proc rw - proc proc rw
    3 1 254:0 /srv/data /data rw - ext4 /dev/vda rw
    4 3 254:0 /srv/data/deep /data/deep rw - ext4 /dev/vda rw
    5 1 254:0 /var/lib/docker/containers/x/hosts /etc/hosts rw - ext4 /dev/vda rw
    6 1 0:25 /docker.sock /run/docker.sock rw - tmpfs tmpfs rw
    7 1 0:60 / /tmp rw - tmpfs tmpfs rw
    8 1 254:0 /volumes/db/_data /db ro - ext4 /dev/vda rw

    """

  /// A Docker container with all that a real one has.
  private func host(_ mode: FakeHost.Mode = .v2) throws -> FakeHost {
    let host = try FakeHost(mode)
    try host.docker(id, name: "web", pid: 200)
    try isolate(200, in: host)
    for name in ["ipc", "uts", "cgroup", "time"] { try host.folder.link("/proc/self/ns/\(name)", to: "\(name):[1]") }
    try host.file(
      "/proc/1/mountinfo",
      "1 0 254:0 / / rw - ext4 /dev/vda rw\n2 1 0:25 / /run rw - tmpfs tmpfs rw\n3 1 254:0 /volumes /vol rw - ext4 x rw\n"
    )
    try host.file("/proc/sys/kernel/cap_last_cap", "40\n")
    return host
  }

  private func isolate(_ pid: Int32, in host: FakeHost, namespace: Int32? = nil) throws {
    for name in ["ipc", "uts"] { try host.folder.link("/proc/\(pid)/ns/\(name)", to: "\(name):[\(namespace ?? pid)]") }
    for name in ["cgroup", "time"] { try host.folder.link("/proc/\(pid)/ns/\(name)", to: "\(name):[1]") }
    try host.file("/proc/\(pid)/status", Self.status)
    try host.file("/proc/\(pid)/mountinfo", Self.mounts)
    try host.file("/proc/\(pid)/uid_map", "         0     100000      65536\n")
    try host.file("/proc/\(pid)/attr/current", "docker-default (enforce)\n")
  }

  @Test func `namespaces are its own, the host's, or those of others by name`() throws {
    let host = try host()
    try host.runc("side", pid: 400)
    try isolate(400, in: host, namespace: 200)
    let isolation = try look(host)
    for own in [Namespace.pid, .mount, .network, .user] { #expect(isolation[own] == .own, "\(own)") }
    for shared in [Namespace.ipc, .uts] { #expect(isolation[shared] == .others(["side"]), "\(shared)") }
    for host in [Namespace.cgroup, .time] { #expect(isolation[host] == .host, "\(host)") }
  }

  @Test func `rights come from the status file`() throws {
    let isolation = try look(try host())
    let rights = isolation.confinement
    #expect(rights.user == .known(1000) && rights.noNewPrivileges == .known(true))
    #expect(rights.seccomp == .known(.filter(2)))
    #expect(rights.label == .known(.appArmor(profile: "docker-default", mode: "enforce")))
    let capabilities = try #require(rights.capabilities.value)
    #expect(capabilities.bounding == 0xa804_25fb && capabilities.effective == 0 && capabilities.known == 41)
    #expect(isolation.innerPid == 7 && isolation.cpus == .known(5))
    #expect(isolation.rootOutside == 100_000 && isolation.sharesUsers == false)
  }

  @Test func `the host's folders are told from its own`() throws {
    let isolation = try look(try host())
    #expect(isolation.rootFiles == .known(RootFiles(type: "overlay", layers: 2, isReadOnly: true)))
    #expect(
      isolation.hostFolders.value == [
        HostFolder(path: "/srv/data", point: "/data", isReadOnly: false),
        HostFolder(path: "/run/docker.sock", point: "/run/docker.sock", isReadOnly: false),
        HostFolder(path: "/volumes/db/_data", point: "/db", isReadOnly: true),
      ])
  }

  @Test func `devices are read of cgroup v1 and nowhere else`() throws {
    let host = try host(.v1)
    let list = "/sys/fs/cgroup/devices/docker/\(id)/devices.list"
    #expect(try look(host).devices == .unknown(.noPermission))
    try host.file(list, "c *:* m\nb *:* m\nc 1:3 rwm\nc 5:2 rwm\nc 10:229 rwm\nb 254:0 rw\n")
    #expect(try look(host).devices == .known(.usual(more: ["c 10:229", "b 254:0"])))
    try host.file(list, "a *:* rwm\n")
    #expect(try look(host).devices == .known(.all))
    #expect(try look(try self.host()).devices.reason == .notReported)
  }

  @Test func `what this user may not see is unknown, with the reason`() throws {
    let host = try host()
    for name in ["mnt", "net", "pid", "user", "ipc", "uts", "cgroup", "time"] { host.fail("/proc/200/ns/\(name)", 13) }
    host.fail("/proc/200/mountinfo", 13)
    host.fail("/proc/200/attr/current", 13)
    let isolation = try look(host)
    #expect(Namespace.allCases.allSatisfy { isolation[$0] == .unknown(.noPermission) })
    #expect(isolation.rootFiles == .unknown(.noPermission) && isolation.confinement.label == .unknown(.noPermission))
  }

  @Test func `an older kernel has fewer namespaces, and no label where no module is on`() throws {
    let host = try host()
    host.fail("/proc/200/ns/time", 2)
    try host.folder.remove("/proc/200/attr/current")
    let isolation = try look(host)
    #expect(isolation[.time] == .unknown(.kernelTooOld) && isolation[.pid] == .own)
    #expect(isolation.confinement.label == .known(.none))
  }

  @Test func `a process that ends, or whose number another takes, is not mixed up`() throws {
    let host = try host()
    try host.process(200, name: "other", start: 99_999, at: 1)
    host.step = 20_000_000_000
    for look in try looks(host, "docker:\(id)").dropFirst() {
      #expect(look[.pid] == .unknown(.ended) && look.confinement.capabilities == .unknown(.ended))
    }
  }

  @Test func `damaged files never crash it`() throws {
    var random = SplitMix(seed: 5)
    for _ in 0..<60 {
      let host = try host(.v1)
      let texts = [
        ("/proc/200/status", Self.status), ("/proc/200/mountinfo", Self.mounts),
        ("/proc/200/uid_map", "0 0 4294967295\n"),
        ("/proc/200/attr/current", "docker-default (enforce)\n"), ("/proc/sys/kernel/cap_last_cap", "40\n"),
        ("/sys/fs/cgroup/devices/docker/\(id)/devices.list", "c 1:3 rwm\n"),
      ]
      for (path, text) in texts { try host.folder.write(path, bytes: random.damaged(Array(text.utf8))) }
      _ = try looks(host, "docker:\(id)")
    }
  }
}
