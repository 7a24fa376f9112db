extension FakeHost {
  /// 64 hexadecimal digits that begin with these.
  public static func containerID(_ start: String) -> String {
    start + String(repeating: "0", count: 64 - start.count)
  }

  /// Everything that a Docker container leaves behind: shim, first process, cgroup, bundle and dockerd's state.
  public func docker(
    _ id: String, name: String, pid: Int32, cgroup path: String? = nil, usage: Usage = Usage(),
    writesState: Bool = true, start: UInt64 = 50_000
  ) throws {
    let path = path ?? (mode == .v2 ? "/system.slice/docker-\(id).scope" : "/docker/\(id)")
    let bundle = "/run/containerd/io.containerd.runtime.v2.task/moby/\(id)"
    let shim = pid - 1
    try process(
      shim, name: "containerd-shim", start: 49_000, cgroup: "/system.slice/containerd.service",
      program: "/usr/bin/containerd-shim-runc-v2",
      arguments: ["/usr/bin/containerd-shim-runc-v2", "-namespace", "moby", "-id", id, "-address", "/run/c.sock"])
    try folder.remove("/proc/\(shim)/cwd")
    try folder.link("/proc/\(shim)/cwd", to: bundle)
    try process(pid, parent: shim, start: start, cgroup: path, sharesNetwork: false, sharesFiles: false)
    try self.cgroup(path, usage)
    guard writesState else { return }
    try file("\(bundle)/options.json", #"{"root":"/run/docker/runtime-runc"}"#)
    try file(
      "/run/docker/runtime-runc/moby/\(id)/state.json",
      #"{"id":"\#(id)","init_process_pid":\#(pid),"init_process_start":50000,"created":"2023-11-14T22:21:40.5Z"}"#)
    try file(
      "\(bundle)/config.json",
      #"{"mounts":[{"destination":"/etc/hostname","source":"/var/lib/docker/containers/\#(id)/hostname"}]}"#)
    try file(
      "/var/lib/docker/containers/\(id)/config.v2.json",
      #"{"Name":"/\#(name)","Created":"2023-11-14T22:21:39.1Z","Config":{"Image":"img:1"},"#
        + #""State":{"StartedAt":"2023-11-14T22:21:40.75Z"}}"#)
  }

  public func podman(
    _ id: String, name: String, pid: Int32, cgroup path: String? = nil, image: String = "docker.io/library/redis:7"
  ) throws {
    let path = path ?? "/machine.slice/libpod-\(id).scope/container"
    let bundle = "/var/lib/containers/storage/overlay-containers/\(id)/userdata"
    try process(
      pid - 1, name: "conmon", start: 49_000, cgroup: "/machine.slice/libpod-conmon-\(id).scope",
      arguments: ["/usr/bin/conmon", "--api-version", "1", "-c", id, "-r", "/usr/bin/crun", "-b", bundle, "-n", name])
    try process(pid, parent: pid - 1, cgroup: path, sharesNetwork: false, sharesFiles: false)
    try cgroup(path.hasSuffix("/container") ? String(path.dropLast(10)) : path)
    try cgroup(path)
    try file(
      "/var/lib/containers/storage/overlay-containers/containers.json",
      #"[{"id":"\#(id)","names":["\#(name)"],"metadata":"{\"image-name\":\"\#(image)\"}","#
        + #""created":"2023-11-14T22:21:39Z"}]"#)
    try file(
      "/run/crun/\(id)/status",
      #"{"pid":\#(pid),"process-start-time":50000,"cgroup-path":"\#(path)","created":"2023-11-14T22:21:40Z"}"#)
  }

  /// A runc container of this user, in the folder of its runtime state.
  public func runc(
    _ name: String, pid: Int32, start: UInt64 = 50_000, state: String = "/run/runc", cgroup path: String? = nil,
    paths: [String: String]? = nil, makesProcess: Bool = true, user: UInt32 = 0
  ) throws {
    let path = path ?? "/\(name)"
    if makesProcess {
      try process(pid, start: start, cgroup: path, user: user, sharesNetwork: false)
      try cgroup(path)
    }
    var claims = paths
    if claims == nil {
      let controllers = mode == .v2 ? [] : Self.v1Controllers
      claims = Dictionary(uniqueKeysWithValues: controllers.map { ($0, "\(mount($0))\(path)") })
      if mode != .v1 { claims?[""] = "\(mount("unified"))\(path)" }
    }
    let text = (claims ?? [:]).map { #""\#($0.key)":"\#($0.value)""# }.joined(separator: ",")
    try file(
      "\(state)/\(name)/state.json",
      #"{"id":"\#(name)","init_process_pid":\#(pid),"init_process_start":\#(start),"created":"2023-11-14T22:21:40Z","#
        + #""cgroup_paths":{\#(text)}}"#)
  }

  public func crun(
    _ name: String, pid: Int32, state: String = "/run/crun", cgroup path: String? = nil, user: UInt32 = 0
  ) throws {
    let path = path ?? "/\(name)"
    try process(pid, cgroup: path, user: user, sharesNetwork: false)
    try cgroup(path)
    try file(
      "\(state)/\(name)/status",
      #"{"pid":\#(pid),"process-start-time":50000,"cgroup-path":"\#(path)","created":"2023-11-14T22:21:40Z"}"#)
  }

  /// A QEMU process with one vCPU thread; under KVM it holds the descriptors of its VM.
  public func qemu(
    _ pid: Int32, _ arguments: [String], cgroup path: String = "/vm", kvm: Bool = false, namesThreads: Bool = true,
    user: UInt32 = 0, parent: Int32 = 1, ticks: Ticks = Ticks(user: 500, system: 50, guest: 0, threads: 2)
  ) throws {
    try process(
      pid, parent: parent, name: "qemu-system-x86", cgroup: path, user: user,
      program: "/usr/bin/qemu-system-x86_64", arguments: ["qemu-system-x86_64"] + arguments, ticks: ticks)
    try thread(pid, of: pid, name: "qemu-system-x86", running: 1_000_000_000)
    try thread(
      pid + 1, of: pid, name: namesThreads ? "CPU 0/\(kvm ? "KVM" : "TCG")" : "qemu-system-x86",
      running: 4_000_000_000, waiting: 200_000_000, guestTicks: kvm ? ticks.guest : 0)
    guard kvm else { return }
    try descriptor(9, of: pid, "anon_inode:kvm-vm")
    try descriptor(10, of: pid, "anon_inode:kvm-vcpu:0")
  }
}
