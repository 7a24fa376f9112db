internal import CLinux
internal import Glibc
internal import KernelStats
internal import Synchronization
public import TareModel

/// Sees processes and virtual machines start, for as long as it lives, on a thread of its own. What it saw of those that
/// last is there to be asked; one that is over before it was looked at leaves nothing.
public final class StartWatch: Sendable {
  /// How a process came to be. Monotonic nanoseconds.
  public struct Birth: Sendable, Hashable {
    /// The processes that it descends from, nearest first.
    public var ancestors: [Int32]
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

  private struct State {
    var births: [Int32: Birth] = [:]
    /// Between what instants a task made a virtual machine.
    var machines: [Int32: ClosedRange<UInt64>] = [:]
    var processes = Hearing.starting
    var hearsMachines = false
    /// When a serial line told of a phase, by VMM.
    var told: [Int32: [BootTimeline.Phase: ClosedRange<UInt64>]] = [:]
    /// VMMs whose serial lines are to be followed.
    var wanted: Set<Int32> = []
    var followed: Set<Int32> = []
    /// Until when events may have been lost.
    var lostUntil: UInt64 = 0
    var losses = 0
    var isEnded = false
  }

  /// From the first event until all are taken: most processes are over by then, and nobody needs to look at them.
  static let patience: UInt64 = 5_000_000
  private static let ancestors = 6
  private static let most = 16384
  private static let hypervisors = ["qemu-system", "qemu-kvm", "kvm"]

  private let state = Mutex(State())
  private let wake = tare_eventfd()
  private let markers: [SerialLog.Marker]

  /// - Parameter readyMarker: what a virtual machine says on its serial line when its service answers; else a prompt for
  ///   a login.
  public init(readyMarker: Pattern? = nil) {
    let ready = readyMarker.map { SerialLog.Marker(phase: .ready, pattern: $0) } ?? SerialLog.login
    markers = [SerialLog.userspace, ready]
    // The thread holds what it works on, not the watch, so that the watch can go.
    let thread = Thread(self)
    var handle = pthread_t()
    unsafe pthread_create(
      &handle, nil,
      { argument in
        unsafe Unmanaged<Thread>.fromOpaque(argument!).takeRetainedValue().run()
        return nil
      }, Unmanaged.passRetained(thread).toOpaque())
    pthread_detach(handle)
  }

  /// Ends the thread. Nobody waits for it.
  public func end() {
    state.withLock { $0.isEnded = true }
    wakeUp()
  }

  private func wakeUp() {
    var one: UInt64 = 1
    _ = unsafe write(wake, &one, 8)
  }

  /// Listens to what this VMM's machine says on its serial line, if it is written to a file.
  func follow(_ process: Int32) {
    let isNew = state.withLock { $0.followed.contains(process) ? false : $0.wanted.insert(process).inserted }
    if isNew { wakeUp() }
  }

  /// Between what instants the serial line of this VMM's machine told of phases.
  func told(by process: Int32) -> [BootTimeline.Phase: ClosedRange<UInt64>] {
    state.withLock { $0.told[process] ?? [:] }
  }

  // MARK: Asking

  public var hearing: Hearing { state.withLock { $0.processes } }

