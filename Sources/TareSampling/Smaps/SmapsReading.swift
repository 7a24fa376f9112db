internal import Glibc
internal import KernelStats
internal import LinuxSystem
internal import TareModel

/// What the mappings of a workload's processes say. Expensive: the kernel walks all their pages, about 9 ms a GiB of small ones.
struct SmapsReading: Sendable {
  /// Whose processes are looked at.
  struct Subject: Sendable {
    /// The VMM, and the other processes that are the machine; none of a container.
    var machine: [Int32]
    var helpers: [Int32]
    /// Bytes of RAM that a machine was given.
    var given: UInt64?
    /// The cgroups that its charge comes from; nil where it has none of its own, and PSS is its charge.
    var own: OwnCgroups?
    let layout: CgroupLayout
    /// One of the helpers keeps the application's memory.
    var hidesApplication = false
  }

  /// PSS of the machine, with huge pages, and of all its helpers.
  private(set) var share: Reading = .missing(.notApplicable)
  private(set) var vmm: Reading = .missing(.notApplicable)
  private(set) var guest: Reading = .missing(.notApplicable)
  private(set) var helpers: Reading = .value(0)
  private(set) var helpersInside: Reading = .value(0)
  private(set) var helpersResident: Reading = .value(0)
  /// Resident of the first process of the machine as it was then, huge pages included.
  private(set) var resident: UInt64 = 0
  /// Whether what is resident was looked at together with it.
  private(set) var followsResident = true
  /// Nanoseconds of CPU time that it took.
  private(set) var cost: UInt64 = 0
  /// Monotonic nanoseconds.
  private(set) var at: UInt64 = 0
  var problem: Problem?
  /// PSS of guest RAM in all processes that map it.
  private var guestShare: UInt64 = 0

  init(_ subject: Subject, _ root: KernelRoot, _ buffer: inout [UInt8]) {
    let began = SystemClock.thread.now
    at = root.monotonic()
    var files: Set<MemoryMapping.File> = []
    if !subject.machine.isEmpty { lookAtMachine(subject, root, &buffer, &files) }
    for pid in subject.helpers { look(atHelper: pid, subject, root, &buffer, files) }
    // Where others map guest RAM too, their shares of it are the guest's.
    if case .value(let resident) = guest { guest = .value(max(resident, guestShare)) }
    cost = SystemClock.thread.now &- began
  }

  // MARK: Machine

  private mutating func lookAtMachine(
    _ subject: Subject, _ root: KernelRoot, _ buffer: inout [UInt8], _ files: inout Set<MemoryMapping.File>
  ) {
    var (own, inGuest, guestResident): (UInt64, UInt64, UInt64) = (0, 0, 0)
    var first: [MemoryMapping] = []
    var isFound = false
    for (index, pid) in subject.machine.enumerated() {
      let mappings: [MemoryMapping]
      do throws(KernelError) { mappings = try root.mappings(of: pid, &buffer) } catch {
        if index > 0 { continue }
        return fail(error, subject.machine, root, &buffer)
      }
      // A user-mode Linux has processes that share its memory, which each of them would count in full; a guest's process has
      // its own, at other addresses.
      if index > 0, mappings.first?.start == first.first?.start, mappings.last?.end == first.last?.end { continue }
      var places: Set<Int> = []
      if index == 0 {
        let ram = GuestRam(in: mappings, given: subject.given)
        (places, files, first, isFound) = (ram.places, ram.files, mappings, !ram.places.isEmpty)
        resident = mappings.reduce(0) { $0.saturating(plus: $1.resident).saturating(plus: $1.hugetlb) }
        guestResident = ram.places.reduce(0) {
          $0.saturating(plus: mappings[$1].resident).saturating(plus: mappings[$1].hugetlb)
        }
      }
      for (place, mapping) in mappings.enumerated() {
        let share = mapping.share.saturating(plus: mapping.hugetlb)
        if places.contains(place) || mapping.file.map(files.contains) == true {
          inGuest.add(saturating: share)
        } else {
          own.add(saturating: share)
        }
      }
    }
    share = .value(own.saturating(plus: inGuest))
    guard isFound else {
      (vmm, guest) = (.missing(.notReported), .missing(.notReported))
      return
    }
    vmm = .value(own)
    guest = .value(guestResident)
    guestShare = inGuest
  }

  private mutating func fail(_ error: KernelError, _ pids: [Int32], _ root: KernelRoot, _ buffer: inout [UInt8]) {
    let reason = error.reason
    (share, vmm, guest) = (.missing(reason), .missing(reason), .missing(reason))
    // Captures of older versions hold the sums alone.
    if !root.isLive, case .notFound = error, let sum = root.sum(of: pids, &buffer) {
      share = .value(sum)
      followsResident = false
    }
    if case .malformed = error { problem = Problem(source: "smaps", message: "\(error)") }
  }

  // MARK: Helpers

