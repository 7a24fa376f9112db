public import KernelStats
internal import Synchronization
public import TareModel

/// What went wrong in one pass, from whichever source.
public final class Complaints: Sendable {
  private let list = Mutex<[Problem]>([])

  init() {}

  /// In an order of their own: sources run side by side, and a line that changes its place cannot be read.
  public var all: [Problem] { list.withLock { $0 }.sorted { ($0.source, $0.message) < ($1.source, $1.message) } }

  /// A folder that is there and may not be looked into hides workloads; one that is not there is nobody's fault.
  public func hidden(by error: KernelError, source: String) {
    guard case .denied = error else { return }
    add(Problem(source: source, message: "\(error): what runs there is not shown; run as root"))
  }

  public func add(_ problem: Problem) {
    list.withLock { if !$0.contains(problem) { $0.append(problem) } }
  }
}

/// What one pass of discovery has to go by: the processes, the cgroup hierarchies, the user's environment.
public struct DiscoveryContext: Sendable {
  public let root: KernelRoot
  public let processes: ProcessTable
  public let layout: CgroupLayout
  public let environment: [String: String]
  public let now: Instant
  /// Who sees processes start; nil where nobody watches.
  let watch: StartMonitor?
  /// What earlier passes read; nil where this is the only one.
  let memory: ArgumentCache?
  /// What a source could not look at.
  public let complaints = Complaints()

  init(
    _ root: KernelRoot, layout: CgroupLayout, environment: [String: String], processes: ProcessTable,
    watch: StartMonitor?,
    memory: ArgumentCache? = nil
  ) {
    self.watch = watch
    self.memory = memory
    self.root = root
    self.layout = layout
    self.environment = environment
    self.processes = processes
    now = root.now()
  }

  /// Realtime nanoseconds at which a process started, the earliest that its tick count allows.
  public func started(_ process: Process) -> UInt64 {
    now.realtime &- now.boottime &+ process.start &* root.facts.tick
  }

  /// The program that a process runs; nil where it may not be seen.
  /// - Parameter kept: which programs a capture keeps the link of.
  public func program(of process: Process, kept: @escaping (String) -> Bool) -> String? {
    // Read when the process was new; a capture reads again, to have it.
    if root.holdsDescriptors { return processes.program(of: process) }
    return try? root.link("\(process.folder)/exe", kept: kept)
  }

  /// Whether a process runs a program of such a name. What it calls itself, of which the kernel keeps 15 bytes, counts only
  /// where the program may not be seen. Either is a claim: anybody may give a program any name.
  func runs(_ process: Process, named isMeant: (String) -> Bool) -> Bool {
    withoutActuallyEscaping(isMeant) { isMeant in
      let isMeantPath = { (path: String) in isMeant(Self.fileName(path)) }
      if let path = program(of: process, kept: isMeantPath) { return isMeantPath(path) }
      return isMeant(process.comm)
    }
  }

  /// The last part of a program's path. An upgrade leaves "(deleted)" behind the name of one that still runs.
  private static func fileName(_ path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? ""
    return name.hasSuffix(" (deleted)") ? String(name.dropLast(10)) : name
  }

  /// Whether all processes in this cgroup, and below it, fulfil a condition. Threads of the kernel do not count.
  /// - Parameter place: the path of a membership in the hierarchy that is meant; nil where it has none.
  public func all(
    in path: String, of place: (CgroupMembership) -> String?, _ condition: (Process) -> Bool
  ) -> Bool {
    let inside = processes.memberships.map { place($0)?.isCgroup(inside: path) ?? false }
    return processes.processes.allSatisfy { process in
      process.isKernelThread || !inside[process.membership] || condition(process)
    }
  }
}
