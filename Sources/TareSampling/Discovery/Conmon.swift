internal import KernelStats
internal import TareModel

/// conmon, which starts a container of Podman or of CRI-O and stays its parent. Its arguments are claims; being the
/// parent is a fact.
struct Conmon {
  let process: Process
  let id: String
  private let arguments: [String]

  init?(_ process: Process, _ context: DiscoveryContext) {
    guard process.comm == "conmon", let arguments = context.arguments(of: process, keep: Self.keep),
      let id = option("-c", in: arguments)
    else { return nil }
    self.process = process
    self.id = id
    self.arguments = arguments
  }

  var name: String? { option("-n", in: arguments) }
  var bundle: String? { option("-b", in: arguments) }
  var pidFile: String? { option("-p", in: arguments) }

  private static func keep(_ arguments: [String]) -> [String] {
    let root = runtimeRoot(in: arguments).map { ["--runtime-arg", "--root=\($0)"] } ?? []
    return keepOptions(arguments, ["-c", "-n", "-b", "-r", "-p"]) + root
  }

  /// What conmon hands on to the runtime as its root: `--runtime-arg --root=DIR`, `--runtime-arg=--root=DIR`, or the two
  /// words `--root` and `DIR`, each behind a `--runtime-arg`.
  static func runtimeRoot(in arguments: [String]) -> String? {
    let handed = arguments.indices.compactMap { index -> String? in
      if arguments[index].hasPrefix("--runtime-arg=") { return String(arguments[index].dropFirst(14)) }
      return index > 0 && arguments[index - 1] == "--runtime-arg" ? arguments[index] : nil
    }
    return option("--root", in: ["runtime"] + handed)
  }

  /// Whose files it speaks of; nil where its paths mean something else. A user's conmon lives in namespaces of that user:
  /// its paths are looked up in the host's mounts, where only files of that user's are opened.
  func owner(_ root: KernelRoot) -> UInt32? {
    guard let user = root.user(of: process.pid) else { return nil }
    if root.sharesOurFiles(process.pid) { return user }
    return user != 0 && !root.shares("user", with: process.pid) ? user : nil
  }

  /// Where its engine keeps all it knows of containers; nil for other engines than Podman.
  var storage: PodmanStorage? {
    guard let bundle, bundle.hasSuffix("/\(id)/userdata") else { return nil }
    let run = pidFile.flatMap { file in
      file.hasSuffix("/\(id)/userdata/pidfile") ? String(file.dropLast("/\(id)/userdata/pidfile".count)) : nil
    }
    return PodmanStorage(containers: String(bundle.dropLast("/\(id)/userdata".count)), run: run)
  }

  /// When the runtime made the container, from its state.
  func readRuntimeState(owner: UInt32, _ root: KernelRoot, _ description: inout Description) {
    let runtime = option("-r", in: arguments)?.hasSuffix("/crun") == true ? "crun" : "runc"
    let home = Self.runtimeRoot(in: arguments) ?? (owner == 0 ? "/run/\(runtime)" : "/run/user/\(owner)/\(runtime)")
    guard isFileName(id), let state = root.runtimeState(in: "\(home)/\(id)", owner: owner) else { return }
    description.isolated(.reported(state.created, by: state.by), state.folder)
  }
}

extension DiscoveryContext {
  func conmon(of main: Process) -> Conmon? { processes[main.parent].flatMap { Conmon($0, self) } }
}
