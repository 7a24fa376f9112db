import TareModel
import TestSupport
import Testing

@testable import TareSampling

struct PodTests {
  private let sandbox = FakeHost.containerID("5a")
  private let web = FakeHost.containerID("c1")
  private let side = FakeHost.containerID("c2")
  private let uid = "0a5f3a52-6f0e-4b62-9b1c-1d3c5a7e9f01"

  private func frame(_ host: FakeHost) throws -> (frame: Frame, rows: [String: Workload]) {
    let frame = try host.frame()
    return (frame, Dictionary(frame.current.workloads.map { ($0.name, $0) }) { first, _ in first })
  }

  @Test(arguments: FakeHost.Mode.allCases, FakeHost.CgroupDriver.allCases)
  func `a pod of containerd is a row, and its containers run in it`(
    mode: FakeHost.Mode, driver: FakeHost.CgroupDriver
  ) throws {
    let host = try FakeHost(mode)
    try host.sandbox(sandbox, name: "web-7d", uid: uid, pid: 200, driver: driver)
    try host.container(
      web, name: "nginx", inPod: "web-7d", sandbox: sandbox, uid: uid, shim: 199, pid: 201, driver: driver)
    try host.container(
      side, name: "log", inPod: "web-7d", sandbox: sandbox, uid: uid, shim: 199, pid: 202, driver: driver)
    let (frame, rows) = try frame(host)
    #expect(rows.count == 3)
    let pod = try #require(rows["web-7d"])
    #expect(pod.id == "pod:\(uid)")
    #expect(pod.kind == .pod && pod.runtime == .containerd)
    #expect(pod.cgroup == driver.folder(of: uid))
    #expect(pod.mainPid == 200 && pod.helpers == [199, 200])
    #expect(pod.namespace == "shop" && pod.pod == pod.name && pod.parent == nil)
    #expect(pod.boot[.isolated]?.source == "runc state.json")
    #expect(pod.boot[.spawned]?.source == "/proc/199/stat")
    let nginx = try #require(rows["nginx"])
    #expect(nginx.id == "containerd:k8s.io/\(web)")
    #expect(nginx.kind == .container && nginx.parent == pod.id)
    #expect(nginx.image == "registry.example/nginx:1")
    #expect(nginx.pod == "web-7d" && nginx.namespace == "shop")
    #expect(nginx.helpers.isEmpty)
    #expect(nginx.boot[.isolated]?.label == .reported)
    // The shim is the pod's, and was there before.
    #expect(nginx.boot[.spawned]?.label == .inferred)
    #expect(frame.outermostRows.map { frame.current.workloads[$0].id } == [pod.id])
    #expect(frame.current.problems.isEmpty)
  }

  @Test(arguments: FakeHost.Mode.allCases)
  func `where the kubelet names slices and containerd makes groups, the containers are rows and the pod has no group`(
    mode: FakeHost.Mode
  ) throws {
    let host = try FakeHost(mode)
    try host.shim(sandbox, namespace: "k8s.io", pid: 199)
    let slice = "kubepods-burstable-pod\(uid.split(separator: "-").joined(separator: "_")).slice"
    let names = [
      "io.kubernetes.cri.sandbox-name": "web-7d", "io.kubernetes.cri.sandbox-namespace": "shop",
      "io.kubernetes.cri.sandbox-id": sandbox,
    ]
    for (index, (id, name)) in [(sandbox, ""), (web, "nginx"), (side, "log")].enumerated() {
      var own = names
      own["io.kubernetes.cri.container-type"] = name.isEmpty ? "sandbox" : "container"
      own["io.kubernetes.cri.container-name"] = name
      try host.containerd(
        id, namespace: "k8s.io", shim: 199, pid: 200 + Int32(index),
        cgroup: "/system.slice/containerd.service/\(slice):cri-containerd:\(id)", annotations: own)
    }
    let (frame, rows) = try frame(host)
    #expect(rows.count == 3)
    let pod = try #require(frame.current.workloads.firstIndex { $0.id == "pod:\(uid)" })
    #expect(frame.current[pod, .memoryCurrent] == .missing(.sharedCgroup))
    #expect(frame.current[pod, .cpuUsage] == .missing(.sharedCgroup))
    for name in ["nginx", "log"] {
      let row = try #require(frame.current.workloads.firstIndex { $0.name == name })
      #expect(frame.current[row, .memoryCurrent] == .value(50 << 20))
      #expect(frame.current.workloads[row].pod == "web-7d" && frame.current.workloads[row].parent == nil)
    }
    #expect(frame.outermostRows.count == 3)
  }

