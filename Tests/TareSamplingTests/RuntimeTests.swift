import TareModel
import TestSupport
import Testing

@testable import TareSampling

/// containerd without Kubernetes, LXC, systemd-nspawn, gVisor, and one in another.
struct RuntimeTests {
  private let id = FakeHost.containerID("abcdef123456789")

  private func rows(_ host: FakeHost) throws -> [Workload] { try host.frame().current.workloads }

  // MARK: containerd

  @Test(arguments: FakeHost.Mode.allCases)
  func `a container of ctr is found by its shim, whatever its group is called`(mode: FakeHost.Mode) throws {
    let host = try FakeHost(mode)
    for (place, group) in ["/default/web", "/lab/x"].enumerated() {
      let pid = Int32(200 + place * 10)
      let name = place == 0 ? "web" : "other"
      try host.shim(name, namespace: "default", pid: pid - 1)
      try host.containerd(name, shim: pid - 1, pid: pid, cgroup: group)
    }
    let frame = try host.frame()
    let rows = frame.current.workloads
    #expect(rows.map(\.id) == ["containerd:default/web", "containerd:default/other"])
    #expect(rows.map(\.name) == ["web", "other"])
    #expect(rows.map(\.cgroup) == ["/default/web", "/lab/x"])
    #expect(rows.map(\.helpers) == [[199], [209]])
    #expect(rows.allSatisfy { $0.runtime == .containerd && $0.kind == .container && $0.pod == nil })
    #expect(rows[0].absences["image"] == .notReported && rows[0].absences["pod"] == .notApplicable)
    #expect(rows[0].boot[.isolated]?.at == Timestamp.parse("2023-11-14T22:21:40.5Z"))
    #expect(rows[0].boot[.spawned]?.label == .measured)
    #expect(frame.current[0, .memoryCurrent] == .value(50 << 20))
  }

  @Test func `a container of nerdctl has the name that it was given`() throws {
    let host = try FakeHost()
    try host.shim(id, namespace: "default", pid: 199)
    try host.containerd(
      id, shim: 199, pid: 200, cgroup: "/system.slice/nerdctl-\(id).scope", annotations: ["nerdctl/name": "blog"])
    let row = try #require(try rows(host).first)
    #expect(row.id == "containerd:default/\(id)" && row.name == "blog")
    #expect(row.cgroup == "/system.slice/nerdctl-\(id).scope")
  }

