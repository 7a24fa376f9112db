internal import Dispatch
internal import Synchronization

/// A process as one pass over `/proc` saw it.
public struct Process: Sendable, Hashable {
  public let pid: Int32
  public let parent: Int32
  /// Clock ticks between boot and its start. With the pid it tells a process from all others.
  public let start: UInt64
  /// Its own name for itself: a claim.
  public let comm: String
  public let threads: Int
  public let isKernelThread: Bool
  /// Index into ``ProcessTable/memberships``.
  public fileprivate(set) var membership: Int
}

/// All processes that this user may see, from one pass over `/proc`. A process that ends on the way is left out.
public struct ProcessTable: Sendable {
  public private(set) var processes: [Process] = []
  /// Each distinct `/proc/PID/cgroup` once.
  public private(set) var memberships: [CgroupMembership] = []
  private var rows: [Int32: Int] = [:]
  private var childRows: [Int32: [Int]] = [:]

  public init(_ root: KernelRoot) throws(KernelError) {
    let pids = try root.list("/proc").compactMap { name -> Int32? in
      guard let pid = Int32(name), pid > 0, String(pid) == name else { return nil }
      return pid
    }
    var known: [[UInt8]: Int] = [:]
    for scan in Self.scans(of: pids, root) { append(scan, &known) }
    processes.sort { ($0.start, $0.pid) < ($1.start, $1.pid) }
    for (row, process) in processes.enumerated() {
      rows[process.pid] = row
      childRows[process.parent, default: []].append(row)
    }
  }

  /// The kernel takes tens of microseconds for each process, so many are asked for on several cores.
  private static func scans(of pids: [Int32], _ root: KernelRoot) -> [Scan] {
    let parts = min(4, max(1, pids.count / 64))
    guard parts > 1 else { return [Scan(pids[...], root)] }
    let scans = Mutex<[Scan]>([])
    DispatchQueue.concurrentPerform(iterations: parts) { part in
      let scan = Scan(pids[part * pids.count / parts..<(part + 1) * pids.count / parts], root)
      scans.withLock { $0.append(scan) }
    }
    return scans.withLock { $0 }
  }

  private mutating func append(_ scan: Scan, _ known: inout [[UInt8]: Int]) {
    let places = scan.memberships.map { bytes, membership in
      let place = known[bytes] ?? memberships.count
      if place == memberships.count {
        known[bytes] = place
        memberships.append(membership)
      }
      return place
    }
    for var process in scan.processes {
      process.membership = places[process.membership]
      processes.append(process)
    }
  }

  public subscript(pid: Int32) -> Process? { rows[pid].map { processes[$0] } }

  public func children(of pid: Int32) -> [Process] { (childRows[pid] ?? []).map { processes[$0] } }

  public func cgroups(of process: Process) -> CgroupMembership { memberships[process.membership] }
}

/// Some of the processes, as one thread saw them.
private struct Scan: Sendable {
  /// Each with its place in ``memberships`` below.
  private(set) var processes: [Process] = []
  private(set) var memberships: [(file: [UInt8], CgroupMembership)] = []
  private var known: [[UInt8]: Int] = [:]

  init(_ pids: ArraySlice<Int32>, _ root: KernelRoot) {
    var buffer = [UInt8](repeating: 0, count: 16384)
    for pid in pids {
      if let process = scan(pid, root, &buffer) { processes.append(process) }
    }
  }

  private mutating func scan(_ pid: Int32, _ root: KernelRoot, _ buffer: inout [UInt8]) -> Process? {
    guard let count = try? root.read("/proc/\(pid)/stat", into: &buffer),
      let stat = try? ProcessStat(buffer.span.extracting(first: count))
    else { return nil }
    var file: [UInt8] = []
    if !stat.isKernelThread {
      guard let count = try? root.read("/proc/\(pid)/cgroup", into: &buffer) else { return nil }
      file = Array(buffer[..<count])
    }
    return Process(
      pid: pid, parent: stat.parent, start: stat.start, comm: stat.comm, threads: Int(clamping: stat.threads),
      isKernelThread: stat.isKernelThread, membership: place(of: file))
  }

  private mutating func place(of file: [UInt8]) -> Int {
    if let place = known[file] { return place }
    known[file] = memberships.count
    memberships.append((file, (try? CgroupMembership(file.span)) ?? CgroupMembership()))
    return memberships.count - 1
  }
}

extension KernelRoot {
  /// The arguments of a process: claims of whoever started it. Read privately, because secrets sit in arguments; a capture
  /// gets those that `keep` returns.
  public func arguments(of pid: Int32, keep: ([String]) -> [String]) -> [String]? {
    var buffer = [UInt8](repeating: 0, count: 16384)
    let path = "/proc/\(pid)/cmdline"
    guard let count = try? readPrivately(path, into: &buffer, limit: 1 << 20), count > 0 else { return nil }
    var arguments = buffer[..<count].split(separator: 0, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    if arguments.last == "" { arguments.removeLast() }
    if isRecording {
      record(path, keep(arguments).flatMap { Array($0.utf8) + [0] })
    }
    return arguments
  }

  /// The user that a process runs as.
  public func user(of pid: Int32) -> UInt32? {
    var buffer = [UInt8](repeating: 0, count: 8192)
    guard let count = try? read("/proc/\(pid)/status", into: &buffer) else { return nil }
    return (try? ProcessStatus(buffer.span.extracting(first: count)))?.uid
  }

  /// Whether a process is in tare's own mount and user namespaces, so that a path of it means the same here.
  public func sharesOurFiles(_ pid: Int32) -> Bool {
    for kind in ["mnt", "user"] {
      guard let theirs = try? link("/proc/\(pid)/ns/\(kind)"), let ours = try? link("/proc/self/ns/\(kind)"),
        theirs == ours
      else { return false }
    }
    return true
  }
}
