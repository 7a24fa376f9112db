internal import KernelStats

extension Process {
  /// It calls itself as a runtime does while it makes a container: several processes of it, one after the other, are the
  /// first in the container's cgroup. The last one becomes the container's own program.
  var isOfRuntime: Bool {
    comm.hasPrefix("runc:[") || comm.hasPrefix("youki:[") || ["runc", "crun", "youki"].contains(comm)
  }
}

extension DiscoveryContext {
  /// Whether a process in a container's cgroup is the runtime that makes the container: by what it calls itself, or by the
  /// program that it runs, of which runtimes make a copy in memory.
  func isOfRuntime(_ process: Process) -> Bool {
    if process.isOfRuntime { return true }
    guard let program = program(of: process, kept: { Self.isRuntime($0) }) else { return false }
    return Self.isRuntime(program)
  }

  private static func isRuntime(_ program: String) -> Bool {
    if program.hasPrefix("/memfd:runc_cloned") || program.hasPrefix("/memfd:crun_cloned") { return true }
    let name = program.split(separator: "/").last.map { $0.hasSuffix(" (deleted)") ? $0.dropLast(10) : $0 } ?? ""
    return ["runc", "crun", "youki"].contains(name)
  }
}
