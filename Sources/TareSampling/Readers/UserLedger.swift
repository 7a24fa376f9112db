internal import KernelStats
internal import TareModel

/// CPU time and memory of processes that no cgroup counts for their user: read one by one, so many a second, and added up.
///
/// CPU time of a user is kept as a sum that only grows: what a process that ended had run stays in it. What it ran between
/// its last read and its end nobody knows; it is left to the rest of the host.
final class UserLedger {
  /// What one user's processes come to.
  struct Sum {
    /// Nanoseconds.
    var user = 0.0
    var system = 0.0
    var threads: UInt64 = 0
    var memory = MemorySum()
  }

  private struct Account {
    let process: Process
    /// Serial of the row that it counts for.
    var row: UInt64
    var times: Times?
    /// How often it was read; a rate needs two.
    var reads = 0
    /// Nanoseconds of CPU time a nanosecond, as long as it is not read again.
    var userRate = 0.0
    var systemRate = 0.0
    var threads: UInt64 = 1
    var memory = MemoryAccount()

    var isBusy: Bool { userRate + systemRate > 0 }

    mutating func rate(_ user: UInt64, _ system: UInt64, over elapsed: UInt64) {
      guard elapsed > 0 else { return }
      (userRate, systemRate) = (Double(user) / Double(elapsed), Double(system) / Double(elapsed))
    }
  }

  private struct Times {
    var user: UInt64
    var system: UInt64
    /// Monotonic nanoseconds.
    var at: UInt64
  }

  /// So many processes a second are read, 7 µs each: 0.4 % of a core.
  private static let pace: UInt64 = 512

  private let root: KernelRoot
  private var accounts: [Account] = []
  private var totals: [UInt64: Sum] = [:]
  private var turn = 0
  private var looks: ShareReader
  /// Monotonic nanoseconds of the last read.
  private(set) var readAt: UInt64 = 0

  init(_ root: KernelRoot) {
    self.root = root
    looks = ShareReader(root)
  }

  /// Nanoseconds that looks at memory took so far.
  var lookingCost: UInt64 { looks.cost }

  subscript(row: UInt64) -> Sum { totals[row] ?? Sum() }

  func forget() {
    (accounts, totals, turn, readAt) = ([], [:], 0, 0)
    looks = ShareReader(root, after: looks.cost)
  }

  /// Takes on which processes there are now.
  func keep(_ rows: [Users.Row]) {
    var old: [Int32: Account] = [:]
    for account in accounts { old[account.process.pid] = account }
    accounts.removeAll(keepingCapacity: true)
    for row in rows {
      for process in row.loose {
        var account = old[process.pid].flatMap { $0.process.start == process.start ? $0 : nil }
        account?.row = row.serial
        accounts.append(account ?? Account(process: process, row: row.serial))
      }
    }
    // What a user's slice has counted begins long before its first process outside of it.
    for row in rows where row.slice != nil && totals[row.serial] == nil { totals[row.serial] = Sum() }
    let serials = Set(rows.map(\.serial))
    totals = totals.filter { serials.contains($0.key) }
  }

  /// Reads those whose turn it is.
  func read(_ buffer: inout [UInt8]) {
    let now = root.monotonic()
    let elapsed = readAt == 0 ? 0 : now &- readAt
    let isBegun = Set(totals.keys)
    for index in accounts.indices where accounts[index].reads < 2 { read(index, at: now, isBegun, &buffer) }
    readInTurn(elapsed, at: now, isBegun, &buffer)
    readAt = now
    addUp(elapsed)
    looks.begin(elapsed: elapsed)
    for index in accounts.indices where !looks.isSpent {
      looks.look(at: accounts[index].process, &accounts[index].memory, now: now, &buffer)
    }
    for index in accounts.indices { totals[accounts[index].row]?.memory.add(accounts[index].memory) }
  }

  /// Half of the pace is for those that ran when they were read last: most processes never do.
  private func readInTurn(_ elapsed: UInt64, at now: UInt64, _ isBegun: Set<UInt64>, _ buffer: inout [UInt8]) {
    let due = max(2, Int(clamping: elapsed / 1_000_000 &* Self.pace / 1000))
    var left = due
    for index in accounts.indices where left > due / 2 && accounts[index].isBusy && accounts[index].times?.at != now {
      read(index, at: now, isBegun, &buffer)
      left -= 1
    }
    for _ in accounts.indices where left > 0 {
      turn = turn + 1 < accounts.count ? turn + 1 : 0
      guard accounts[turn].times?.at != now else { continue }
      read(turn, at: now, isBegun, &buffer)
      left -= 1
    }
  }

  /// - Parameter isBegun: rows that had a sum before: another process in it adds what it runs from now on, unless all of
  ///   its life is later than the last read.
  private func read(_ index: Int, at now: UInt64, _ isBegun: Set<UInt64>, _ buffer: inout [UInt8]) {
    let (process, row) = (accounts[index].process, accounts[index].row)
    guard let count = try? root.read("/proc/\(process.pid)/stat", into: &buffer),
      let stat = try? ProcessStat(buffer.span.extracting(first: count)), stat.start == process.start
    else {
      // It ended: from now on it runs nothing and holds nothing.
      (accounts[index].userRate, accounts[index].systemRate) = (0, 0)
      accounts[index].threads = 0
      accounts[index].memory = .ended
      return
    }
    let tick = root.facts.tick
    var times = Times(
      user: stat.userTicks.saturating(times: tick), system: stat.systemTicks.saturating(times: tick), at: now)
    if let last = accounts[index].times {
      // The kernel scales both to what really ran: either may go back a little.
      (times.user, times.system) = (max(times.user, last.user), max(times.system, last.system))
      accounts[index].rate(times.user - last.user, times.system - last.system, over: now &- last.at)
    } else if !isBegun.contains(row) {
      totals[row, default: Sum()].user += Double(times.user)
      totals[row, default: Sum()].system += Double(times.system)
    } else {
      let age = root.now().boottime &- process.start &* tick
      if readAt > 0, age < now &- readAt { accounts[index].rate(times.user, times.system, over: now &- readAt) }
    }
    accounts[index].times = times
    accounts[index].reads += 1
    accounts[index].threads = stat.threads
  }

  /// Every process ran as much since the last read as its rate says.
  private func addUp(_ elapsed: UInt64) {
    for row in totals.keys {
      totals[row]?.threads = 0
      totals[row]?.memory = MemorySum()
    }
    for account in accounts {
      totals[account.row, default: Sum()].user += account.userRate * Double(elapsed)
      totals[account.row, default: Sum()].system += account.systemRate * Double(elapsed)
      totals[account.row, default: Sum()].threads += account.threads
    }
  }
}