  /// How often events were lost, because they came faster than they were taken.
  public var losses: Int { state.withLock { $0.losses } }

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
      for pid in birth.ancestors {
        guard let ancestor = state.births[pid], (ancestor.forked ?? 0) <= birth.forked ?? 0 else { break }
        if prefixes.contains(where: { ancestor.name.hasPrefix($0) }) { found = (pid, ancestor) }
      }
      return found
    }
  }

  /// Between what instants a machine was made by one of these tasks, the earliest.
  func machine(madeBy tasks: [Int32]) -> ClosedRange<UInt64>? {
    state.withLock { state in tasks.compactMap { state.machines[$0] }.min { $0.lowerBound < $1.lowerBound } }
  }

  // MARK: Listening

  private final class Thread: Sendable {
    private let watch: StartWatch

    init(_ watch: StartWatch) { self.watch = watch }

    func run() {
      let serial = SerialLines(watch)
      let machines = MachineEvents()
      let processes = watch.openProcessEvents()
      watch.state.withLock { $0.hearsMachines = machines != nil }
      var quietSince = monotonicNow()
      var drainAt: UInt64?
      while !watch.state.withLock({ $0.isEnded }) {
        var entries = [
          pollfd(fd: watch.wake, events: Int16(POLLIN), revents: 0),
          pollfd(fd: machines?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
          pollfd(fd: drainAt == nil ? processes?.descriptor ?? -1 : -1, events: Int16(POLLIN), revents: 0),
          pollfd(fd: serial.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        let begun = monotonicNow()
        // Rounded up, so that it does not come back too early.
        let due = [drainAt, serial.isWaiting ? begun + SerialLines.pause : nil].compactMap { $0 }.min()
        let timeout = due.map { Int32(clamping: ($0 > begun ? $0 - begun + 999_999 : 0) / 1_000_000) }
        unsafe poll(&entries, nfds_t(entries.count), timeout ?? -1)
        let now = monotonicNow()
        if entries[1].revents != 0, let machines { watch.take(machines, quietSince...now) }
        quietSince = now
        if entries[0].revents != 0 {
          var count: UInt64 = 0
          _ = unsafe read(watch.wake, &count, 8)
          serial.begin()
        }
        if entries[3].revents != 0 { serial.read() }
        if serial.isWaiting { serial.begin() }
        if let due = drainAt {
          if now >= due, let processes {
            drainAt = nil
            watch.take(processes)
            serial.begin()
          }
        } else if entries[2].revents != 0 {
          drainAt = now + StartWatch.patience
        }
      }
    }
  }

  /// The serial lines that are followed.
  private final class SerialLines {
    private let watch: StartWatch
    private let root = KernelRoot()
    private var logs: [Int32: SerialLog] = [:]
    /// inotify(7): readable when one of the files has grown.
    let descriptor = tare_inotify()

    init(_ watch: StartWatch) { self.watch = watch }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Machines whose files are not there yet, and until when they are waited for.
    private var early: [Int32: UInt64] = [:]
    static let patience: UInt64 = 3_000_000_000
    static let pause: UInt64 = 20_000_000
    var isWaiting: Bool { !early.isEmpty }

    /// Takes up what is wanted.
    func begin() {
      let wanted = watch.state.withLock { state in
        defer { state.wanted = [] }
        state.followed.formUnion(state.wanted)
        return state.wanted
      }
      let now = monotonicNow()
      for process in wanted { early[process] = now + Self.patience }
      for (process, until) in early where follow(process) || now > until { early[process] = nil }
    }

    /// - Returns: false where it may be worth to try once more.
    private func follow(_ process: Int32) -> Bool {
      guard descriptor >= 0, logs.count < 1024, let owner = root.user(of: process), root.sharesOurFiles(process),
        let words = root.arguments(of: process, keep: { $0 })
      else { return true }
      let folder = (try? root.link("/proc/\(process)/cwd")) ?? "/"
      var buffer = [UInt8](repeating: 0, count: 1024)
      guard let count = try? root.read("/proc/\(process)/stat", into: &buffer),
        let stat = try? ProcessStat(buffer.span.extracting(first: count))
      else { return true }
      let now = root.now()
      let start = stat.start &* root.facts.tick &- (now.boottime &- now.monotonic)
      let paths = QemuArguments(words).serialLogs
      var isThere = paths.isEmpty
      for path in paths {
        let whole = path.hasPrefix("/") ? path : "\(folder)/\(path)"
        guard let log = SerialLog(whole, of: process, owner: owner, start: start, watch.markers, root) else { continue }
        // By descriptor: the path could lead elsewhere by now.
        let place = tare_inotify_add(descriptor, log.descriptor)
        guard place >= 0 else { continue }
        logs[place] = log
        isThere = true
        take(place)
      }
      return isThere
    }

    /// Reads those that have grown.
    func read() {
      var changed: Set<Int32> = []
      unsafe withUnsafeTemporaryAllocation(byteCount: 16384, alignment: 8) { buffer in
        while true {
          let count = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
          guard count > 0 else { return }
          var at = 0
          while at + 16 <= count {
            unsafe changed.insert(buffer.load(fromByteOffset: at, as: Int32.self))
            at += 16 + Int(unsafe buffer.load(fromByteOffset: at + 12, as: UInt32.self))
          }
        }
      }
      for place in changed { take(place) }
    }

    private func take(_ place: Int32) {
      guard let log = logs[place] else { return }
      for (phase, instants) in log.read(now: monotonicNow) {
        watch.state.withLock { $0.told[log.process, default: [:]][phase] = instants }
      }
      if log.isOver {
        logs[place] = nil
        tare_inotify_remove(descriptor, place)
      }
    }
  }

  /// The kernel may take a listener and tell it nothing: a child shows whether it does.
  private func openProcessEvents() -> ProcessEvents? {
    guard let events = ProcessEvents() else {
      state.withLock { $0.processes = .deaf("the kernel refuses") }
      return nil
    }
    let begun = monotonicNow()
    let child = tare_fork_child()
    guard child > 0 else { return nil }
    defer { waitpid(child, nil, 0) }
    while monotonicNow() < begun + 300_000_000 {
      var entry = pollfd(fd: events.descriptor, events: Int16(POLLIN), revents: 0)
      unsafe poll(&entry, 1, 50)
      var isHeard = false
      _ = events.drain { event in
        if case .fork(_, child, _) = event { isHeard = true }
      }
      if isHeard {
        // What began before may have executed something then.
        state.withLock { state in
          state.processes = .works
          state.lostUntil = monotonicNow()
        }
        return events
      }
    }
    state.withLock { $0.processes = .deaf("the kernel tells nothing in this namespace") }
    return nil
  }

  private func take(_ events: MachineEvents, _ instants: ClosedRange<UInt64>) {
    state.withLock { state in
      let isWhole = events.drain { event in
        state.machines[event.task] = event.kind == .create ? instants : nil
      }
      if !isWhole { state.losses += 1 }
      if state.machines.count > Self.most { state.machines.removeAll() }
    }
  }

  private func take(_ events: ProcessEvents) {
    state.withLock { state in
      var executed: Set<Int32> = []
      let isWhole = events.drain { event in
        switch event {
        case .fork(let parent, let child, let at):
          let above = state.births[parent]?.ancestors.prefix(Self.ancestors - 1) ?? []
          state.births[child] = Birth(ancestors: [parent] + above, forked: at)
        case .exec(let process, let at):
          executed.insert(process)
          if state.births[process] == nil { state.births[process] = Birth(ancestors: [], forked: nil) }
          if state.births[process]?.executed == nil { state.births[process]?.executed = at }
        case .exit(let process, _):
          executed.remove(process)
          state.told[process] = nil
          state.followed.remove(process)
          // A runtime is gone when its container is found.
          if state.births[process]?.name.isEmpty ?? false { state.births[process] = nil }
        }
      }
      if !isWhole {
        state.losses += 1
        state.lostUntil = monotonicNow()
      }
      for process in executed {
        let name = Self.name(of: process)
        state.births[process]?.name = name
        // A machine says when its first process starts long before anybody has looked for it.
        if Self.hypervisors.contains(where: { name.hasPrefix($0) }), !state.followed.contains(process) {
          state.wanted.insert(process)
        }
      }
      if state.births.count > Self.most { Self.prune(&state) }
    }
  }

  private static func name(of process: Int32) -> String {
    let file = unsafe open("/proc/\(process)/comm", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return "" }
    defer { close(file) }
    return unsafe withUnsafeTemporaryAllocation(byteCount: 32, alignment: 1) { buffer in
      let count = unsafe read(file, buffer.baseAddress, buffer.count)
      guard count > 1 else { return "" }
      return unsafe String(decoding: UnsafeRawBufferPointer(buffer)[..<(count - 1)], as: UTF8.self)
    }
  }

  /// The younger half stays.
  private static func prune(_ state: inout State) {
    let ages = state.births.values.map { $0.forked ?? 0 }.sorted()
    let middle = ages[ages.count / 2]
    state.births = state.births.filter { $0.value.forked ?? 0 > middle }
  }
}

private func monotonicNow() -> UInt64 {
  var time = timespec()
  unsafe clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