  @Test(arguments: FakeHost.CgroupDriver.allCases)
  func `a pod of CRI-O has its sandbox, names, and when it was asked for`(driver: FakeHost.CgroupDriver) throws {
    let host = try FakeHost()
    try host.crio(sandbox, name: "POD", inPod: "web-7d", uid: uid, sandbox: sandbox, pid: 200, driver: driver)
    try host.crio(web, name: "nginx", inPod: "web-7d", uid: uid, sandbox: sandbox, pid: 210, driver: driver)
    let (frame, rows) = try frame(host)
    #expect(rows.count == 2)
    let pod = try #require(rows["web-7d"])
    #expect(pod.id == "pod:\(uid)" && pod.kind == .pod && pod.runtime == .criO)
    #expect(pod.mainPid == 200 && pod.helpers == [199, 200])
    let nginx = try #require(rows["nginx"])
    #expect(nginx.id == "cri-o:\(web)" && nginx.parent == pod.id)
    #expect(nginx.image == "registry.example/nginx:1" && nginx.pod == "web-7d" && nginx.namespace == "shop")
    #expect(nginx.helpers == [209])
    for row in [pod, nginx] {
      #expect(row.boot[.requested]?.at == Timestamp.parse("2023-11-14T22:21:39.85Z"))
      #expect(row.boot[.isolated]?.source == "crun status")
    }
    #expect(frame.outermostRows.count == 1)
  }

  @Test func `a pod whose sandbox CRI-O let go is led by its oldest container`() throws {
    let host = try FakeHost()
    try host.crioBundle(sandbox, name: "POD", inPod: "web-7d", uid: uid, sandbox: sandbox)
    try host.crio(web, name: "nginx", inPod: "web-7d", uid: uid, sandbox: sandbox, pid: 210)
    try host.crio(side, name: "log", inPod: "web-7d", uid: uid, sandbox: sandbox, pid: 220)
    let (_, rows) = try frame(host)
    let pod = try #require(rows["web-7d"])
    #expect(rows.count == 3)
    #expect(pod.mainPid == 210 && pod.helpers.isEmpty)
    #expect(pod.boot[.requested]?.label == .reported)
    // That its containers run says nothing of when the pod was there.
    #expect(pod.boot[.executing] == nil && pod.boot[.isolated] == nil)
    #expect(rows["nginx"]?.parent == pod.id && rows["log"]?.parent == pod.id)
  }

  @Test func `who may not read bundles has names from conmon's arguments`() throws {
    let host = try FakeHost()
    try host.crio(
      web, name: "nginx", inPod: "web-7d", uid: uid, sandbox: sandbox, pid: 210, attempt: 2, writesBundle: false)
    let (_, rows) = try frame(host)
    #expect(rows["nginx"]?.pod == "web-7d")
    #expect(rows["nginx"]?.boot.kind == .restart)
    #expect(rows["nginx"]?.image == nil)
    #expect(rows["web-7d"]?.kind == .pod)
  }

