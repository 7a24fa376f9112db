extension FakeHost {
  /// How the kubelet names a pod's cgroup.
  public enum CgroupDriver: Sendable, CaseIterable {
    case systemd, cgroupfs

    /// Of a pod of the burstable class.
    public func folder(of uid: String) -> String {
      switch self {
      case .systemd:
        "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod"
          + uid.split(separator: "-").joined(separator: "_") + ".slice"
      case .cgroupfs: "/kubepods/burstable/pod\(uid)"
      }
    }

    func container(_ prefix: String, _ id: String) -> String {
      switch self {
      case .systemd: "\(prefix)-\(id).scope"
      case .cgroupfs: prefix == "crio" ? "crio-\(id)" : id
      }
    }
  }

  /// A shim of containerd and its bundle.
  public func shim(
    _ id: String, namespace: String, pid: Int32, cgroup: String = "/system.slice/containerd.service",
    start: UInt64 = 49_000, user: UInt32 = 0, address: String = "/run/containerd/containerd.sock"
  ) throws {
    try process(
      pid, name: "containerd-shim", start: start, cgroup: cgroup, user: user,
      program: "/usr/bin/containerd-shim-runc-v2",
      arguments: ["/usr/bin/containerd-shim-runc-v2", "-namespace", namespace, "-id", id, "-address", address])
    try folder.remove("/proc/\(pid)/cwd")
    try folder.link("/proc/\(pid)/cwd", to: "/run/containerd/io.containerd.runtime.v2.task/\(namespace)/\(id)")
  }

  /// A container of a shim that runs, with its bundle and runc's state.
  public func containerd(
    _ id: String, namespace: String = "default", shim: Int32, pid: Int32, start: UInt64 = 50_000, cgroup path: String,
    annotations: [String: String]? = [:]
  ) throws {
    try process(pid, parent: shim, start: start, cgroup: path, sharesNetwork: false, sharesFiles: false)
    try cgroup(path)
    try file(
      "/run/containerd/runc/\(namespace)/\(id)/state.json",
      #"{"id":"\#(id)","init_process_pid":\#(pid),"init_process_start":\#(start),"created":"2023-11-14T22:21:40.5Z"}"#)
    let bundle = "/run/containerd/io.containerd.runtime.v2.task/\(namespace)/\(id)"
    try file("\(bundle)/options.json", "{}")
    if let annotations { try file("\(bundle)/config.json", #"{"annotations":\#(json(annotations))}"#) }
  }

  /// The sandbox of a pod of containerd, as shim `pid - 1` and pause `pid`.
  public func sandbox(
    _ id: String, name: String, namespace: String = "shop", uid: String, pid: Int32, driver: CgroupDriver = .systemd,
    isAnnotated: Bool = true
  ) throws {
    let folder = driver.folder(of: uid)
    try shim(id, namespace: "k8s.io", pid: pid - 1)
    try containerd(
      id, namespace: "k8s.io", shim: pid - 1, pid: pid, cgroup: "\(folder)/\(driver.container("cri-containerd", id))",
      annotations: isAnnotated
        ? criAnnotations(sandbox: id, pod: name, namespace, uid).merging([
          "io.kubernetes.cri.container-type": "sandbox"
        ]) { $1 } : nil)
    try cgroup(folder)
  }

  /// A container in such a pod.
  public func container(
    _ id: String, name: String, inPod pod: String, namespace: String = "shop", sandbox: String, uid: String,
    shim: Int32,
    pid: Int32, driver: CgroupDriver = .systemd, more: [String: String] = [:], isAnnotated: Bool = true
  ) throws {
    try containerd(
      id, namespace: "k8s.io", shim: shim, pid: pid, start: 52_000,
      cgroup: "\(driver.folder(of: uid))/\(driver.container("cri-containerd", id))",
      annotations: isAnnotated
        ? criAnnotations(sandbox: sandbox, pod: pod, namespace, uid).merging([
          "io.kubernetes.cri.container-type": "container", "io.kubernetes.cri.container-name": name,
          "io.kubernetes.cri.image-name": "registry.example/\(name):1",
        ]) { $1 }.merging(more) { $1 } : nil)
  }

  private func criAnnotations(sandbox: String, pod: String, _ namespace: String, _ uid: String) -> [String: String] {
    [
      "io.kubernetes.cri.sandbox-id": sandbox, "io.kubernetes.cri.sandbox-name": pod,
      "io.kubernetes.cri.sandbox-namespace": namespace, "io.kubernetes.cri.sandbox-uid": uid,
    ]
  }

  /// A container of CRI-O, or a pod's sandbox called `POD`, as conmon `pid - 1` and first process `pid`.
  public func crio(
    _ id: String, name: String, inPod pod: String, namespace: String = "shop", uid: String, sandbox: String, pid: Int32,
    attempt: Int = 0, driver: CgroupDriver = .systemd, writesBundle: Bool = true, conmon: String = "conmon"
  ) throws {
    let bundle = "/run/containers/storage/overlay-containers/\(id)/userdata"
    let folder = driver.folder(of: uid)
    try process(
      pid - 1, name: conmon, start: 49_990, cgroup: "\(folder)/\(driver.container("crio-conmon", id))",
      arguments: [
        "/usr/bin/conmon", "-b", bundle, "-c", id, "-n", "k8s_\(name)_\(pod)_\(namespace)_\(uid)_\(attempt)", "-p",
        "\(bundle)/pidfile", "-r", "/usr/bin/crun", "--runtime-arg", "--root=/run/crun", "-u", id,
      ])
    let path = "\(folder)/\(driver.container("crio", id))"
    try process(pid, parent: pid - 1, cgroup: path, sharesNetwork: false, sharesFiles: false)
    for path in [folder, path] { try cgroup(path) }
    try file(
      "/run/crun/\(id)/status",
      #"{"pid":\#(pid),"process-start-time":50000,"cgroup-path":"\#(path)","created":"2023-11-14T22:21:40.2Z"}"#)
    if writesBundle {
      try crioBundle(id, name: name, inPod: pod, namespace: namespace, uid: uid, sandbox: sandbox, attempt: attempt)
    }
  }

  /// The bundle alone: of a sandbox whose process CRI-O let go.
  public func crioBundle(
    _ id: String, name: String, inPod pod: String, namespace: String = "shop", uid: String, sandbox: String,
    attempt: Int = 0
  ) throws {
    let annotations = [
      "io.kubernetes.cri-o.ContainerType": name == "POD" ? "sandbox" : "container",
      "io.kubernetes.cri-o.SandboxID": sandbox, "io.kubernetes.cri-o.Created": "2023-11-14T22:21:39.85Z",
      "io.kubernetes.cri-o.ImageName": name == "POD" ? "" : "registry.example/\(name):1",
      "io.kubernetes.container.name": name, "io.kubernetes.pod.name": pod, "io.kubernetes.pod.namespace": namespace,
      "io.kubernetes.pod.uid": uid, "io.kubernetes.container.restartCount": "\(attempt)",
    ]
    try file(
      "/run/containers/storage/overlay-containers/\(id)/userdata/config.json", #"{"annotations":\#(json(annotations))}"#
    )
  }

  private func json(_ values: [String: String]) -> String {
    "{" + values.sorted { $0.key < $1.key }.map { #""\#($0.key)":"\#($0.value)""# }.joined(separator: ",") + "}"
  }

  /// A container of LXC as monitor `pid - 1` and first process `pid`.
  public func lxc(
    _ name: String, pid: Int32, path: String = "/var/lib/lxc", program: String = "lxc-start",
    cgroup group: String? = nil,
    below: String = "", monitorSharesFiles: Bool = true, user: UInt32 = 0
  ) throws {
    try process(
      pid - 1, name: program, start: 49_000, cgroup: "\(below)/lxc.monitor.\(name)", user: user,
      arguments: ["[lxc monitor] \(path) \(name)"], sharesFiles: monitorSharesFiles)
    let group = group ?? "\(below)/lxc.payload.\(name)"
    try process(
      pid, parent: pid - 1, name: "init", cgroup: group, user: user == 0 ? 0 : 100_000, sharesNetwork: false,
      sharesFiles: false)
    try cgroup(group)
  }

  /// A container of systemd-nspawn as supervisor `pid - 1` and first process `pid`, in a unit of its own.
  public func nspawn(
    pid: Int32, arguments: [String], unit: String, sharesFiles: Bool = true
  ) throws {
    try process(
      pid - 1, name: "systemd-nspawn", start: 49_000, cgroup: "\(unit)/supervisor",
      arguments: ["systemd-nspawn"] + arguments, sharesFiles: sharesFiles)
    try process(
      pid, parent: pid - 1, name: "systemd", cgroup: "\(unit)/payload/init.scope", sharesNetwork: false,
      sharesFiles: false)
    for path in [unit, "\(unit)/payload"] { try cgroup(path) }
  }

  /// gVisor's gofer `pid - 1`, sentry `pid` and a stub of it.
  public func gvisor(_ id: String, pid: Int32, parent: Int32 = 1, cgroup path: String, writesState: Bool = true) throws
  {
    try process(
      pid - 1, parent: parent, name: "exe", start: 49_000, cgroup: path, program: "/usr/bin/runsc",
      arguments: ["runsc-gofer", "--root=/var/run/runsc", "gofer", "--bundle", "/b/\(id)"], sharesFiles: false)
    try process(
      pid, parent: parent, name: "exe", cgroup: path, user: 65534, program: "/usr/bin/runsc",
      arguments: ["runsc-sandbox", "--root=/var/run/runsc", "boot", "--bundle=/b", id], sharesNetwork: false,
      sharesFiles: false)
    try process(
      pid + 1, parent: pid, name: "exe", start: 50_001, cgroup: path, program: "/usr/bin/runsc", arguments: [])
    try cgroup(path)
    guard writesState else { return }
    try file(
      "/run/runsc/\(id)_sandbox:\(id).state",
      #"{"id":"\#(id)","createdAt":"2023-11-14T22:21:39.5Z","goferPid":\#(pid - 1),"sandbox":{"id":"\#(id)","pid":\#(pid)}}"#
    )
  }
}
