internal import KernelStats

/// A shim of containerd: the parent of its containers' first processes.
struct Shim {
  let process: Process
  /// Whose they are: `moby` is Docker, `k8s.io` Kubernetes.
  let namespace: String
  /// Of its first container; in a pod, the sandbox's.
  let id: String
  /// The socket of its containerd.
  let address: String?

  init?(_ process: Process, _ context: DiscoveryContext) {
    guard process.comm.hasPrefix("containerd-shim"),
      let arguments = context.arguments(of: process, keep: { keepOptions($0, ["-namespace", "-id", "-address"]) }),
      let namespace = option("-namespace", in: arguments), let id = option("-id", in: arguments),
      RuntimeID.isContainerd(namespace), RuntimeID.isContainerd(id)
    else { return nil }
    self.process = process
    self.namespace = namespace
    self.id = id
    address = option("-address", in: arguments)
  }

  /// The folder of its first container's bundle, and the user it belongs to; nil where its paths mean something else.
  func bundle(_ root: KernelRoot) -> (path: String, owner: UInt32)? {
    guard root.sharesOurFiles(process.pid), let owner = root.user(of: process.pid),
      let path = try? root.link("/proc/\(process.pid)/cwd")
    else { return nil }
    return (path, owner)
  }
}

extension DiscoveryContext {
  /// The shim that is the parent of this process. Its arguments are claims; being the parent is a fact.
  func shim(of main: Process) -> Shim? { processes[main.parent].flatMap { Shim($0, self) } }
}

/// Whether a claim can be one part of a path and leads nowhere else.
func isFileName(_ name: String) -> Bool {
  !name.isEmpty && !name.utf8.contains(UInt8(ascii: "/")) && name != "." && name != ".."
}

extension KernelRoot {
  /// What the OCI runtime below an engine wrote down of a container: runc `state.json`, crun `status`.
  func runtimeState(in folder: String, owner: UInt32) -> (created: String, by: String, folder: StateFolder)? {
    let (runc, crun) = (StateFolder(folder, file: "state.json"), StateFolder(folder, file: "status"))
    if let state = try? state(runc.file, owner: owner, as: RuncState.self) {
      return (state.created, "runc state.json", runc)
    }
    guard let created = (try? state(crun.file, owner: owner, as: CrunState.self))?.created else { return nil }
    return (created, "crun status", crun)
  }
}

extension KernelRoot {
  /// Whether a process is in tare's own namespace of processes: one in another is in a container.
  func sharesOurProcesses(_ pid: Int32) -> Bool {
    guard let ours = try? link("/proc/self/ns/pid"), let theirs = try? link("\(folder(of: pid))/ns/pid") else {
      return true
    }
    return ours == theirs
  }
}