  @Test func `conmon-rs names no bundle, and the usual one is read`() throws {
    let host = try FakeHost()
    try host.crio(web, name: "nginx", inPod: "web-7d", uid: uid, sandbox: sandbox, pid: 210, conmon: "conmonrs")
    let (_, rows) = try frame(host)
    #expect(rows["nginx"]?.pod == "web-7d")
    #expect(rows["nginx"]?.helpers == [])
  }

  @Test func `a container that was restarted in its pod is no boot`() throws {
    let host = try FakeHost()
    try host.sandbox(sandbox, name: "web-7d", uid: uid, pid: 200)
    try host.container(
      web, name: "nginx", inPod: "web-7d", sandbox: sandbox, uid: uid, shim: 199, pid: 201,
      more: ["io.kubernetes.container.restartCount": "3"])
    try host.crio(side, name: "log", inPod: "job-1", uid: FakeHost.staticPod, sandbox: sandbox, pid: 220, attempt: 1)
    let (_, rows) = try frame(host)
    #expect(rows["nginx"]?.boot.kind == .restart)
    #expect(rows["log"]?.boot.kind == .restart)
    #expect(rows["log"]?.boot[.requested] == nil)
    #expect(rows["web-7d"]?.boot.kind == .boot)
  }

  @Test(arguments: FakeHost.CgroupDriver.allCases)
  func `a static pod without annotations is called by its UID`(driver: FakeHost.CgroupDriver) throws {
    let host = try FakeHost()
    let uid = FakeHost.staticPod
    try host.sandbox(sandbox, name: "", uid: uid, pid: 200, driver: driver, isAnnotated: false)
    try host.container(
      web, name: "", inPod: "", sandbox: sandbox, uid: uid, shim: 199, pid: 201, driver: driver, isAnnotated: false)
    let frame = try host.frame()
    #expect(frame.current.workloads.map(\.id) == ["pod:\(uid)", "containerd:k8s.io/\(web)"])
    #expect(frame.current.workloads.map(\.name) == [uid, String(web.prefix(12))])
    #expect(frame.current.workloads[0].absences["namespace"] == .notReported)
    #expect(frame.current.workloads[1].absences["image"] == .noPermission)
    #expect(frame.current.workloads[1].parent == "pod:\(uid)")
  }

  @Test func `a pod with the host's network has no bytes of its own`() throws {
    let host = try FakeHost()
    try host.sandbox(sandbox, name: "proxy", uid: uid, pid: 200)
    try host.folder.remove("/proc/200/ns/net")
    try host.folder.link("/proc/200/ns/net", to: "net:[1]")
    #expect(try host.frame().current[0, .networkReceived] == .missing(.hostNetwork))
  }

  @Test func `what ends the sandbox ends neither the pod nor its containers`() throws {
    let host = try FakeHost()
    host.instants = 2
    try host.sandbox(sandbox, name: "web-7d", uid: uid, pid: 200)
    try host.container(web, name: "nginx", inPod: "web-7d", sandbox: sandbox, uid: uid, shim: 199, pid: 201)
    host.end(200, at: 1)
    try host.file("/proc/loadavg", "0.00 0.01 0.05 1/100 5001\n", at: 1)
    let samples = try host.samples()
    #expect(samples[1].workloads.map(\.name).sorted() == ["nginx", "web-7d"])
    #expect(samples[1].workloads.first { $0.kind == .pod }?.mainPid == 201)
  }

  @Test func `what was executed in a container is not another one`() throws {
    let host = try FakeHost()
    try host.sandbox(sandbox, name: "web-7d", uid: uid, pid: 200)
    try host.container(web, name: "nginx", inPod: "web-7d", sandbox: sandbox, uid: uid, shim: 199, pid: 201)
    let path = "\(FakeHost.CgroupDriver.systemd.folder(of: uid))/cri-containerd-\(web).scope"
    try host.process(300, parent: 199, start: 90_000, cgroup: path)
    try host.process(301, parent: 199, name: "runc", start: 90_001, cgroup: "/system.slice/containerd.service")
    #expect(try host.frame().current.workloads.count == 2)
  }

