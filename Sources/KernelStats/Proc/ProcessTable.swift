internal import TareModel

/// A process as one look at `/proc` saw it.
public struct Process: Sendable, Hashable {
  public let pid: Int32
  public let parent: Int32
  /// Clock ticks between boot and its start. With the pid it tells a process from all others.
  public let start: UInt64
  /// Its own name for itself: a claim.
  public let comm: String
  public let threads: Int
  public let isKernelThread: Bool
  /// One of its threads has run a guest under KVM: field 43 of its stat has moved.
  public let ranGuest: Bool
  /// A thread that stands for it where its first one has ended and others have not.
  public var living: Int32?
  /// Index into ``ProcessTable/memberships``.
  public internal(set) var membership: Int
  /// Index into ``ProcessTable/programs``; nil where it may not be seen.
  var program: Int?

  /// Where the kernel tells of it: `/proc/PID`, or that of a thread which lives, as ``KernelRoot/folder(of:)``.
  public var folder: String { living.map { "/proc/\(pid)/task/\($0)" } ?? "/proc/\(pid)" }
}

/// All processes that this user may see. A process that ends while it is looked at is left out.
public struct ProcessTable: Sendable {
  /// Oldest first.
  public internal(set) var processes: [Process] = []
  /// Each distinct `/proc/PID/cgroup` once; some may be of no process any more.
  public internal(set) var memberships: [CgroupMembership] = []
  /// Each distinct program once.
  var programs: [String] = []
  private var rows: [Int32: Int] = [:]
  /// Rows in the order of their parents.
  private var byParent: [Int] = []

  /// All of them, looked at now. To look again and again, keep a ``ProcessRegister``.
  public init(_ root: KernelRoot) throws(KernelError) {
    self = try ProcessRegister(root).update(.all)
  }

  init() {}

  /// To be called when ``processes`` has changed.
  mutating func index() {
    rows.removeAll(keepingCapacity: true)
    rows.reserveCapacity(processes.count)
    for (row, process) in processes.enumerated() { rows[process.pid] = row }
    byParent = Array(processes.indices)
    byParent.sort { (processes[$0].parent, $0) < (processes[$1].parent, $1) }
  }

  public subscript(pid: Int32) -> Process? { rows[pid].map { processes[$0] } }

  /// Oldest first.
  public func children(of pid: Int32) -> [Process] {
    var (low, high) = (0, byParent.count)
    while low < high {
      let middle = (low + high) / 2
      if processes[byParent[middle]].parent < pid { low = middle + 1 } else { high = middle }
    }
    return byParent[low...].prefix { processes[$0].parent == pid }.map { processes[$0] }
  }

  public func cgroups(of process: Process) -> CgroupMembership { memberships[process.membership] }

  /// Those that run a program that is meant, which is asked once for each program.
  /// - Parameter unseen: whether a process whose program may not be seen is meant.
  public func running(_ isMeant: (String) -> Bool, unseen: (Process) -> Bool) -> [Process] {
    let verdicts = programs.map(isMeant)
    return processes.filter { process in
      !process.isKernelThread && (process.program.map { verdicts[$0] } ?? unseen(process))
    }
  }

  /// The file that a process executed, as its link says; nil where it may not be seen, and in a capture.
  public func program(of process: Process) -> String? { process.program.map { programs[$0] } }
}

extension KernelRoot {
  /// The arguments of a process: claims of whoever started it, without the secrets that stand in them. Read privately; a
  /// capture gets those that `keep` returns.
  public func arguments(of pid: Int32, keep: ([String]) -> [String]) -> [String]? {
    var buffer = [UInt8](repeating: 0, count: 16384)
    var path = "/proc/\(pid)/cmdline"
    guard var count = try? readPrivately(path, into: &buffer, limit: 1 << 20) else { return nil }
    if count == 0, let thread = livingThread(of: pid) {
      path = "/proc/\(pid)/task/\(thread)/cmdline"
      count = (try? readPrivately(path, into: &buffer, limit: 1 << 20)) ?? 0
    }
    guard count > 0 else { return nil }
    var arguments = buffer[..<count].split(separator: 0, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    if arguments.last == "" { arguments.removeLast() }
    arguments = arguments.withoutSecrets
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

  /// The process that a task is a thread of.
  public func process(ofTask task: Int32) -> Int32? {
    guard let line = text("/proc/\(task)/status")?.split(separator: "\n").first(where: { $0.hasPrefix("Tgid:") }) else {
      return nil
    }
    return Int32(line.dropFirst(5).trimmingPrefix { $0.isWhitespace })
  }

  /// Whether a process is in tare's own mount and user namespaces, so that a path of it means the same here.
  public func sharesOurFiles(_ pid: Int32) -> Bool {
    shares("mnt", with: pid) && shares("user", with: pid)
  }

  /// Whether a process is in tare's own namespace of this kind; false where that may not be seen.
  public func shares(_ kind: String, with pid: Int32) -> Bool {
    guard let theirs = try? link("\(folder(of: pid))/ns/\(kind)"), let ours = try? link("/proc/self/ns/\(kind)") else {
      return false
    }
    return theirs == ours
  }
}
