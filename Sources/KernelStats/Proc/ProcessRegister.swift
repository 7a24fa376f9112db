/// Keeps a ``ProcessTable`` up to date without reading every process each time: one costs 20 µs and there may be thousands,
/// nearly all of which have not changed since they were young.
public final class ProcessRegister {
  /// How much to look at.
  public enum Look: Sendable {
    /// Every process.
    case all
    /// Those that are new in the list of `/proc`, these, those that were young, and where wanted a share of the others in
    /// turn.
    case listed(and: Set<Int32>, older: Bool)
    /// These, which began, executed a program or ended since the last look, and those that were young.
    case touched(Set<Int32>)
  }

  /// A process may move to another cgroup, get another parent and execute another program soon after its start.
  private static let startupWindow: UInt64 = 10_000_000_000
  /// So many are looked at again as a whole with a list, which takes 25 ms; of more than that so many in turn.
  private static let (few, share) = (1024, 256)

  private let root: KernelRoot
  private let layout: CgroupLayout?
  private var table = ProcessTable()
  private var memberships = Pool<[UInt8]>()
  private var programs = Pool<String>()
  private var young: Set<Int32> = []
  /// Where the next share begins.
  private var turn = 0

  /// - Parameter layout: in a cgroup namespace it knows what groups are called from its top; without one they are called as
  ///   the kernel writes them.
  public init(_ root: KernelRoot, _ layout: CgroupLayout? = nil) { (self.root, self.layout) = (root, layout) }

  /// - Parameter look: a captured host is looked at as a whole each time.
  public func update(_ look: Look) throws(KernelError) -> ProcessTable {
    var wanted = young
    var gone: Set<Int32> = []
    switch root.holdsDescriptors ? look : .all {
    case .all:
      let listed = Set(try pids())
      wanted.formUnion(listed)
      gone = Set(table.processes.map(\.pid)).subtracting(listed)
    case .listed(let pids, let older):
      wanted.formUnion(pids)
      let listed = Set(try self.pids())
      for process in table.processes where !listed.contains(process.pid) { gone.insert(process.pid) }
      for pid in listed where table[pid] == nil { wanted.insert(pid) }
      if older { wanted.formUnion(nextShare()) }
    case .touched(let pids): wanted.formUnion(pids)
    }
    wanted.subtract(gone)
    guard !wanted.isEmpty || !gone.isEmpty else { return table }
    take(ProcessScan.all(of: wanted.sorted(), root), instead: wanted.union(gone))
    return table
  }

  private func pids() throws(KernelError) -> [Int32] {
    try root.list("/proc").compactMap { name in
      guard let first = name.utf8.first, (0x31...0x39).contains(first), let pid = Int32(name), String(pid) == name
      else { return nil }
      return pid
    }
  }

  private func nextShare() -> [Int32] {
    if table.processes.count <= Self.few { return table.processes.map(\.pid) }
    if turn >= table.processes.count { turn = 0 }
    defer { turn += Self.share }
    return table.processes[turn...].prefix(Self.share).map(\.pid)
  }

  /// - Parameter replaced: whatever was known of these is old.
  private func take(_ scans: [ProcessScan], instead replaced: Set<Int32>) {
    table.processes.removeAll { replaced.contains($0.pid) }
    let now = root.now().boottime
    young.removeAll(keepingCapacity: true)
    for scan in scans {
      for (var process, group, program) in scan.processes {
        process.membership = memberships.place(of: group)
        process.program = program.map { programs.place(of: $0) }
        table.processes.append(process)
        if now < process.start &* root.facts.tick &+ Self.startupWindow { young.insert(process.pid) }
      }
    }
    table.processes.sort { ($0.start, $0.pid) < ($1.start, $1.pid) }
    table.index()
    tidy()
    for bytes in memberships.keys[table.memberships.count...] {
      let membership = (try? CgroupMembership(bytes.span)) ?? CgroupMembership()
      table.memberships.append(layout?.absolute(membership) ?? membership)
    }
    table.programs = programs.keys
  }

  /// Cgroups and programs of which no process is left are forgotten when they are the greater part.
  private func tidy() {
    guard memberships.keys.count + programs.keys.count > 4 * table.processes.count + 256 else { return }
    let (groups, files) = (memberships.keys, programs.keys)
    (memberships, programs) = (Pool(), Pool())
    for row in table.processes.indices {
      table.processes[row].membership = memberships.place(of: groups[table.processes[row].membership])
      table.processes[row].program = table.processes[row].program.map { programs.place(of: files[$0]) }
    }
    table.memberships = []
  }
}

/// Each distinct key once, by its place.
private struct Pool<Key: Hashable> {
  private(set) var keys: [Key] = []
  private var places: [Key: Int] = [:]

  mutating func place(of key: Key) -> Int {
    if let place = places[key] { return place }
    places[key] = keys.count
    keys.append(key)
    return keys.count - 1
  }
}
