import TareModel
import TestSupport
import Testing

@testable import TareSampling

/// Podman as Debian 13 has it: root's and users' containers, those that are removed when they end, and pods.
struct PodmanTests {
  private let id = FakeHost.containerID("abcdef123456789")
  private let infra = FakeHost.containerID("1f")
  private let pod = FakeHost.containerID("9a0d")
  private let usual = "/var/lib/containers/storage"
  private let alices = "/home/alice/.local/share/containers/storage"

  private func entry(_ id: String, _ name: String, image: String = "docker.io/library/redis:7") -> String {
    #"{"id":"\#(id)","names":["\#(name)"],"metadata":"{\"image-name\":\"\#(image)\"}","created":"2023-11-14T22:21:39Z"}"#
  }

  /// conmon `pid - 1` of this user in namespaces of its own, and the container's first process.
  private func container(
    _ host: FakeHost, _ id: String, name: String, pid: Int32, cgroup path: String, user: UInt32 = 0,
    bundleIn storage: String, runsConmon: Bool = true, main: String = "sh", program: String? = nil
  ) throws {
    let run = user == 0 ? "/run/containers/storage" : "/run/user/\(user)/containers"
    if runsConmon {
      try host.process(
        pid - 1, name: "conmon", start: 49_000, cgroup: "/x", user: user,
        arguments: [
          "/usr/bin/conmon", "-c", id, "-r", "/usr/bin/crun", "-b",
          "\(storage)/overlay-containers/\(id)/userdata", "-p", "\(run)/overlay-containers/\(id)/userdata/pidfile",
          "-n", name,
        ], sharesFiles: user == 0)
    }
    try host.process(
      pid, parent: runsConmon ? pid - 1 : 1, name: main, cgroup: path, user: user, program: program,
      sharesNetwork: false, sharesFiles: false)
    try host.cgroup(path)
    let home = user == 0 ? "/run/crun" : "/run/user/\(user)/crun"
    try host.file(
      "\(home)/\(id)/status",
      #"{"pid":\#(pid),"process-start-time":50000,"cgroup-path":"\#(path)","created":"2023-11-14T22:21:40Z"}"#)
  }

  private func alicesGroup(_ id: String) -> String {
    "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-\(id).scope"
  }

  @Test func `a user's container has image and start, although its conmon is in namespaces of its own`() throws {
    let host = try FakeHost()
    try container(host, id, name: "web", pid: 300, cgroup: alicesGroup(id), user: 1000, bundleIn: alices)
    try host.file("\(alices)/overlay-containers/containers.json", "[\(entry(id, "web"))]")
    let workload = try #require(try host.frame().current.workloads.first)
    #expect(workload.name == "web" && workload.image == "docker.io/library/redis:7")
    #expect(workload.boot[.requested]?.source == "podman containers.json")
    #expect(workload.boot[.isolated]?.source == "crun status")
    #expect(workload.helpers == [299])
  }

  @Test func `root's conmon in other mounts is not followed to files of the host`() throws {
    let host = try FakeHost()
    try container(host, id, name: "web", pid: 300, cgroup: "/machine.slice/libpod-\(id).scope", bundleIn: usual)
    for kind in ["mnt", "user"] { try host.folder.remove("/proc/299/ns/\(kind)") }
    try host.folder.link("/proc/299/ns/mnt", to: "mnt:[99]")
    try host.folder.link("/proc/299/ns/user", to: "user:[1]")
    try host.file("\(usual)/overlay-containers/containers.json", "[\(entry(id, "other"))]")
    let workload = try #require(try host.frame().current.workloads.first)
    #expect(workload.name == "web" && workload.image == nil)
    #expect(workload.absences["image"] == .noPermission)
  }

  @Test(arguments: ["/var/lib/containers/storage", "/run/containers/storage"])
  func `a container that is removed when it ends is in a file of its own`(folder: String) throws {
    let host = try FakeHost()
    try container(
      host, id, name: "x", pid: 300, cgroup: "/system.slice/q.service/libpod-payload-\(id)", bundleIn: usual)
    try host.file("\(usual)/overlay-containers/containers.json", "[\(entry(infra, "other"))]")
    try host.file("\(folder)/overlay-containers/volatile-containers.json", "[\(entry(id, "quad"))]")
    let workload = try #require(try host.frame().current.workloads.first)
    #expect(workload.name == "quad" && workload.image == "docker.io/library/redis:7")
    #expect(workload.boot[.requested]?.source == "podman containers.json")
  }

  @Test(arguments: [UInt32(0), 1000])
  func `where conmon is gone the storage still has name, image and start`(user: UInt32) throws {
    let host = try FakeHost()
    try host.file("/etc/passwd", "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000:Alice:/home/alice:/bin/sh\n")
    let group = user == 0 ? "/machine.slice/libpod-\(id).scope" : alicesGroup(id)
    let storage = user == 0 ? usual : alices
    try container(
      host, id, name: "web", pid: 300, cgroup: group, user: user, bundleIn: storage, runsConmon: false)
    try host.file("\(storage)/overlay-containers/volatile-containers.json", "[\(entry(id, "web"))]")
    let workload = try #require(try host.frame().current.workloads.first)
    #expect(workload.name == "web" && workload.image == "docker.io/library/redis:7")
    #expect(workload.boot[.requested]?.source == "podman containers.json")
    #expect(workload.helpers.isEmpty)
  }

  // MARK: Pods

  /// A pod of infra and one container.
  private func podHost(
    in folder: String, scope: String = ".scope", infraName: String? = nil, user: UInt32 = 0, mode: FakeHost.Mode = .v2,
    writesDatabase: Bool = true
  ) throws -> FakeHost {
    let host = try FakeHost(mode)
    let storage = user == 0 ? usual : alices
    try host.cgroup(folder)
    try container(
      host, infra, name: infraName ?? "\(pod.prefix(12))-infra", pid: 200, cgroup: "\(folder)/libpod-\(infra)\(scope)",
      user: user, bundleIn: storage, main: "catatonit")
    try container(
      host, id, name: "duo-web", pid: 300, cgroup: "\(folder)/libpod-\(id)\(scope)", user: user, bundleIn: storage)
    try host.file(
      "\(storage)/overlay-containers/containers.json", "[\(entry(infra, "infra", image: "")),\(entry(id, "duo-web"))]")
    try host.file(
      "\(storage)/overlay-containers/\(id)/userdata/config.json",
      #"{"annotations":{"io.kubernetes.cri-o.SandboxID":"\#(infra)"}}"#)
    if writesDatabase {
      try host.file(
        "\(storage)/db.sql", #"SQLite \#0\#(pod)duo{"id":"\#(pod)","name":"duo","hostname":"other","labels":{}}\#0"#)
    }
    return host
  }

  private func check(_ host: FakeHost, folder: String, name: String = "duo") throws {
    let rows = try host.frame().current.workloads
    #expect(Set(rows.map(\.kind)) == [.pod, .container] && rows.count == 2)
    let row = try #require(rows.first { $0.kind == .pod })
    #expect(row.id == "pod:\(pod)" && row.runtime == .podman && row.name == name && row.cgroup == folder)
    #expect(row.mainPid == 200 && row.helpers == [199, 200])
    #expect(row.boot[.requested]?.source == "podman containers.json" && row.boot[.isolated]?.source == "crun status")
    #expect(row.absences["namespace"] == .notApplicable)
    let web = try #require(rows.first { $0.kind == .container })
    #expect(web.name == "duo-web" && web.parent == row.id && web.pod == (name == "duo" ? "duo" : nil))
    #expect(web.image == "docker.io/library/redis:7")
  }

  @Test func `a pod of Podman is a row, its containers run in it, and its infra container serves it`() throws {
    let folder = "/machine.slice/machine-libpod_pod_\(pod).slice"
    try check(podHost(in: folder), folder: folder)
    try check(podHost(in: folder, infraName: "keeper"), folder: folder)
  }

  @Test(arguments: FakeHost.Mode.allCases)
  func `without systemd a pod's group has the pod's bare number`(mode: FakeHost.Mode) throws {
    let folder = "/libpod_parent/\(pod)"
    try check(podHost(in: folder, scope: "", mode: mode), folder: folder)
  }

  @Test func `a user's pod is one too`() throws {
    let folder = "/user.slice/user-1000.slice/user@1000.service/user.slice/user-libpod_pod_\(pod).slice"
    try check(podHost(in: folder, user: 1000), folder: folder)
  }

  @Test func `a pod whose name may not be read has its number`() throws {
    let folder = "/machine.slice/machine-libpod_pod_\(pod).slice"
    try check(podHost(in: folder, writesDatabase: false), folder: folder, name: String(pod.prefix(12)))
  }

  @Test func `a group that is only called alike is no pod`() {
    let digits = String(pod)
    for name in [
      "libpod_pod_\(digits)", "machine-libpod_pod_\(digits.dropLast()).slice", "xlibpod_pod_\(digits).slice",
    ] {
      #expect(PodPath.podman(Substring(name)) == nil)
    }
    #expect(PodPath.podman(above: id, in: "/docker/\(digits)/libpod-\(id)") == nil)
    #expect(PodPath.podman(above: id, in: "/libpod_parent/libpod-\(id)") == nil)
  }

  // MARK: Starts

  /// A copy in memory calls itself as the descriptor that it was started from.
  @Test(arguments: [
    ("runc:[1:CHILD]", nil), ("3", "/memfd:crun_cloned:/proc/self/exe (deleted)"), ("7", "/usr/bin/crun"),
  ])
  func `processes of the runtime that make a container, one after the other, are one start of it`(
    main: String, program: String?
  ) throws {
    let host = try FakeHost()
    let group = "/machine.slice/libpod-\(id).scope"
    try container(host, id, name: "web", pid: 300, cgroup: group, bundleIn: usual, main: main, program: program)
    try host.process(
      301, parent: 299, name: "sleep", start: 50_005, cgroup: group, sharesNetwork: false, sharesFiles: false)
    host.fail("/proc/301/stat", 2)
    host.end(300, at: 1)
    try host.cgroup(group, at: 1)
    let samples = try host.samples()
    #expect(Set(samples.flatMap(\.serials)).count == 1)
    #expect(samples.map { $0.workloads.map(\.mainPid) } == [[300], [301]])
    #expect(samples[1].workloads[0].startedAt == FakeHost.bootedAt + 500_050_000_000)
    #expect(samples[1].workloads[0].boot[.executing]?.hi != nil)
    var log = LifeLog()
    for (before, after) in zip([nil] + samples, samples) { log.take(Frame(previous: before, current: after)) }
    #expect(log.events.isEmpty)
  }
}
