internal import CLinux
internal import Glibc
internal import KernelStats
internal import LinuxSystem
internal import Synchronization
internal import TareModel

/// Cgroups as they are made, and the first sockets that their processes listen on: what a container's start can be seen
/// by without the help of any runtime, and before any tick looks for it.
final class CgroupWatcher {
  /// A cgroup that was made a moment ago.
  private struct Young {
    let folder: String
    let made: UInt64
    /// When it held only these sockets.
    var lookedAt: UInt64
    var sockets: Set<UInt64> = []
    var next: UInt64
    /// When none of them listened.
    var askedAt: UInt64
    var nextAsk: UInt64 = 0
    /// A socket begins to listen a moment after it was made: looks that it is worth.
    var retries = 0
  }

  /// Until then a service listens, or it does not at all: what takes longer is looked at with each sample. Nanoseconds.
  private static let startupWindow: UInt64 = 30_000_000_000
  private static let firstLook: UInt64 = 2_000_000
  /// An answer is within so many parts of the time that it took.
  private static let precision: UInt64 = 20
  /// Looking at one takes at most the so many'th part of a core, at all of many the tenth part of one.
  private static let cpuShare: UInt64 = 50
  private static let few: UInt64 = 5
  private static let mostYoung = 256
  private static let mostKnown = 4096
  /// Folders of a hierarchy's first level that were there before.
  private static let mostOld = 512

  private let watch: StartMonitor
  private let root = KernelRoot()
  private let events = CgroupEvents()
  /// Where hierarchies are mounted.
  private var mounts: Set<String> = []
  private var young: [Young] = []
  private var buffer = [UInt8](repeating: 0, count: 16384)

  init(_ watch: StartMonitor) { self.watch = watch }

  var descriptor: Int32 { events?.descriptor ?? -1 }

  /// When to look again; nil while there is nothing to wait for.
  var due: UInt64? { young.map(\.next).min() }

  /// Takes up the folders that are wanted. Hierarchies come first; what is on their first level is watched too, since
  /// engines and slices are there.
  func begin() {
    let wanted = watch.state.withLock { state in
      defer { state.wantedFolders = [] }
      mounts = state.mounts
      return state.wantedFolders
    }
    guard let events, !wanted.isEmpty else { return }
    for folder in wanted.sorted() {
      guard events.watch(folder), mounts.contains(folder) else { continue }
      for name in folders(in: folder).prefix(Self.mostOld) { _ = events.watch("\(folder)/\(name)") }
    }
  }

  /// - Parameter instants: what is there to be taken happened between them.
  func take(_ instants: ClosedRange<UInt64>) {
    var made: [CgroupEvents.Event] = []
    if let events, !events.drain({ made.append($0) }) { watch.addLoss() }
    for event in made { add(event, instants) }
  }

  private func add(_ event: CgroupEvents.Event, _ instants: ClosedRange<UInt64>) {
    if event.isRemoval { return end(event.path, instants) }
    note(event.path, instants)
    guard mounts.contains(event.parent), let events, events.watch(event.path) else { return }
    // An engine makes its own folder and that of its first container at once.
    let now = SystemClock.monotonic.now
    for name in folders(in: event.path) { note("\(event.path)/\(name)", instants.lowerBound...now) }
  }

  /// One that was not looked at meanwhile is news although it is gone.
  private func end(_ folder: String, _ instants: ClosedRange<UInt64>) {
    guard let path = below(folder) else { return }
    if watch.state.withLock({ $0.brief.removed(path, instants) }) { watch.announce() }
  }

  /// The path of a group below the root of its hierarchy.
  private func below(_ folder: String) -> String? {
    mounts.filter { folder.hasPrefix("\($0)/") }.max { $0.utf8.count < $1.utf8.count }
      .map { String(folder.dropFirst($0.count)) }
  }

  private func note(_ folder: String, _ instants: ClosedRange<UInt64>) {
    let path = below(folder)
    let isNew = watch.state.withLock { state in
      if let path { state.brief.made(path, instants) }
      if state.groups.count >= Self.mostKnown { state.forgetOldGroups() }
      // The same name may come again.
      return state.groups.updateValue(instants, forKey: folder) != instants
    }
    guard isNew else { return }
    watch.announce()
    watch.state.withLock { $0.listening[folder] = nil }
    young.removeAll { $0.folder == folder }
    if young.count >= Self.mostYoung { young.removeFirst() }
    let at = instants.upperBound
    young.append(
      Young(
        folder: folder, made: at, lookedAt: instants.lowerBound, next: at + Self.firstLook, askedAt: instants.lowerBound
      ))
  }

  private func folders(in folder: String) -> [String] {
    ((try? root.list(folder)) ?? []).filter { name in
      var status = stat()
      return unsafe stat("\(folder)/\(name)", &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
  }

  // MARK: Sockets

  /// Looks at those whose turn it is.
  func look(at now: UInt64) {
    guard young.contains(where: { $0.next <= now }) else { return }
    for index in young.indices where young[index].next <= now { look(index) }
    young.removeAll { $0.next == .max }
  }

  private func look(_ index: Int) {
    var one = young[index]
    defer { young[index] = one }
    let begun = SystemClock.monotonic.now
    guard begun < one.made + Self.startupWindow, let processes = SocketProbe.processes(in: one.folder, root, &buffer)
    else {
      one.next = .max
      return
    }
    if let instants = ask(processes, &one, begun) {
      watch.state.withLock { $0.listening[one.folder] = instants }
      one.next = .max
      return
    }
    let end = SystemClock.monotonic.now
    one.next = end + max(Self.firstLook, (end - one.made) / Self.precision, rest(end - begun))
  }

  /// How long to leave alone what took so long.
  private func rest(_ cost: UInt64) -> UInt64 {
    cost * Self.cpuShare * max(Self.few, UInt64(young.count)) / Self.few
  }

  /// - Returns: between what instants the first socket began to listen.
  private func ask(_ processes: [Int32], _ one: inout Young, _ now: UInt64) -> ClosedRange<UInt64>? {
    let sockets = SocketProbe.sockets(of: processes, root)
    let (known, knownAt) = (one.sockets, one.lookedAt)
    (one.sockets, one.lookedAt) = (sockets, now)
    if !sockets.isSubset(of: known) { one.retries = 2 }
    guard let first = processes.first, !sockets.isEmpty, one.retries > 0 || now >= one.nextAsk else { return nil }
    let found = SocketProbe.listening(sockets, in: first, root, &buffer)
    let end = SystemClock.monotonic.now
    // One that was not there at the look before did not listen then.
    if !found.isEmpty { return (found.isDisjoint(with: known) ? knownAt : one.askedAt)...end }
    one.retries -= 1
    one.askedAt = now
    one.nextAsk = end + rest(end - now)
    return nil
  }
}

extension StartMonitor.State {
  /// The younger half stays.
  mutating func forgetOldGroups() {
    let ages = groups.values.map(\.upperBound).sorted()
    let middle = ages[ages.count / 2]
    groups = groups.filter { $0.value.upperBound > middle }
    let kept = groups
    listening = listening.filter { kept[$0.key] != nil }
  }
}