  private mutating func look(
    atHelper pid: Int32, _ subject: Subject, _ root: KernelRoot, _ buffer: inout [UInt8],
    _ files: Set<MemoryMapping.File>
  ) {
    // Everybody may read this; what a helper shares with others is in it.
    if let count = try? root.read("\(root.folder(of: pid))/statm", into: &buffer),
      let pages = try? residentPages(statm: buffer.span.extracting(first: count))
    {
      if case .value(let sum) = helpersResident {
        helpersResident = .value(sum.saturating(plus: pages.saturating(times: root.facts.pageSize)))
      }
    } else if root.inode("/proc/\(pid)/stat") != nil {
      helpersResident = .missing(.notReported)
    }
    let held: UInt64
    let inGuest: UInt64
    do throws(KernelError) {
      let isPlain = files.isEmpty && !subject.hidesApplication
      (held, inGuest) =
        try isPlain ? (root.sum(of: pid, &buffer), 0) : root.share(ofHelper: pid, guest: files, &buffer)
    } catch {
      // One that ended has taken its memory with it. A capture of an older version does not hold it.
      switch error {
      case .notFound where root.isLive || root.inode("/proc/\(pid)/stat") == nil: return
      case .gone: return
      default: break
      }
      helpers = .missing(error.reason)
      return
    }
    guestShare.add(saturating: inGuest)
    if share.number != nil, subject.own == nil {
      share = .value((share.number ?? 0).saturating(plus: held).saturating(plus: inGuest))
    }
    if subject.own.map({ root.isInside($0, pid, "memory", subject.layout, &buffer) }) ?? true {
      helpersInside = .value((helpersInside.number ?? 0).saturating(plus: held))
    } else if case .value(let bytes) = helpers {
      helpers = .value(bytes.saturating(plus: held))
    }
  }
}

extension KernelRoot {
  /// A capture gets of it what is read: no paths of files.
  fileprivate func mappings(of pid: Int32, _ buffer: inout [UInt8]) throws(KernelError) -> [MemoryMapping] {
    let path = "\(folder(of: pid))/smaps"
    let count = try readPrivately(path, into: &buffer)
    if isRecording { record(path, Self.kept(buffer[..<count])) }
    do throws(FormatError) {
      return try MemoryMapping.all(smaps: buffer.span.extracting(first: count))
    } catch {
      throw .malformed(path: path, error)
    }
  }

  /// PSS of a process as the kernel adds it up, huge pages of hugetlbfs added.
  fileprivate func sum(of pid: Int32, _ buffer: inout [UInt8]) throws(KernelError) -> UInt64 {
    let folder = folder(of: pid)
    let path = "\(folder)/smaps_rollup"
    let count = try read(path, into: &buffer)
    let share: UInt64?
    do throws(FormatError) {
      share = try proportionalShare(smapsRollup: buffer.span.extracting(first: count))
    } catch {
      throw .malformed(path: path, error)
    }
    guard let share else { throw .notFound(path: path) }
    let status = (try? read("\(folder)/status", into: &buffer)).flatMap { count in
      try? ProcessStatus(buffer.span.extracting(first: count))
    }
    return share.saturating(plus: status?.hugetlb ?? 0)
  }

  /// The same of all processes that are a machine, each memory once.
  fileprivate func sum(of pids: [Int32], _ buffer: inout [UInt8]) -> UInt64? {
    var ranges: Set<Substring> = []
    return pids.reduce(nil) { sum, pid in
      guard let range = text("\(folder(of: pid))/smaps_rollup")?.prefix(while: { $0 != " " }),
        ranges.insert(range).inserted,
        let share = try? self.sum(of: pid, &buffer)
      else { return sum }
      return (sum ?? 0).saturating(plus: share)
    }
  }

  /// PSS of a helper, with huge pages: its own, and that of guest RAM or of an application's memory that it maps.
  fileprivate func share(
    ofHelper pid: Int32, guest files: Set<MemoryMapping.File>, _ buffer: inout [UInt8]
  ) throws(KernelError) -> (held: UInt64, inGuest: UInt64) {
    try mappings(of: pid, &buffer).reduce(into: (0, 0)) { sum, mapping in
      let share = mapping.share.saturating(plus: mapping.hugetlb)
      // gVisor's kernel keeps the memory of its applications in this file.
      if mapping.file.map(files.contains) == true || mapping.name.hasPrefix("/memfd:runsc-memory") {
        sum.1.add(saturating: share)
      } else {
        sum.0.add(saturating: share)
      }
    }
  }

  /// Addresses, rights and the lines that are read; of names only those of memory that is no file on a disk.
  private static func kept(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    let keys = ["Rss:", "Pss:", "Shared_Hugetlb:", "Private_Hugetlb:"].map { Array($0.utf8) }
    var kept: [UInt8] = []
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      if let first = line.first, (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first) {
        guard keys.contains(where: { line.starts(with: $0) }) else { continue }
        kept += line
      } else {
        let words = line.split(separator: UInt8(ascii: " "), maxSplits: 5)
        kept += words.prefix(5).joined(separator: [UInt8(ascii: " ")])
        let name = words.count > 5 ? words[5].drop { $0 == UInt8(ascii: " ") } : []
        if name.first == UInt8(ascii: "[") || name.starts(with: Array("/memfd:runsc-memory".utf8)) {
          kept += [UInt8(ascii: " ")] + name
        }
      }
      kept.append(UInt8(ascii: "\n"))
    }
    return kept
  }
}
