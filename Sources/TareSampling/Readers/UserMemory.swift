internal import KernelStats
internal import LinuxSystem
internal import TareModel

/// What is known of one process's share of memory.
struct MemoryAccount {
  /// What it has for itself, until its share was read.
  var own: ProcessShare?
  var share: ProcessShare?
  /// Why its share was not read; nil where it was, and where nothing is to be known.
  var absence: Reason? = .notYetRead
  /// Monotonic nanoseconds of the last look; 0 before the first.
  var lookedAt: UInt64 = 0

  /// One that ended holds nothing.
  static let ended: MemoryAccount = {
    var account = MemoryAccount()
    account.absence = nil
    return account
  }()
}

/// Of all processes of a user. Bytes.
struct MemorySum {
  private var total: UInt64 = 0
  private var anon: UInt64?
  private var file: UInt64?
  private var read = 0
  /// Why the first of those that are missing is, and of how many nothing at all is known.
  private var absence: Reason?
  private var unknown = 0
  private var isWhole = true

  mutating func add(_ account: MemoryAccount) {
    if account.share != nil { read += 1 }
    if let reason = account.absence { absence = absence ?? reason }
    guard let part = account.share ?? account.own else {
      if account.absence != nil { unknown += 1 }
      return
    }
    total.add(saturating: part.total)
    if part.anon == nil || part.file == nil { isWhole = false }
    anon = (anon ?? 0).saturating(plus: part.anon ?? 0)
    file = (file ?? 0).saturating(plus: part.file ?? 0)
  }

  /// Unknown where not one may be looked into, or nobody has looked yet; of others it is at least what is known.
  var current: Reading {
    guard let absence, read == 0 else { return .value(total) }
    return total > 0 && absence != .noPermission ? .value(total) : .missing(absence)
  }
  var anonymous: Reading { part(anon) }
  var files: Reading { part(file) }
  /// Why some of them were not looked into: they count with what is theirs alone, or not at all; nil where the sum is whole.
  var shortage: Reason? { absence == .kernelTooOld && unknown == 0 ? nil : absence }

  private func part(_ bytes: UInt64?) -> Reading {
    if case .missing(let reason) = current { return .missing(reason) }
    return isWhole ? .value(bytes ?? 0) : .missing(.kernelTooOld)
  }
}

/// Looks at shares within a budget of time: each costs 60 µs and 9 ms a GiB that the process has in RAM.
struct ShareReader {
  /// Nanoseconds.
  private static let most: Int64 = 100_000_000
  /// A share is good for so long; nanoseconds.
  private static let maxAge: UInt64 = 60_000_000_000

  private let root: KernelRoot
  /// Kernels before 4.14 have no sum of shares.
  private let hasShares: Bool
  /// For all users together. The first looks may take longer.
  private var budget = CPUBudget(share: 200, most: Self.most, first: 500_000_000)
  /// Nanoseconds that all looks took.
  private(set) var cost: UInt64
  /// So many nanoseconds for a page; by the cost of what was read.
  private static let page: UInt64 = 34

  /// - Parameter cost: what earlier looks took.
  init(_ root: KernelRoot, after cost: UInt64 = 0) {
    (self.root, self.cost) = (root, cost)
    hasShares = !root.isLive || root.inode("/proc/self/smaps_rollup") != nil
  }

  mutating func begin(elapsed: UInt64) { budget.earn(during: elapsed) }

  var isSpent: Bool { budget.isSpent }

  /// Looks at a process that was not looked at for a while, or never.
  mutating func look(at process: Process, _ account: inout MemoryAccount, now: UInt64, _ buffer: inout [UInt8]) {
    guard account.lookedAt == 0 || now &- account.lookedAt > Self.maxAge else { return }
    let begun = root.monotonic()
    defer {
      let took = root.monotonic() &- begun
      budget.spend(took)
      cost &+= took
    }
    account.lookedAt = max(now, 1)
    let own: UInt64
    do throws(KernelError) {
      guard let pages = try pages(process, &buffer) else { throw .notFound(path: "statm") }
      if pages.resident == 0 {
        // Nothing of it is in RAM: of one that ended and was not yet waited for, too.
        (account.own, account.share, account.absence) = (nil, ProcessShare(anonymous: 0), nil)
        return
      }
      own = (pages.resident > pages.shared ? pages.resident - pages.shared : 0).saturating(times: root.facts.pageSize)
      account.own = ProcessShare(anonymous: own)
      // What would hold up everything else for a tenth of a second is not looked into.
      guard hasShares, pages.resident.saturating(times: Self.page) < UInt64(Self.most) else {
        account.absence = hasShares ? .onDemand : .kernelTooOld
        return
      }
    } catch {
      return fail(error, &account)
    }
    do throws(KernelError) {
      let count = try root.read("\(process.folder)/smaps_rollup", into: &buffer)
      account.share = try? ProcessShare(smapsRollup: buffer.span.extracting(first: count))
      account.absence = account.share == nil ? .malformed : nil
    } catch {
      account.share = nil
      fail(error, &account)
    }
  }

  /// Nil where the file says nothing.
  private func pages(_ process: Process, _ buffer: inout [UInt8]) throws(KernelError)
    -> (resident: UInt64, shared: UInt64)?
  {
    let count = try root.read("\(process.folder)/statm", into: &buffer)
    return try? residentAndShared(statm: buffer.span.extracting(first: count))
  }

  private func fail(_ error: KernelError, _ account: inout MemoryAccount) {
    switch error {
    // On a machine it has ended; a capture has not everything.
    case .notFound, .gone: account.absence = root.isLive ? nil : .notReported
    default: account.absence = error.reason
    }
    if root.isLive, account.absence == nil { account.own = nil }
  }
}
