public import KernelStats

/// What one pass of discovery has to go by: the processes, the cgroup hierarchies, the user's environment.
public struct Census: Sendable {
  public let root: KernelRoot
  public let processes: ProcessTable
  public let layout: CgroupLayout
  public let environment: [String: String]
  public let now: Instant

  public init(_ root: KernelRoot, layout: CgroupLayout, environment: [String: String]) throws(KernelError) {
    self.root = root
    self.layout = layout
    self.environment = environment
    processes = try ProcessTable(root)
    now = root.now()
  }

  /// Realtime nanoseconds at which a process started, the earliest that its tick count allows.
  public func started(_ process: Process) -> UInt64 {
    now.realtime &- now.boottime &+ process.start &* root.facts.tick
  }

  /// Whether the processes in this cgroup, and below it, are all among `pids`. Threads of the kernel do not count.
  public func isAlone(_ pids: Set<Int32>, in path: String) -> Bool {
    guard path != "/" else { return false }
    let inside = processes.memberships.map { membership in
      let leading = membership.leading
      return leading == path || leading.hasPrefix(path + "/")
    }
    return processes.processes.allSatisfy { process in
      process.isKernelThread || !inside[process.membership] || pids.contains(process.pid)
    }
  }
}