  @Test func `containers of one name in two namespaces or of two daemons are two`() throws {
    let host = try FakeHost()
    try host.shim("web", namespace: "default", pid: 199)
    try host.containerd("web", shim: 199, pid: 200, cgroup: "/default/web")
    try host.shim("web", namespace: "build", pid: 209)
    try host.containerd("web", namespace: "build", shim: 209, pid: 210, cgroup: "/build/web")
    try host.shim("web", namespace: "default", pid: 219, address: "/run/k3s/c.sock")
    try host.containerd("web", shim: 219, pid: 220, cgroup: "/other/web")
    #expect(
      Set(try rows(host).map(\.id)) == [
        "containerd:default/web", "containerd:build/web", "containerd:default/web@/run/k3s/c.sock",
      ])
  }

  @Test func `a user's shim cannot claim a group with others' processes in it`() throws {
    let host = try FakeHost()
    try host.process(80, cgroup: "/user.slice/user-1000.slice", user: 0)
    try host.cgroup("/user.slice/user-1000.slice")
    try host.shim("x", namespace: "default", pid: 199, cgroup: "/user.slice", user: 1000)
    try host.process(200, parent: 199, cgroup: "/user.slice/user-1000.slice", user: 1000)
    let frame = try host.frame()
    #expect(frame.current.workloads.map(\.id) == ["containerd:default/x"])
    #expect(frame.current[0, .memoryCurrent] == .missing(.sharedCgroup))
  }

  @Test func `an engine in a container of another: its containers are inside and counted once`() throws {
    let host = try FakeHost()
    try host.docker(id, name: "kind", pid: 200, cgroup: "/docker/\(id)")
    try host.shim(
      "web", namespace: "default", pid: 299, cgroup: "/docker/\(id)/system.slice/containerd.service", start: 60_000)
    try host.containerd("web", shim: 299, pid: 300, start: 60_001, cgroup: "/docker/\(id)/default/web")
    let frame = try host.frame()
    let web = try #require(frame.current.workloads.first { $0.name == "web" })
    #expect(web.parent == "docker:\(id)")
    #expect(frame.outermostRows.map { frame.current.workloads[$0].name } == ["kind"])
  }

  // MARK: LXC

  @Test(arguments: FakeHost.Mode.allCases)
  func `a container of LXC has its monitor's name, and its monitor`(mode: FakeHost.Mode) throws {
    let host = try FakeHost(mode)
    try host.lxc("web", pid: 300)
    let frame = try host.frame()
    let row = try #require(frame.current.workloads.first)
    #expect(frame.current.workloads.count == 1)
    #expect(row.id == "lxc:web" && row.name == "web" && row.runtime == .lxc && row.kind == .container)
    #expect(row.mainPid == 300 && row.helpers == [299])
    #expect(row.cgroup == "/lxc.payload.web")
    #expect(row.absences["image"] == .notApplicable)
    #expect(row.boot[.spawned]?.label == .measured)
    #expect(frame.current[0, .memoryCurrent] == .value(50 << 20))
  }

  @Test func `a user's container of the same name is another`() throws {
    let host = try FakeHost()
    try host.lxc("web", pid: 300)
    try host.lxc(
      "web", pid: 310, path: "/home/u/my lxc", below: "/user.slice/user-1000.slice/user@1000.service", user: 1000)
    #expect(Set(try rows(host).map(\.id)) == ["lxc:web", "lxc:/home/u/my lxc/web"])
    #expect(try rows(host).allSatisfy { $0.name == "web" })
  }

  @Test(arguments: ["/lxc/web", "/lxc.payload/web", "/chosen", "/chosen/init.scope"])
  func `groups of the user's choice, and of older versions, are its own`(group: String) throws {
    let host = try FakeHost()
    try host.lxc("web", pid: 300, cgroup: group)
    try host.cgroup("/chosen")
    let frame = try host.frame()
    #expect(frame.current.workloads.map(\.id) == ["lxc:web"])
    #expect(frame.current.workloads[0].cgroup == (group.hasPrefix("/chosen") ? "/chosen" : group))
    #expect(frame.current[0, .memoryCurrent] == .value(50 << 20))
  }

  @Test(arguments: [
    ("/var/lib/incus/containers", "incusd"), ("/var/lib/lxd/containers", "lxd"),
    ("/var/snap/lxd/common/lxd/containers", "lxd"),
  ])
  func `an instance of Incus is called without its project`(path: String, program: String) throws {
    let host = try FakeHost()
    try host.lxc("web", pid: 300, path: path, program: program)
    try host.lxc("my_project_web", pid: 310, path: path, program: program)
    let rows = try rows(host)
    #expect(rows.map(\.id) == ["incus:web", "incus:my_project_web"])
    #expect(rows.allSatisfy { $0.runtime == .incus && $0.name == "web" })
    #expect(rows[0].absences["image"] == .notReported)
  }

  @Test func `LXC in LXC, Docker in LXC, and what was attached`() throws {
    let host = try FakeHost()
    try host.lxc("outer", pid: 300)
    try host.process(320, parent: 1, name: "sh", start: 90_000, cgroup: "/lxc.payload.outer/.lxc")
    try host.lxc("inner", pid: 400, below: "/lxc.payload.outer", monitorSharesFiles: false)
    try host.docker(id, name: "web", pid: 500, cgroup: "/lxc.payload.outer/docker/\(id)")
    let frame = try host.frame()
    let parents = Dictionary(uniqueKeysWithValues: frame.current.workloads.map { ($0.id, $0.parent) })
    #expect(
      parents == [
        "lxc:outer": nil, "lxc:/lxc.payload.outer/lxc.payload.inner": "lxc:outer", "docker:\(id)": "lxc:outer",
      ])
    #expect(frame.outermostRows.map { frame.current.workloads[$0].name } == ["outer"])
  }

  @Test func `a container whose monitor is gone is known by its group`() throws {
    let host = try FakeHost()
    try host.process(300, name: "init", cgroup: "/lxc.payload.web/init.scope")
    try host.process(301, parent: 300, cgroup: "/lxc.payload.web/system.slice/x.service")
    try host.cgroup("/lxc.payload.web")
    let row = try #require(try rows(host).first)
    #expect(try rows(host).count == 1)
    #expect(row.id == "lxc:/lxc.payload.web" && row.name == "web" && row.mainPid == 300 && row.helpers.isEmpty)
  }

  @Test(arguments: ["[lxc monitor] ", "[lxc monitor] web", "[lxc monitor]", "lxc-start -n web", ""])
  func `a broken title is no monitor`(title: String) throws {
    let host = try FakeHost()
    try host.process(299, name: "lxc-start", arguments: [title])
    try host.process(300, parent: 299, cgroup: "/x")
    #expect(try rows(host).isEmpty)
  }

  // MARK: systemd-nspawn

  @Test(arguments: [
    ["--machine=web", "-D", "/srv/other"], ["-M", "web"], ["-Mweb"], ["-D", "/var/lib/machines/web/"],
    ["--image=/var/lib/machines/web.raw", "--boot"],
  ])
  func `a container of systemd-nspawn is called as it was told`(arguments: [String]) throws {
    let host = try FakeHost()
    try host.nspawn(pid: 300, arguments: arguments, unit: "/machine.slice/systemd-nspawn@web.service")
    let frame = try host.frame()
    let row = try #require(frame.current.workloads.first)
    #expect(frame.current.workloads.count == 1)
    #expect(row.id == "nspawn:web" && row.name == "web" && row.runtime == .nspawn)
    #expect(row.mainPid == 300 && row.helpers == [299])
    #expect(row.cgroup == "/machine.slice/systemd-nspawn@web.service/payload")
    #expect(row.boot[.isolated] == nil)
    #expect(frame.current[0, .memoryCurrent] == .value(50 << 20))
  }

  @Test func `machined tells when it was told of a container`() throws {
    let host = try FakeHost()
    try host.nspawn(pid: 300, arguments: ["-M", "web"], unit: "/machine.slice/machine-web.scope")
    let record = "NAME=web\nCLASS=container\nLEADER=300\nREALTIME=1700000500100000\n"
    try host.file("/run/systemd/machines/web", record)
    #expect(try rows(host).first?.boot[.isolated]?.at == 1_700_000_500_100_000_000)
    for other in ["LEADER=301", "CLASS=vm", "REALTIME=99999999999999999999", "REALTIME=", "LEADER"] {
      let key = other.prefix { $0 != "=" }
      let lines = record.split(separator: "\n").map { $0.hasPrefix(key) ? other : String($0) }
      try host.file("/run/systemd/machines/web", lines.joined(separator: "\n"))
      #expect(try rows(host).first?.boot[.isolated] == nil, "\(other)")
    }
  }

  @Test func `systemd-nspawn in systemd-nspawn is inside and counted once`() throws {
    let host = try FakeHost()
    let unit = "/machine.slice/systemd-nspawn@web.service"
    try host.nspawn(pid: 300, arguments: ["-M", "web"], unit: unit)
    try host.nspawn(
      pid: 400, arguments: ["-M", "web"], unit: "\(unit)/payload/machine.slice/m.scope", sharesFiles: false)
    let frame = try host.frame()
    #expect(frame.current.workloads.count == 2)
    let inner = try #require(frame.current.workloads.first { $0.mainPid == 400 })
    #expect(inner.id == "nspawn:\(unit)/payload/machine.slice/m.scope/payload")
    #expect(inner.parent == "nspawn:web" && inner.name == "web")
    #expect(frame.outermostRows.map { frame.current.workloads[$0].mainPid } == [300])
  }

  @Test func `a user, who may not see what root runs, sees root's systemd-nspawn by its name`() throws {
    let host = try FakeHost()
    host.uid = 1000
    try host.nspawn(pid: 300, arguments: ["-M", "web"], unit: "/machine.slice/systemd-nspawn@web.service")
    try host.folder.remove("/proc/299/exe")
    #expect(try host.frame().current.workloads.map(\.id) == ["nspawn:web"])
    // Nobody else's.
    try host.file("/proc/299/status", "Name:\tsystemd-nspawn\nUid:\t1001\t1001\t1001\t1001\n")
    #expect(try host.frame().current.workloads.isEmpty)
  }

  @Test func `who only calls himself systemd-nspawn has no container`() throws {
    let host = try FakeHost()
    try host.process(
      299, name: "systemd-nspawn", program: "/usr/bin/python3", arguments: ["systemd-nspawn", "-M", "x"])
    try host.process(300, parent: 299, cgroup: "/payload")
    #expect(try rows(host).isEmpty)
  }

  // MARK: gVisor

  @Test(arguments: FakeHost.Mode.allCases)
  func `a sandbox of gVisor is its sentry, and tells when it was asked for`(mode: FakeHost.Mode) throws {
    let host = try FakeHost(mode)
    try host.gvisor("safe", pid: 300, cgroup: "/safe")
    let frame = try host.frame()
    let row = try #require(frame.current.workloads.first)
    #expect(frame.current.workloads.count == 1)
    #expect(row.id == "gvisor:safe" && row.name == "safe" && row.runtime == .gvisor && row.kind == .container)
    #expect(row.mainPid == 300 && Set(row.helpers) == [299, 300])
    #expect(row.boot[.requested]?.at == Timestamp.parse("2023-11-14T22:21:39.5Z"))
    #expect(row.boot[.spawned]?.label == .measured)
    #expect(row.boot[.executing] == nil && row.boot[.userspace] == nil)
    #expect(frame.current[0, .memoryCurrent] == .value(50 << 20))
  }

  @Test func `a sandbox in a group of others has no figures, and one without state its name`() throws {
    let host = try FakeHost()
    try host.process(80, cgroup: "/session")
    try host.gvisor("safe", pid: 300, cgroup: "/session", writesState: false)
    let frame = try host.frame()
    #expect(frame.current.workloads.map(\.name) == ["safe"])
    #expect(frame.current[0, .memoryCurrent] == .missing(.sharedCgroup))
    #expect(frame.current.workloads[0].boot[.requested] == nil)
  }

  @Test func `under Docker the sentry is what runs, and the row is Docker's`() throws {
    let host = try FakeHost()
    try host.docker(id, name: "safe", pid: 200)
    try host.folder.remove("/proc/200")
    try host.gvisor(id, pid: 210, parent: 199, cgroup: "/system.slice/docker-\(id).scope", writesState: false)
    let row = try #require(try rows(host).first)
    #expect(try rows(host).count == 1)
    #expect(row.id == "docker:\(id)" && row.name == "safe" && row.runtime == .docker)
    #expect(row.mainPid == 210 && Set(row.helpers) == [199, 209, 210])
    #expect(row.boot[.executing]?.source == "dockerd config.v2.json")
  }

  @Test func `a pod in gVisor is its sentry, and each container the gofer, which is in the sandbox's group`() throws {
    let host = try FakeHost()
    let (uid, other) = ("0a5f3a52-6f0e-4b62-9b1c-1d3c5a7e9f01", FakeHost.containerID("c1"))
    try host.sandbox(id, name: "safe", uid: uid, pid: 200)
    try host.folder.remove("/proc/200")
    let group = "\(FakeHost.CgroupDriver.systemd.folder(of: uid))/cri-containerd-\(id).scope"
    try host.gvisor(id, pid: 210, parent: 199, cgroup: group, writesState: false)
    try host.container(other, name: "app", inPod: "safe", sandbox: id, uid: uid, shim: 199, pid: 220)
    try host.folder.remove("/proc/220")
    try host.process(
      220, parent: 199, name: "exe", start: 52_000, cgroup: group, program: "/usr/bin/runsc",
      arguments: ["runsc-gofer", "gofer", "--bundle", "/run/containerd/io.containerd.runtime.v2.task/k8s.io/\(other)"])
    let frame = try host.frame()
    let rows = frame.current.workloads
    let pod = try #require(rows.first { $0.kind == .pod })
    let app = try #require(rows.firstIndex { $0.kind == .container })
    #expect(rows.count == 2)
    #expect(pod.name == "safe" && pod.mainPid == 210 && Set(pod.helpers) == [199, 209, 210, 220])
    #expect(rows[app].name == "app" && rows[app].mainPid == 220 && rows[app].helpers == [220])
    #expect(rows[app].parent == pod.id && rows[app].boot[.executing] == nil)
    #expect(frame.current[app, .memoryCurrent] == .missing(.sharedCgroup))
  }

  @Test func `who only calls himself a sandbox has none`() throws {
    let host = try FakeHost()
    try host.process(300, name: "exe", program: "/usr/bin/python3", arguments: ["runsc-sandbox", "boot", "x"])
    #expect(try rows(host).isEmpty)
  }

  @Test func `garbage in state files crashes nothing`() throws {
    var random = SplitMix(seed: 11)
    let state = Array(#"{"createdAt":"x","goferPid":299,"sandbox":{"pid":300}}"#.utf8)
    let record = Array("CLASS=container\nLEADER=400\nREALTIME=1\n".utf8)
    for _ in 0..<50 {
      let host = try FakeHost()
      try host.gvisor("safe", pid: 300, cgroup: "/safe", writesState: false)
      try host.nspawn(pid: 400, arguments: ["-M", "web"], unit: "/u")
      try host.folder.write("/run/runsc/safe_sandbox:safe.state", bytes: random.damaged(state))
      try host.folder.write("/run/systemd/machines/web", bytes: random.damaged(record))
      #expect(try host.frame().current.workloads.count == 2)
    }
  }
}
