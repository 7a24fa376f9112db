internal import CLinux
internal import Glibc
internal import KernelStats
internal import LinuxSystem

/// The processes that descend from the programs that were started.
///
/// While it adopts (prctl(2), PR_SET_CHILD_SUBREAPER), every orphan among them becomes our child: whatever is left is then in
/// the list of our children or below one of them, and daemons cannot get away. Without that it knows their process groups only.
///
/// Nothing of it is polled: each living member has a descriptor that is readable when it ends, and a member that was not seen
/// yet is found when the one ends that made it.
final class ProcessTree {
  private let mayAdopt: Bool
  private var adopts = false
  /// Children that were there before.
  private var strangers: Set<Int32> = []
  private var leaders: [RunningProcess] = []
  /// Living members, but for the leaders.
  private(set) var members: [Int32: Descriptor] = [:]

  init(adopts: Bool) { mayAdopt = adopts }

  /// From now on orphans are adopted, if they may be. Whoever is there already is none of the family.
  func begin() {
    guard mayAdopt else { return }
    strangers = Set(Self.children())
    adopts = tare_adopt_orphans(1) == 0
  }

  func add(_ leader: RunningProcess) { leaders.append(leader) }

  /// Programs that help, and are waited for by somebody else.
  var helpers: Set<Int32> = []

  /// Looks who is there, and takes adopted ones that have ended.
  func refresh() {
    let known = Set(leaders.map(\.pid)).union(helpers)
    var living: Set<Int32> = []
    for pid in adopts ? Self.children() : groupMembers() where !known.contains(pid) && !strangers.contains(pid) {
      var status: Int32 = 0
      if adopts, unsafe tare_has_ended(pid, &status) == 1 {
        unsafe waitpid(pid, &status, WNOHANG)
      } else {
        living.insert(pid)
      }
    }
    members = members.filter { living.contains($0.key) }
    for pid in living where members[pid] == nil {
      let descriptor = tare_pidfd_open(pid)
      if descriptor >= 0 { members[pid] = Descriptor(descriptor) }
    }
  }

  /// Whether nobody is left, as of the last ``refresh()``.
  var isGone: Bool { members.isEmpty && leaders.allSatisfy { $0.ending != nil } }

  /// Signals the process groups.
  func signalGroups(_ number: Int32) {
    for leader in leaders { leader.signalGroup(number) }
  }

  /// Signals members that have left the groups, each once: those in a group have had its signal, or were made after it by
  /// somebody who is tidying up.
  func signalStrays(_ number: Int32, told: inout Set<Int32>) {
    let groups = Set(leaders.map(\.pid))
    for (pid, descriptor) in members where !groups.contains(getpgid(pid)) && told.insert(pid).inserted {
      _ = tare_pidfd_send_signal(descriptor.number, number)
    }
  }

  /// Ends the adoption and lets the leaders go.
  func dissolve() {
    if adopts { _ = tare_adopt_orphans(0) }
    adopts = false
    for leader in leaders { leader.take() }
  }

  // MARK: Who is there

  /// Children of this process's first thread, adopted ones among them. From /proc/self/task/TID/children (proc(5)).
  private static func children() -> [Int32] {
    let own = getpid()
    if let bytes = read("/proc/self/task/\(own)/children") {
      return String(decoding: bytes, as: UTF8.self).split(separator: " ").compactMap { Int32($0) }
    }
    return processes { $0.parent == own }
  }

  private func groupMembers() -> [Int32] {
    let groups = Set(leaders.map(\.pid))
    return Self.processes { groups.contains($0.group) && !$0.hasEnded }
  }

  /// All processes that fit.
  private static func processes(_ fits: (ProcessStat) -> Bool) -> [Int32] {
    guard let folder = unsafe opendir("/proc") else { return [] }
    defer { unsafe closedir(folder) }
    var found: [Int32] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      guard let pid = Int32(name), let bytes = read("/proc/\(pid)/stat"), let stat = try? ProcessStat(bytes.span) else {
        continue
      }
      if fits(stat) { found.append(pid) }
    }
    return found
  }

  private static func read(_ path: String) -> [UInt8]? {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = unsafe part.withUnsafeMutableBytes { unsafe Glibc.read(file, $0.baseAddress, $0.count) }
      guard count > 0 else { return count == 0 ? bytes : nil }
      bytes += part.prefix(count)
    }
  }
}
