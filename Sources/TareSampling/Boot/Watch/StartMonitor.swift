internal import CLinux
internal import Glibc
internal import KernelStats
internal import LinuxSystem
internal import Synchronization
public import TareModel

/// Sees processes and virtual machines start, for as long as it lives, on a thread of its own. What it saw of those that
/// last is there to be asked; one that is over before it was looked at leaves nothing.
public final class StartMonitor: Sendable {
  /// How a process came to be. Monotonic nanoseconds.
  public struct Birth: Sendable, Hashable {
    /// The processes that it descends from, nearest first; 0 where no more are known. Not an array, which would be a piece
    /// of memory for every process that starts on the machine.
    public var ancestors: SIMD8<Int32>
    /// When it was forked; nil where that was before the watch began.
    public var forked: UInt64?
    /// When it executed a program for the first time since then.
    public var executed: UInt64?
    /// What it called itself soon after; empty where nobody looked.
    public var name = ""
  }

  /// How events come in.
  public enum Hearing: Sendable, Hashable {
    case starting
    case works
    /// In words: refused by the kernel, or silent in this namespace.
    case deaf(String)
  }

  struct State {
    var births: [Int32: Birth] = [:]
    /// Between what instants a task made a virtual machine.
    var machines: [Int32: ClosedRange<UInt64>] = [:]
    /// Processes of which one of those tasks is.
    var machineMakers: Set<Int32> = []
    var processes = Hearing.starting
    /// When a serial line told of a phase, by VMM.
    var told: [Int32: [BootTimeline.Phase: ClosedRange<UInt64>]] = [:]
    /// VMMs whose serial lines are to be followed.
    var wanted: Set<Int32> = []
    var followed: Set<Int32> = []
    /// Until when events may have been lost.
    var lostUntil: UInt64 = 0
    var losses = 0
    /// Monotonic nanoseconds of the last of them; 0 before the first.
    var lastLoss: UInt64 = 0
    var isEnded = false
    /// Where cgroups are to be looked for.
    var wantedFolders: Set<String> = []
    var folders: Set<String> = []
    var mounts: Set<String> = []
    /// Between what instants a cgroup was made, by its folder.
    var groups: [String: ClosedRange<UInt64>] = [:]
    /// Groups of containers that nobody has looked at yet.
    var brief = BriefGroups()
    /// Processes that began, executed a program or ended since they were last asked for.
    var touched: Set<Int32> = []
    /// Whether those are all.
    var knowsTouched = false
    /// First processes of workloads: their end is news.
    var mains: Set<Int32> = []
    var newsCount = 0
    /// Between what instants the first socket of a cgroup's processes listened, by its folder.
    var listening: [String: ClosedRange<UInt64>] = [:]
  }

  /// From the first event until all are taken: most processes are over by then, and nobody needs to look at them.
  static let coalescing: UInt64 = 5_000_000
  /// Nanoseconds for which a loss is worth a word.
  private static let memory: UInt64 = 60_000_000_000

  let state = Mutex(State())
  /// Readable when something has begun or ended that is worth a look before the next tick.
  let news = EventCounter()
  /// Readable when something is wanted.
  let wake = EventCounter()
  let markers: [SerialLog.Marker]

  /// - Parameter readyMarker: what a virtual machine says on its serial line when its service answers; else a prompt for
  ///   a login.
  public init(readyMarker: Pattern? = nil) {
    let ready = readyMarker.map { SerialLog.Marker(phase: .ready, pattern: $0) } ?? SerialLog.login
    markers = [SerialLog.userspace, ready]
    let thread = StartMonitorThread(self)
    do throws(SystemThread.Failure) {
      try SystemThread.start("tare-starts") { thread.run() }
    } catch {
      state.withLock { $0.processes = .deaf("\(error)") }
    }
  }

  /// Ends the thread. Nobody waits for it.
  public func end() {
    state.withLock { $0.isEnded = true }
    wake.signal()
  }

  /// Listens to what this VMM's machine says on its serial line, if it is written to a file.
  func follow(_ process: Int32) {
    let isNew = state.withLock { $0.followed.contains(process) ? false : $0.wanted.insert(process).inserted }
    if isNew { wake.signal() }
  }

  /// Between what instants the serial line of this VMM's machine told of phases.
  func told(by process: Int32) -> [BootTimeline.Phase: ClosedRange<UInt64>] {
    state.withLock { $0.told[process] ?? [:] }
  }

  /// Listens for cgroups that are made in these folders.
  /// - Parameter mounts: those of them that are the roots of hierarchies: what is on their first level is watched too.
  func follow(folders: Set<String>, mounts: Set<String> = []) {
    let isNew = state.withLock { state in
      state.mounts.formUnion(mounts)
      // One that is gone may come again.
      let new = folders.subtracting(state.folders)
      state.folders = folders
      state.wantedFolders.formUnion(new)
      return !new.isEmpty
    }
    if isNew { wake.signal() }
  }

