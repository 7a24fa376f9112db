internal import CLinux
internal import Glibc
internal import KernelStats
internal import LinuxSystem
internal import Synchronization
internal import TareModel

/// The thread of a ``StartMonitor``: waits for whatever tells of starts, and writes down what it hears.
final class StartMonitorThread: Sendable {
  /// Processes that are remembered.
  private static let most = 16384
  /// Events in one look that more are likely to follow.
  private static let crowd = 4

  private let watch: StartMonitor
  private let root = KernelRoot()

  init(_ watch: StartMonitor) { self.watch = watch }

  func run() {
    let serial = SerialTail(watch)
    let groups = CgroupWatcher(watch)
    let machines = MachineEvents()
    let processes = openProcessEvents()
    var quietSince = SystemClock.monotonic.now
    var drainAt: UInt64?
    while !watch.state.withLock({ $0.isEnded }) {
      var entries = [
        pollfd(fd: watch.wake.descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: machines?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: drainAt == nil ? processes?.descriptor ?? -1 : -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: serial.descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: groups.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      let begun = SystemClock.monotonic.now
      // Rounded up, so that it does not come back too early.
      let due = [drainAt, serial.due, groups.due].compactMap { $0 }.min()
      let timeout = due.map { Int32(clamping: ($0 > begun ? $0 - begun + 999_999 : 0) / 1_000_000) }
      unsafe poll(&entries, nfds_t(entries.count), timeout ?? -1)
      let now = SystemClock.monotonic.now
      if entries[1].revents != 0, let machines { take(machines, quietSince...now) }
      if entries[4].revents != 0 { groups.take(quietSince...now) }
      quietSince = now
      if entries[0].revents != 0 {
        watch.wake.wait()
        serial.begin()
        groups.begin()
      }
      if entries[3].revents != 0 { serial.read() }
      if let due = serial.due, now >= due { serial.begin() }
      groups.look(at: now)
      if let due = drainAt {
        if now >= due, let processes {
          // Where processes come all the time, there is no need to be woken by the first of them.
          drainAt = take(processes) >= Self.crowd ? now + StartMonitor.coalescing : nil
          serial.begin()
        }
      } else if entries[2].revents != 0 {
        drainAt = now + StartMonitor.coalescing
      }
    }
  }

  /// The kernel may take a listener and tell it nothing: a child shows whether it does.
  private func openProcessEvents() -> ProcessEvents? {
    guard let events = ProcessEvents() else {
      watch.state.withLock { $0.processes = .deaf(Self.remedy("the kernel refuses to tell")) }
      return nil
    }
    let begun = SystemClock.monotonic.now
    let child = tare_fork_child()
    guard child > 0 else {
      watch.state.withLock { $0.processes = .deaf("no child may be started to see whether the kernel tells of it") }
      return nil
    }
    defer { waitpid(child, nil, 0) }
    while SystemClock.monotonic.now < begun + 300_000_000 {
      var entry = pollfd(fd: events.descriptor, events: Int16(POLLIN), revents: 0)
      unsafe poll(&entry, 1, 50)
      var isHeard = false
      _ = events.drain { event in
        if case .fork(_, child, _) = event { isHeard = true }
      }
      if isHeard {
        // What began before may have executed something then.
        watch.state.withLock { state in
          state.processes = .works
          state.lostUntil = SystemClock.monotonic.now
        }
        return events
      }
    }
    watch.state.withLock { $0.processes = .deaf(Self.remedy("in this namespace the kernel tells nothing")) }
    return nil
  }

  private static func remedy(_ why: String) -> String {
    "\(why) of new processes. Remedy: root, or Linux 6.6; the host's namespaces"
  }

  private func take(_ events: MachineEvents, _ instants: ClosedRange<UInt64>) {
    defer { watch.announce() }
    var made: [Int32] = []
    let isWhole = watch.state.withLock { state in
      events.drain { event in
        state.machines[event.task] = event.kind == .create ? instants : nil
        if event.kind == .create { made.append(event.task) }
      }
    }
    let makers = made.compactMap { root.process(ofTask: $0) }
    watch.state.withLock { state in
      for process in makers {
        state.machineMakers.insert(process)
        state.touch(process)
      }
      if !isWhole { state.addLoss() }
      if state.machines.count > Self.most { state.machines.removeAll() }
      if state.machineMakers.count > Self.most { state.machineMakers.removeAll() }
    }
  }

  /// - Returns: how many events there were.
  private func take(_ events: ProcessEvents) -> Int {
    var isNews = false
    defer { if isNews { watch.announce() } }
    return watch.state.withLock { state in
      var executed: Set<Int32> = []
      var count = 0
      let isWhole = events.drain { event in
        count += 1
        switch event {
        case .fork(let parent, let child, let at):
          var above = SIMD8<Int32>()
          if let older = state.births[parent]?.ancestors {
            for place in 1..<8 { above[place] = older[place - 1] }
          }
          above[0] = parent
          state.touch(child)
          state.births[child] = StartMonitor.Birth(ancestors: above, forked: at)
        case .exec(let process, let at):
          executed.insert(process)
          state.touch(process)
          var birth = state.births[process] ?? StartMonitor.Birth(ancestors: SIMD8(), forked: nil)
          if birth.executed == nil { birth.executed = at }
          state.births[process] = birth
        case .exit(let process, _):
          executed.remove(process)
          state.touch(process)
          state.machineMakers.remove(process)
          if state.mains.contains(process) { isNews = true }
          if !state.followed.isEmpty {
            state.told[process] = nil
            state.followed.remove(process)
          }
          // A runtime is gone when its container is found.
          if let place = state.births.index(forKey: process), state.births.values[place].name.isEmpty {
            state.births.remove(at: place)
          }
        }
      }
      if !isWhole {
        state.addLoss()
        state.lostUntil = state.lastLoss
      }
      for process in executed {
        let name = Self.name(of: process)
        state.births[process]?.name = name
        // A machine says when its first process starts long before anybody has looked for it.
        if HypervisorTraits.mayBeMachine(process: name), !state.followed.contains(process) {
          state.wanted.insert(process)
          isNews = true
        }
      }
      if state.births.count > Self.most { Self.prune(&state) }
      return count
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
  private static func prune(_ state: inout StartMonitor.State) {
    let ages = state.births.values.map { $0.forked ?? 0 }.sorted()
    let middle = ages[ages.count / 2]
    state.births = state.births.filter { $0.value.forked ?? 0 > middle }
  }
}
