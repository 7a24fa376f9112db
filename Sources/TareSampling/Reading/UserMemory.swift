internal import KernelStats
internal import TareModel

/// What is known of one process's share of memory.
struct MemoryAccount {
  /// What it has for itself, until its share was read.
  var own: ProcessShare?
  var share: ProcessShare?
  /// Its share may not be read.
  var isDenied = false
  /// Monotonic nanoseconds of the last look; 0 before the first.
  var lookedAt: UInt64 = 0
}

/// Of all processes of a user. Bytes.
struct MemorySum {
  private var total: UInt64 = 0
  private var anon: UInt64?
  private var file: UInt64?
  private var read = 0
  private var denied = 0
  private var isWhole = true

  mutating func add(_ account: MemoryAccount) {
    if account.share != nil { read += 1 } else if account.isDenied { denied += 1 }
    guard let part = account.share ?? account.own else { return }
    total.add(saturating: part.total)
    if part.anon == nil || part.file == nil { isWhole = false }
    anon = (anon ?? 0).saturating(plus: part.anon ?? 0)
    file = (file ?? 0).saturating(plus: part.file ?? 0)
  }

  /// Unknown where not one may be looked into; a few that may not count with what is theirs alone.
  var current: Reading { read == 0 && denied > 0 ? .missing(.noPermission) : .value(total) }
  var anonymous: Reading { part(anon) }
  var files: Reading { part(file) }

  private func part(_ bytes: UInt64?) -> Reading {
    if case .missing(let reason) = current { return .missing(reason) }
    return isWhole ? .value(bytes ?? 0) : .missing(.kernelTooOld)
  }
}

/// Looks at shares within a budget of time: each costs 60 µs and 9 ms a GiB that the process has in RAM.
struct MemoryLooks {
  /// Of a core, for all users together.
  private static let share: UInt64 = 200
  /// Nanoseconds that the first looks may take, and any time later at most.
  private static let (first, most): (Int64, Int64) = (500_000_000, 100_000_000)
  /// A share is good for so long; nanoseconds.
  private static let patience: UInt64 = 60_000_000_000

  private let root: KernelRoot
  /// Kernels before 4.14 have no sum of shares.
  private let hasShares: Bool
  private var left = Self.first
  /// Nanoseconds that all looks took.
  private(set) var cost: UInt64
  /// So many nanoseconds for a page; by the cost of what was read.
  private static let page: UInt64 = 34

  /// - Parameter cost: what earlier looks took.
  init(_ root: KernelRoot, after cost: UInt64 = 0) {
    (self.root, self.cost) = (root, cost)
    hasShares = !root.isLive || root.inode("/proc/self/smaps_rollup") != nil
  }

  mutating func begin(elapsed: UInt64) {
    guard elapsed > 0 else { return }
    left = min(max(left, Self.most), left + Int64(clamping: elapsed / Self.share))
  }

  var isSpent: Bool { left <= 0 }

  /// Looks at a process that was not looked at for a while, or never.
  mutating func look(at process: Process, _ account: inout MemoryAccount, now: UInt64, _ buffer: inout [UInt8]) {
    guard account.lookedAt == 0 || now &- account.lookedAt > Self.patience else { return }
    let begun = root.monotonic()
    defer {
      let took = root.monotonic() &- begun
      left -= Int64(clamping: took)
      cost &+= took
    }
    guard let count = try? root.read("/proc/\(process.pid)/statm", into: &buffer),
      let pages = try? residentAndShared(statm: buffer.span.extracting(first: count))
    else { return }
    let own = pages.resident > pages.shared ? pages.resident - pages.shared : 0
    account.own = ProcessShare(anonymous: own.saturating(times: root.facts.pageSize))
    account.lookedAt = max(now, 1)
    // What would hold up everything else for a tenth of a second is not looked into.
    guard hasShares, pages.resident.saturating(times: Self.page) < UInt64(Self.most) else { return }
    do throws(KernelError) {
      let count = try root.read("/proc/\(process.pid)/smaps_rollup", into: &buffer)
      account.share = try? ProcessShare(smapsRollup: buffer.span.extracting(first: count))
      account.isDenied = false
    } catch {
      account.share = nil
      if case .denied = error { account.isDenied = true }
    }
  }
}
