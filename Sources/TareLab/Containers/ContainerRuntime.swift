internal import FoundationEssentials
internal import Glibc
internal import LinuxSystem

/// A program that starts containers: runc or crun as root, Podman for others. Their command lines are nearly the same.
struct ContainerRuntime {
  enum Name: String { case runc, crun, podman }

  let name: Name
  private let tool: Tool

  init(_ name: Name, in surroundings: LabEnvironment) throws(Tool.Missing) {
    self.name = name
    tool = try Tool(name.rawValue, package: name.rawValue, in: surroundings)
  }

  /// The one to start containers with. runc comes first: crun refuses a machine with cgroup v1 and v2 side by side.
  static func preferred(in surroundings: LabEnvironment) throws(Tool.Missing) -> Self {
    guard geteuid() == 0 else { return try Self(.podman, in: surroundings) }
    do { return try Self(.runc, in: surroundings) } catch {
      if let crun = try? Self(.crun, in: surroundings) { return crun }
      throw error
    }
  }

  /// What the runtime knows about a container.
  struct State: Decodable {
    let pid: Int32
    /// The folder that the container was made from; for Podman the value of our label, which names that folder.
    let bundle: String
  }

  /// Makes the bundle `folder` and starts a container from it in the background; its output goes to `folder/log`.
  /// - Parameters:
  ///   - watch: of `folder`.
  ///   - begin: called when all is prepared and only the runtime's call is left.
  ///   - look: called when something changes in `folder` while the runtime works.
  func start(
    id: String, folder: String, service: Service, load: ServiceLoad, limit: Duration, cancelled: () -> Bool,
    watching watch: FolderWatch, begin: () -> Void, look: () -> Void
  ) throws {
    try Files.makeFolder("\(folder)/rootfs")
    let log = "\(folder)/log"
    switch name {
    case .runc, .crun:
      let configuration = OCIConfiguration(id: id, service: service.path, load: load)
      try Files.create("\(folder)/config.json", Array(try JSONEncoder().encode(configuration)))
      // The container's process inherits this descriptor as its output.
      let flags = O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC
      let output = try Descriptor(unsafe open(log, flags, 0o600), "create", log)
      let command = Command(
        arguments: [tool.path, "run", "-d", "--bundle", folder, id], environment: tool.surroundings.variables)
      begin()
      do {
        try command.run(output: output.number, limit: limit, cancelled: cancelled, watching: watch, look: look)
      } catch is Command.Failure {
        throw Command.Failure.failed(program: name.rawValue, message: Excerpt.of(try Files.read(log)))
      }
    case .podman:
      let runtime = try Self.podmanRuntime(in: tool.surroundings)
      begin()
      try tool.run(
        runtime + [
          "--events-backend", "file", "run", "-d", "--name", id, "--label", "tare.bundle=\(folder)", "--network=none",
          "--read-only", "--memory=\(OCIConfiguration.Limits.memory)", "--cpus=0.5", "--security-opt=label=disable",
          "--ulimit=nofile=1024:1024", "--ulimit=nproc=1024:1024", "--log-driver=k8s-file", "--log-opt=path=\(log)",
          "--volume=\(service.path):/tare-service:ro", "--rootfs", "\(folder)/rootfs", "/tare-service",
        ] + load.arguments, limit: limit, cancelled: cancelled, watching: watch, look: look)
    }
  }

  /// Podman's own choice, crun, refuses cgroup v1 and v2 side by side. runc does not.
  private static func podmanRuntime(in surroundings: LabEnvironment) throws -> [String] {
    let types = CgroupFolders.types(try Files.text("/proc/self/mountinfo"))
    guard types.count > 1, let runc = try? Tool("runc", package: "runc", in: surroundings) else { return [] }
    return ["--runtime", runc.path]
  }

  /// Asks for a container; nil if the runtime knows none with this id.
  func state(of id: String) -> State? {
    let format = #"{"pid":{{.State.Pid}},"bundle":"{{index .Config.Labels "tare.bundle"}}"}"#
    let arguments =
      switch name {
      case .runc, .crun: ["state", id]
      case .podman: ["container", "inspect", "--format", format, id]
      }
    guard let text = try? tool.run(arguments) else { return nil }
    return try? JSONDecoder().decode(State.self, from: Data(text.utf8))
  }

  /// Kills what still runs in the container and removes it.
  func delete(_ id: String) throws {
    switch name {
    case .runc, .crun: try tool.run(["delete", "-f", id])
    case .podman: try tool.run(["--events-backend", "file", "rm", "-f", "-t", "0", id])
    }
  }
}