  @Test func `crictl's pod outside of the kubelet's groups is a pod, and no parent`() throws {
    let host = try FakeHost()
    try host.shim(sandbox, namespace: "k8s.io", pid: 199)
    let names = [
      "io.kubernetes.cri.sandbox-name": "try", "io.kubernetes.cri.sandbox-namespace": "default",
      "io.kubernetes.cri.sandbox-id": sandbox,
    ]
    try host.containerd(
      sandbox, namespace: "k8s.io", shim: 199, pid: 200, cgroup: "/k8s.io/\(sandbox)",
      annotations: names.merging(["io.kubernetes.cri.container-type": "sandbox"]) { $1 })
    try host.containerd(
      web, namespace: "k8s.io", shim: 199, pid: 201, cgroup: "/k8s.io/\(web)",
      annotations: names.merging(
        ["io.kubernetes.cri.container-type": "container", "io.kubernetes.cri.container-name": "a"]) { $1 })
    let (frame, rows) = try frame(host)
    #expect(rows["try"]?.id == "pod:\(sandbox)")
    #expect(rows["a"]?.parent == nil && rows["a"]?.pod == "try")
    #expect(frame.outermostRows.count == 2)
  }

  @Test func `a stranger's groups and shim cannot stand in front of a pod`() throws {
    let host = try FakeHost()
    try host.sandbox(sandbox, name: "web-7d", uid: uid, pid: 200)
    let before = try host.frame().current.workloads
    let slice = "/user.slice/user-1000.slice/user@1000.service"
    try host.process(
      90, name: "containerd-shim", start: 20, cgroup: slice, user: 1000,
      arguments: ["containerd-shim", "-namespace", "k8s.io", "-id", sandbox])
    let path =
      "\(slice)/kubepods-pod\(uid.split(separator: "-").joined(separator: "_")).slice/cri-containerd-\(sandbox).scope"
    try host.process(91, parent: 90, start: 21, cgroup: path, user: 1000)
    try host.cgroup(path)
    #expect(try host.frame().current.workloads.filter { $0.id == "pod:\(uid)" } == before)
  }

  @Test(
    arguments: [
      ("kubepods-burstable-pod0a5f3a52_6f0e_4b62_9b1c_1d3c5a7e9f01.slice", "0a5f3a52-6f0e-4b62-9b1c-1d3c5a7e9f01"),
      ("kubepods-pod0a5f3a52_6f0e_4b62_9b1c_1d3c5a7e9f01.slice", "0a5f3a52-6f0e-4b62-9b1c-1d3c5a7e9f01"),
      ("kubelet-kubepods-besteffort-pod0a5f3a526f0e4b629b1c1d3c5a7e9f01.slice", "0a5f3a526f0e4b629b1c1d3c5a7e9f01"),
      ("pod0a5f3a52-6f0e-4b62-9b1c-1d3c5a7e9f01", "0a5f3a52-6f0e-4b62-9b1c-1d3c5a7e9f01"),
      (
        "kubepods-burstable-pod0a5f3a52_6f0e_4b62_9b1c_1d3c5a7e9f01.slice:cri-containerd:c1",
        "0a5f3a52-6f0e-4b62-9b1c-1d3c5a7e9f01"
      ),
      ("kubepods-burstable.slice", nil), ("podman-1234.scope", nil), ("pod", nil), ("podcast.slice", nil), ("", nil),
      ("my-pod0a5f3a526f0e4b629b1c1d3c5a7e9f01.slice", nil), ("pod--------------------------------", nil),
    ] as [(String, String?)])
  func `a pod's group tells its UID`(component: String, uid: String?) {
    #expect(PodPath(component: component[...])?.uid == uid)
  }

