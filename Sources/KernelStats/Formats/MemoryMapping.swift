internal import TareModel

/// One mapping of `/proc/PID/smaps` (proc_pid_smaps(5)). Amounts are bytes.
public struct MemoryMapping: Sendable, Hashable {
  /// What tells a file from all others.
  public struct File: Sendable, Hashable {
    public let device: UInt64
    public let inode: UInt64
  }

  public let start: UInt64
  public let end: UInt64
  public let isWritable: Bool
  public let isExecutable: Bool
  /// Nil of anonymous memory.
  public let file: File?
  /// Path of the file, `[heap]`, or empty.
  public let name: String
  /// In RAM; huge pages of hugetlbfs are not in it.
  public fileprivate(set) var resident: UInt64 = 0
  /// The same, with each shared page divided by those that share it.
  public fileprivate(set) var share: UInt64 = 0
  /// In huge pages of hugetlbfs.
  public fileprivate(set) var hugetlb: UInt64 = 0

  public var size: UInt64 { end - start }

  /// All mappings of a process. Lines that tare does not use are skipped.
  public static func all(smaps bytes: Span<UInt8>) throws(FormatError) -> [MemoryMapping] {
    var cursor = Cursor()
    var mappings: [MemoryMapping] = []
    while let byte = cursor.peek(bytes) {
      // A line of figures begins with a capital letter, a mapping with a hexadecimal address.
      if (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) {
        if !mappings.isEmpty { try read(&cursor, bytes, into: &mappings[mappings.count - 1]) }
      } else if byte != newline {
        mappings.append(try MemoryMapping(&cursor, bytes))
      }
      cursor.skipLine(bytes)
    }
    return mappings
  }

  /// `7f0000000000-7f0010000000 rw-p 00000000 00:00 0   [heap]`
  private init(_ cursor: inout Cursor, _ bytes: Span<UInt8>) throws(FormatError) {
    start = try hexadecimal(&cursor, bytes)
    try cursor.expect(UInt8(ascii: "-"), bytes)
    end = try hexadecimal(&cursor, bytes)
    guard end >= start else { throw cursor.error(bytes, expected: "an end behind the start") }
    cursor.skipBlanks(bytes)
    let rights = cursor.word(bytes)
    isWritable = rights.contains("w")
    isExecutable = rights.contains("x")
    cursor.skipBlanks(bytes)
    _ = try hexadecimal(&cursor, bytes)
    cursor.skipBlanks(bytes)
    let major = try hexadecimal(&cursor, bytes)
    try cursor.expect(UInt8(ascii: ":"), bytes)
    let device = major << 32 | (try hexadecimal(&cursor, bytes))
    cursor.skipBlanks(bytes)
    let inode = try cursor.number(bytes)
    file = inode == 0 ? nil : File(device: device, inode: inode)
    cursor.skipBlanks(bytes)
    name = cursor.restOfLine(bytes)
  }

  private static func read(_ cursor: inout Cursor, _ bytes: Span<UInt8>, into mapping: inout MemoryMapping)
    throws(FormatError)
  {
    let start = cursor.at
    cursor.skipWord(bytes)
    let key = start..<cursor.at
    func isKey(_ name: StaticKey) -> Bool {
      key.count == name.bytes.count && key.allSatisfy { bytes[$0] == name.bytes[$0 - key.lowerBound] }
    }
    let isResident = isKey(residentKey)
    let isShare = !isResident && isKey(shareKey)
    let isHugetlb = !isResident && !isShare && (isKey(privateHugetlb) || isKey(sharedHugetlb))
    guard isResident || isShare || isHugetlb else { return }
    cursor.skipBlanks(bytes)
    let (amount, overflow) = try cursor.number(bytes).multipliedReportingOverflow(by: 1024)
    guard !overflow else { throw cursor.error(bytes, expected: "a number of KiB below 2^54") }
    if isResident { mapping.resident = amount }
    if isShare { mapping.share = amount }
    if isHugetlb { mapping.hugetlb.add(saturating: amount) }
  }
}

private let residentKey = StaticKey("Rss:")
private let shareKey = StaticKey("Pss:")
private let privateHugetlb = StaticKey("Private_Hugetlb:")
private let sharedHugetlb = StaticKey("Shared_Hugetlb:")

private func hexadecimal(_ cursor: inout Cursor, _ bytes: Span<UInt8>) throws(FormatError) -> UInt64 {
  var value: UInt64 = 0
  var digits = 0
  while let byte = cursor.peek(bytes) {
    let digit: UInt8
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
    default:
      guard digits > 0 else { throw cursor.error(bytes, expected: "a hexadecimal number") }
      return value
    }
    guard digits < 16 else { throw cursor.error(bytes, expected: "a hexadecimal number below 2^64") }
    value = value << 4 | UInt64(digit)
    digits += 1
    cursor.step()
  }
  guard digits > 0 else { throw cursor.error(bytes, expected: "a hexadecimal number") }
  return value
}
