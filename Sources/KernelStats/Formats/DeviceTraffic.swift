internal import TareModel

/// Bytes read from and written to block devices, summed over devices.
public struct DeviceTraffic: Sendable, Hashable {
  public private(set) var read: UInt64 = 0
  public private(set) var written: UInt64 = 0

  /// `io.stat` of cgroup v2: `8:0 rbytes=N wbytes=N rios=N …`. A device without figures is a line with its number only.
  public init(ioStat bytes: Span<UInt8>) throws(FormatError) {
    var cursor = Cursor()
    while !cursor.isAtEnd(bytes) {
      while let byte = cursor.peek(bytes), byte != newline {
        let (first, second) = (byte, cursor.at + 1 < bytes.count ? bytes[cursor.at + 1] : 0)
        if second == UInt8(ascii: "b"), first == UInt8(ascii: "r") || first == UInt8(ascii: "w") {
          for _ in 0..<6 { cursor.step() }
          try cursor.expect(UInt8(ascii: "="), bytes)
          let number = try cursor.number(bytes)
          if first == UInt8(ascii: "r") { read.add(saturating: number) } else { written.add(saturating: number) }
        }
        cursor.skipWord(bytes)
        cursor.skipBlanks(bytes)
      }
      cursor.skipLine(bytes)
    }
  }

  /// `blkio.throttle.io_service_bytes_recursive` of cgroup v1: `8:0 Read N` lines, then `Total N`.
  public init(blkio bytes: Span<UInt8>) throws(FormatError) {
    var cursor = Cursor()
    while !cursor.isAtEnd(bytes) {
      if let byte = cursor.peek(bytes), byte >= zero, byte <= zero + 9 {
        cursor.skipWord(bytes)
        cursor.skipBlanks(bytes)
        let kind = cursor.peek(bytes)
        cursor.skipWord(bytes)
        cursor.skipBlanks(bytes)
        let number = try cursor.number(bytes)
        if kind == UInt8(ascii: "R") { read.add(saturating: number) }
        if kind == UInt8(ascii: "W") { written.add(saturating: number) }
      }
      cursor.skipLine(bytes)
    }
  }
}
