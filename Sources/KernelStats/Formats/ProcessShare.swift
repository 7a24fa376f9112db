internal import TareModel

/// A process's share of memory, from `/proc/PID/smaps_rollup` (proc_pid_smaps(5)): each page divided by those that map it, so
/// that shares of many processes can be added up. Bytes.
public struct ProcessShare: Sendable, Hashable {
  /// PSS, and huge pages of hugetlbfs that it has for itself; shared ones would count once for each that maps them.
  public private(set) var total: UInt64
  /// Of PSS; nil where the kernel does not part it, before Linux 5.3.
  public private(set) var anon: UInt64?
  /// Of PSS: files and shared memory.
  public private(set) var file: UInt64?

  private static let table = KeyTable([
    (StaticKey("Pss:"), 0, 1024), (StaticKey("Pss_Anon:"), 1, 1024), (StaticKey("Pss_File:"), 2, 1024),
    (StaticKey("Pss_Shmem:"), 3, 1024), (StaticKey("Private_Hugetlb:"), 4, 1024),
  ])

  public init(smapsRollup bytes: Span<UInt8>) throws(FormatError) {
    // The first line is the range of addresses.
    var cursor = Cursor()
    cursor.skipLine(bytes)
    var found = InlineArray<5, UInt64?>(repeating: nil)
    try Self.table.read(bytes.extracting(cursor.at..<bytes.count)) { slot, value in found[slot] = value }
    guard let share = found[0] else { throw FormatError(line: 2, expected: "Pss", found: nil) }
    // A part that the kernel does not list is not there.
    total = share.saturating(plus: found[4] ?? 0)
    anon = found[1].map { $0.saturating(plus: found[4] ?? 0) }
    file = found[2].map { $0.saturating(plus: found[3] ?? 0) }
  }

  /// As much that only this process has.
  public init(anonymous bytes: UInt64) { (total, anon, file) = (bytes, bytes, 0) }
}

/// The first three numbers of `/proc/PID/statm`, of which two: pages in RAM, and how many of those are of files or shared.
public func residentAndShared(statm bytes: Span<UInt8>) throws(FormatError) -> (resident: UInt64, shared: UInt64) {
  var cursor = Cursor()
  _ = try cursor.number(bytes)
  cursor.skipBlanks(bytes)
  let resident = try cursor.number(bytes)
  cursor.skipBlanks(bytes)
  return (resident, try cursor.number(bytes))
}
