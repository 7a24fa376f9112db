public import TareModel

/// Which keys of a `key value` file go to which slot. Keys are found by one hash over their bytes, so that a line that nobody
/// wants costs no comparison.
public struct KeyTable: Sendable {
  private struct Entry {
    var hash: UInt64
    var key: [UInt8]
    var slot: Int
    var scale: UInt64
  }

  private let entries: [Entry]

  public init(_ targets: [(key: StaticKey, slot: Int, scale: UInt64)]) {
    entries = targets.map { target in
      Entry(
        hash: target.key.bytes.reduce(Self.seed) { Self.mix($0, $1) }, key: target.key.bytes, slot: target.slot,
        scale: target.scale)
    }
  }

  @inline(__always)
  private static var seed: UInt64 { 0xcbf2_9ce4_8422_2325 }

  @inline(__always)
  private static func mix(_ hash: UInt64, _ byte: UInt8) -> UInt64 { (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }

  /// Reads `key value` lines (a key may end in a colon, as in /proc/PID/status); a value is multiplied by its scale, to the largest number at most, which no machine can have; unknown keys are skipped, lines without a number are errors. Stops when all keys were met.
  @inline(__always)
  public func read(_ bytes: Span<UInt8>, store: (Int, UInt64) -> Void) throws(FormatError) {
    var cursor = Cursor()
    var left = entries.count
    while !cursor.isAtEnd(bytes), left > 0 {
      let start = cursor.at
      var hash = Self.seed
      var end = start
      while end < bytes.count, bytes[end] > blank {
        hash = Self.mix(hash, bytes[end])
        end += 1
      }
      // By index, because a copy of an entry would count references at every line.
      for index in entries.indices where entries[index].hash == hash {
        guard matches(entries[index].key, bytes, start..<end) else { continue }
        cursor.skipWord(bytes)
        cursor.skipBlanks(bytes)
        store(entries[index].slot, try cursor.number(bytes).saturating(times: entries[index].scale))
        left -= 1
        break
      }
      cursor.skipLine(bytes)
    }
  }

  private func matches(_ key: [UInt8], _ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    guard key.count == range.count else { return false }
    for offset in key.indices where bytes[range.lowerBound + offset] != key[offset] { return false }
    return true
  }
}
