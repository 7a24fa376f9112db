internal import TareModel

/// What tare uses of `/proc/PID/status`. Bytes; nil where this kernel has no such line, or the process no memory.
public struct ProcessStatus: Sendable, Hashable {
  public private(set) var anon: UInt64?
  public private(set) var file: UInt64?
  public private(set) var shared: UInt64?
  public private(set) var hugetlb: UInt64?
  public private(set) var swap: UInt64?
  /// Real user, the first of the four: a program that takes root's rights on still belongs to whoever started it.
  public private(set) var uid: UInt32?

  private static let table = KeyTable([
    (StaticKey("RssAnon:"), 0, 1024), (StaticKey("RssFile:"), 1, 1024), (StaticKey("RssShmem:"), 2, 1024),
    (StaticKey("HugetlbPages:"), 3, 1024), (StaticKey("Uid:"), 4, 1), (StaticKey("VmSwap:"), 5, 1024),
  ])

  public init(_ bytes: Span<UInt8>) throws(FormatError) {
    var found: (UInt64?, UInt64?, UInt64?, UInt64?, UInt64?, UInt64?)
    try Self.table.read(bytes) { slot, value in
      switch slot {
      case 0: found.0 = value
      case 1: found.1 = value
      case 2: found.2 = value
      case 3: found.3 = value
      case 4: found.4 = value
      default: found.5 = value
      }
    }
    (anon, file, shared, hugetlb, swap) = (found.0, found.1, found.2, found.3, found.5)
    uid = found.4.map { UInt32(truncatingIfNeeded: $0) }
  }
}

/// Resident pages, the second number of `/proc/PID/statm`. Huge pages of hugetlbfs are not in it.
public func residentPages(statm bytes: Span<UInt8>) throws(FormatError) -> UInt64 {
  var cursor = Cursor()
  _ = try cursor.number(bytes)
  cursor.skipBlanks(bytes)
  return try cursor.number(bytes)
}

/// Proportional share of memory (PSS) of `/proc/PID/smaps_rollup`, bytes. Expensive: about 9 ms a GiB of small pages.
public func proportionalShare(smapsRollup bytes: Span<UInt8>) throws(FormatError) -> UInt64? {
  try single(bytes, pssTable)
}

/// Bytes saved by merging same pages, from `/proc/PID/ksm_stat`: `ksm_process_profit`, a loss counts as 0.
public func ksmProfit(ksmStat bytes: Span<UInt8>) -> UInt64? {
  // A loss is written with a sign, which is no number here.
  do { return try single(bytes, ksmTable) } catch { return 0 }
}

/// Bytes that reached block devices, from `/proc/PID/io`.
public func blockTraffic(processIO bytes: Span<UInt8>) throws(FormatError) -> (read: UInt64?, written: UInt64?) {
  var found: (UInt64?, UInt64?)
  try ioTable.read(bytes) { slot, value in
    if slot == 0 { found.0 = value } else { found.1 = value }
  }
  return (read: found.0, written: found.1)
}

private let pssTable = KeyTable([(StaticKey("Pss:"), 0, 1024)])
private let ksmTable = KeyTable([(StaticKey("ksm_process_profit"), 0, 1)])
private let ioTable = KeyTable([(StaticKey("read_bytes:"), 0, 1), (StaticKey("write_bytes:"), 1, 1)])

private func single(_ bytes: Span<UInt8>, _ table: KeyTable) throws(FormatError) -> UInt64? {
  var found: UInt64?
  try table.read(bytes) { _, value in found = value }
  return found
}
