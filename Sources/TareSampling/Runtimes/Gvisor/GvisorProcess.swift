internal import KernelStats

/// A process of a gVisor sandbox. Both run /proc/self/exe, so that the kernel calls them `exe`; which one it is stands in
/// its first argument.
struct GvisorProcess {
  enum Role: String {
    /// The kernel of the sandbox. It runs the payload, none of which is a process of the host.
    case sentry = "runsc-sandbox"
    /// Opens files for it.
    case gofer = "runsc-gofer"
  }

  let role: Role
  /// The container that it was made for: a pod's containers have a gofer each in one sandbox.
  let id: String?

  init?(_ process: Process, _ context: DiscoveryContext) {
    guard process.comm == "exe" || process.comm.hasPrefix("runsc"),
      let arguments = context.arguments(of: process, keep: { Self.keep($0) }),
      let role = arguments.first.flatMap(Role.init),
      Self.isRunsc(process, context)
    else { return nil }
    self.role = role
    id =
      role == .sentry
      ? arguments.dropFirst().last
      : option("--bundle", in: arguments)?.split(separator: "/").last.map(String.init)
  }

  private static func keep(_ arguments: [String]) -> [String] {
    guard arguments.first == Role.sentry.rawValue else { return keepOptions(arguments, ["--bundle"]) }
    return Array(arguments.prefix(1) + arguments.dropFirst().suffix(1))
  }

  /// What a process calls itself does not count where its program can be seen.
  private static func isRunsc(_ process: Process, _ context: DiscoveryContext) -> Bool {
    guard let program = context.program(of: process, kept: { _ in true }) else { return true }
    return program.split(separator: "/").last?.hasPrefix("runsc") ?? false
  }
}

extension DiscoveryContext {
  /// The first process of a container: gVisor's sentry where it runs in one, although the gofer is older.
  func main(of group: [Process]) -> Process? {
    group.first { GvisorProcess($0, self)?.role == .sentry } ?? group.first
  }

  /// Sentry and gofer among these: what a container's sandbox costs.
  func gvisorHelpers(among group: [Process]) -> [Int32] {
    group.filter { GvisorProcess($0, self) != nil }.map(\.pid)
  }
}