  @Test(
    arguments: [
      ("/docker/ID", .docker), ("/system.slice/docker-ID.scope", .docker), ("/system.slice:docker:ID", .docker),
      ("/user.slice/user-1000.slice/user@1000.service/user.slice/docker-ID.scope", .docker),
      ("/kubepods.slice/kubepods-podUID.slice/docker-ID.scope", .docker), ("/actions_job/ID", .bare),
      ("/kubepods/besteffort/podUID/ID", .bare), ("/docker/IN/kubelet/kubepods/burstable/podUID/ID", .bare),
      ("/kubelet.slice/kubelet-kubepods.slice/cri-containerd-ID.scope", .containerd),
      ("/system.slice/containerd.service/kubepods-podUID.slice:cri-containerd:ID", .containerd),
      ("/system.slice/k3s.service/kubepods-podUID.slice:mine:ID", .bare),
      ("/kubepods.slice/kubepods-podUID.slice/crio-ID.scope/container", .crio),
      ("/kubepods.slice/crio-conmon-ID.scope", nil), ("/machine.slice/libpod-ID.scope/container", .podman),
      ("/machine.slice/libpod-conmon-ID.scope", nil), ("/libpod_parent/libpod-ID", .podman),
      ("/libpod_parent/conmon", nil), ("/libpod_pod_ID", nil), ("/machine.slice/machine-libpod_pod_ID.slice", nil),
      ("/system.slice/s.service/libpod-payload-ID", .podman), ("/a:ID", nil), ("/a:b:c:ID", nil), ("/:docker:ID0", nil),
      ("/docker/buildkit/abc", nil),
    ] as [(String, ContainerPath.Style?)])
  func `a container is known by each spelling of its group`(path: String, style: ContainerPath.Style?) {
    let path = path.replacing("UID", with: "0a5f3a526f0e4b629b1c1d3c5a7e9f01").replacing("ID", with: web)
      .replacing("IN", with: sandbox)
    let mark = ContainerPath.all(in: path).last
    #expect(mark?.style == style && (mark == nil || mark?.id == web))
  }

  @Test(arguments: [
    ("k8s_POD_web-7d_shop_u1_0", true, "web-7d", 0), ("k8s_nginx_web-7d_shop_u1_12", false, "web-7d", 12),
  ])
  func `CRI-O's names have their parts`(name: String, isSandbox: Bool, pod: String, attempt: Int) throws {
    let annotations = try #require(BundleAnnotations(crioName: name))
    #expect(annotations.isSandbox == isSandbox && annotations.pod == pod && annotations.restarts == attempt)
    #expect(annotations.namespace == "shop" && annotations.podUID == "u1")
  }

  @Test(arguments: ["", "k8s", "k8s_a_b_c_d", "k8s_a_b_c_d_x", "k8s_a_b_c_d_1_2", "lab-pod"])
  func `other names have none`(name: String) {
    #expect(BundleAnnotations(crioName: name) == nil)
  }

  @Test func `garbage in bundles crashes nothing`() throws {
    var random = SplitMix(seed: 7)
    let text = Array(#"{"annotations":{"io.kubernetes.cri.container-type":"sandbox","x":1}}"#.utf8)
    for _ in 0..<50 {
      let host = try FakeHost()
      try host.sandbox(sandbox, name: "web-7d", uid: uid, pid: 200)
      try host.crio(web, name: "nginx", inPod: "job", uid: FakeHost.staticPod, sandbox: sandbox, pid: 210)
      for path in [
        "/run/containerd/io.containerd.runtime.v2.task/k8s.io/\(sandbox)/config.json",
        "/run/containers/storage/overlay-containers/\(web)/userdata/config.json",
      ] { try host.folder.write(path, bytes: random.damaged(text)) }
      #expect(try host.frame().current.workloads.count >= 3)
    }
  }
}

extension FakeHost {
  /// A static pod's UID is a checksum.
  static let staticPod = "8f1f8de0c0d44c1fb1a0c9d1fd2b9e3a"
}