  /// Wants to hear of the end of these processes.
  func follow(mains: Set<Int32>) { state.withLock { $0.mains = mains } }

  /// Something has begun, or ended, that a list of workloads would show.
  func announce() {
    state.withLock { $0.newsCount += 1 }
    news.signal()
  }

  /// Processes that have made a virtual machine while somebody watched.
  var machineMakers: Set<Int32> { state.withLock { $0.machineMakers } }

  /// Grows with all that is worth a look.
  var newsCount: Int { state.withLock { $0.newsCount } }

  /// Processes that began, executed a program or ended since the last call; nil where those are not all.
  func takeTouched() -> Set<Int32>? {
    state.withLock { state in
      defer {
        state.touched = []
        state.knowsTouched = state.processes == .works
      }
      return state.knowsTouched ? state.touched : nil
    }
  }

  // MARK: Asking

  /// Between what instants this cgroup was made.
  func made(_ folder: String) -> ClosedRange<UInt64>? { state.withLock { $0.groups[folder] } }

  /// Between what instants one of this cgroup's processes began to listen on a socket.
  func listening(_ folder: String) -> ClosedRange<UInt64>? { state.withLock { $0.listening[folder] } }

  public var hearing: Hearing { state.withLock { $0.processes } }

  /// After each look: what it found. See ``BriefGroups/settle(found:offset:)``.
  /// - Returns: workloads that came and went between two looks, the last thousand.
  func settle(found: Set<String>?, at now: Instant) -> [BriefLife] {
    state.withLock { state in
      state.brief.settle(found: found, offset: now.realtime &- now.monotonic)
      return state.brief.lives
    }
  }

  func addLoss() {
    state.withLock { $0.addLoss() }
  }

  /// How often events were lost, because they came faster than they were taken.
  public var losses: Int { state.withLock { $0.losses } }

  /// Events were lost not long ago: what started then was not seen.
  public var problem: Problem? {
    let (losses, last) = state.withLock { ($0.losses, $0.lastLoss) }
    guard losses > 0, SystemClock.monotonic.now - last < Self.memory else { return nil }
    return Problem(
      source: "starts",
      message:
        "events came faster than they were taken, \(losses == 1 ? "once" : "\(losses) times"): what started then is known afterwards only"
    )
  }

  /// Why processes are not seen as they start; nil where they are.
  public var unheard: String? {
    switch hearing {
    case .starting, .works: nil
    case .deaf(let why): "starts are known afterwards only: \(why)"
    }
  }

  /// - Parameter start: about when it began, monotonic nanoseconds: a number that was used before is another process.
  func birth(of pid: Int32, near start: UInt64) -> Birth? {
    state.withLock { state in
      guard var birth = state.births[pid] else { return nil }
      if let forked = birth.forked, max(forked, start) - min(forked, start) > 30_000_000 { return nil }
      if let executed = birth.executed, executed + 30_000_000 < start { return nil }
      // Of a process that was there before the watch, or while events were lost, a first program may have been missed.
      if birth.forked ?? 0 <= state.lostUntil, birth.executed ?? 0 > birth.forked ?? 0 { birth.executed = nil }
      return birth
    }
  }

  /// The oldest of the processes that one descends from, among those next to it whose names begin so.
  func oldest(above birth: Birth, named prefixes: [String]) -> (pid: Int32, Birth)? {
    state.withLock { state in
      var found: (Int32, Birth)?
      for place in birth.ancestors.indices {
        let pid = birth.ancestors[place]
        guard pid != 0, let ancestor = state.births[pid], (ancestor.forked ?? 0) <= birth.forked ?? 0 else { break }
        if prefixes.contains(where: { ancestor.name.hasPrefix($0) }) { found = (pid, ancestor) }
      }
      return found
    }
  }

  /// Between what instants a machine was made by one of these tasks, the earliest.
  func machine(madeBy tasks: [Int32]) -> ClosedRange<UInt64>? {
    state.withLock { state in tasks.compactMap { state.machines[$0] }.min { $0.lowerBound < $1.lowerBound } }
  }
}

extension StartMonitor.State {
  private static let mostTouched = 8192

  mutating func touch(_ process: Int32) {
    guard knowsTouched else { return }
    touched.insert(process)
    if touched.count > Self.mostTouched { knowsTouched = false }
  }

  mutating func addLoss() {
    losses += 1
    knowsTouched = false
    lastLoss = SystemClock.monotonic.now
  }
}
