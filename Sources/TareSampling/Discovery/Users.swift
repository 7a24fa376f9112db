internal import KernelStats
internal import TareModel

/// Which Unix users run something outside of all workloads, and what: the same processes without a box.
final class Users {
  /// One user.
  struct Row {
    let serial: UInt64
    let uid: UInt32
    /// Where systemd gave it one and no workload is in it: all that is in it counts for this user, whoever runs it.
    let slice: OwnCgroups?
    /// Those that are in no such slice, oldest first.
    fileprivate(set) var loose: [Process] = []
    fileprivate(set) var inside: [Process] = []
    fileprivate(set) var workload: Workload
  }

  private struct Key: Hashable {
    let pid: Int32
    let start: UInt64
  }

  /// What tells a row from one that is counted otherwise.
  private struct Identity: Hashable {
    let uid: UInt32
    /// The slice's, where it is counted as a whole.
    let inode: UInt64?
  }

  /// A process may become another user's soon after its start; later, which is rare, it is seen within half a minute.
  private static let startupWindow: UInt64 = 10_000_000_000
  private static let rescanInterval: UInt64 = 30_000_000_000

  private let root: KernelRoot
  var layout: CgroupLayout
  private var names: AccountNames
  private var owners: [Key: UInt32] = [:]
  private var serials: [Identity: UInt64] = [:]
  /// When the oldest process of each row began: computed again it would move by microseconds.
  private var starts: [Key: UInt64] = [:]
  // Beyond those of workloads, which count from 1.
  private var nextSerial: UInt64 = 1 << 48
  private var askedAll: UInt64?

  init(_ root: KernelRoot, _ layout: CgroupLayout) {
    (self.root, self.layout) = (root, layout)
    names = AccountNames(root)
  }

  var problem: Problem? { names.problem }

  /// What is known of processes is forgotten: nobody asks for users now.
  func forget() { (owners, serials, starts, askedAll) = ([:], [:], [:], nil) }

  /// - Parameter found: all workloads: what belongs to them is nobody's.
  func group(_ table: ProcessTable, besides found: [Discovery.Row]) -> [Row] {
    let claims = OwnedProcesses(found, table)
    let processes = table.processes.filter { !$0.isKernelThread }
    let slices = slices(processes, table, claims)
    var rows: [UInt32: Row] = [:]
    var known: [Key: UInt32] = [:]
    let now = root.now()
    let asksAll = askedAll.map { now.boottime &- $0 > Self.rescanInterval } ?? true
    if asksAll { askedAll = now.boottime }
    for process in processes where !claims.has(process) {
      if let uid = UserSlice.user(table.cgroups(of: process)), let slice = slices[uid] {
        rows[uid, default: row(uid, slice)].inside.append(process)
        continue
      }
      let key = Key(pid: process.pid, start: process.start)
      let isYoung = now.boottime < process.start &* root.facts.tick &+ Self.startupWindow
      let old = asksAll || isYoung ? nil : owners[key]
      guard let uid = old ?? root.owner(of: process.pid) else { continue }
      known[key] = uid
      rows[uid, default: row(uid, slices[uid])].loose.append(process)
    }
    owners = known
    serials = serials.filter { rows[$0.key.uid]?.serial == $0.value }
    let before = starts
    starts = [:]
    return rows.values.map { described($0, before, now) }.sorted { $0.uid < $1.uid }
  }

  /// Slices that count as a whole, by user.
  private func slices(_ processes: [Process], _ table: ProcessTable, _ claims: OwnedProcesses) -> [UInt32: OwnCgroups] {
    let users = table.memberships.map(UserSlice.user)
    guard users.contains(where: { $0 != nil }) else { return [:] }
    var members: [UInt32: Set<Int>] = [:]
    var shared: Set<UInt32> = []
    for process in processes {
      guard let uid = users[process.membership] else { continue }
      if claims.has(process) { shared.insert(uid) }
      members[uid, default: []].insert(process.membership)
    }
    var slices: [UInt32: OwnCgroups] = [:]
    for (uid, places) in members where !shared.contains(uid) {
      slices[uid] = UserSlice.own(uid, places.map { table.memberships[$0] }, layout, root)
    }
    return slices
  }

  private func row(_ uid: UInt32, _ slice: OwnCgroups?) -> Row {
    let identity = Identity(uid: uid, inode: slice?.identityFolder(layout).flatMap(root.inode))
    if serials[identity] == nil {
      serials[identity] = nextSerial
      nextSerial += 1
    }
    var workload = Workload(
      id: "user:\(uid)", name: names.name(of: uid), kind: .user, runtime: .host, cgroup: slice?.leading)
    workload.boot.kind = .absent
    for field in ["image", "labels", "pod", "namespace", "parent", "cgroup"] {
      workload.absences[field] = .notApplicable
    }
    return Row(serial: serials[identity]!, uid: uid, slice: slice, workload: workload)
  }

  /// Its oldest process stands for the first.
  private func described(_ row: Row, _ before: [Key: UInt64], _ now: Instant) -> Row {
    var row = row
    let firsts = [row.inside.first, row.loose.first].compactMap { $0 }
    guard let oldest = firsts.min(by: { ($0.start, $0.pid) < ($1.start, $1.pid) }) else { return row }
    let key = Key(pid: oldest.pid, start: oldest.start)
    let started = before[key] ?? now.realtime &- now.boottime &+ oldest.start &* root.facts.tick
    starts[key] = started
    (row.workload.mainPid, row.workload.startedAt) = (oldest.pid, started)
    return row
  }
}
