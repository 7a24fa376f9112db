internal import TareModel

/// Bytes read from and written to block devices, summed over devices.
public struct DeviceTraffic: Sendable, Hashable {
  public private(set) var read: UInt64 = 0
  public private(set) var written: UInt64 = 0
  /// Requests.
  public private(set) var reads: UInt64 = 0
  public private(set) var writes: UInt64 = 0

  private struct Line {
    var device = BlockDevices.Number(0, 0)
    var read: UInt64 = 0
    var written: UInt64 = 0
    var reads: UInt64 = 0
    var writes: UInt64 = 0
  }

  /// The lines of one file; without an allocation where they are few, because a file is read at every tick.
  private struct Lines {
    private var first = InlineArray<24, Line>(repeating: Line())
    private var more: [Line] = []
    private(set) var count = 0

    subscript(index: Int) -> Line { index < 24 ? first[index] : more[index - 24] }

    /// Lines of one device stand together.
    mutating func add(_ line: Line) {
      if count > 0, self[count - 1].device == line.device {
        change(count - 1) { last in
          last.read.add(saturating: line.read)
          last.written.add(saturating: line.written)
          last.reads.add(saturating: line.reads)
          last.writes.add(saturating: line.writes)
        }
        return
      }
      if count < 24 { first[count] = line } else { more.append(line) }
      count += 1
    }

    private mutating func change(_ index: Int, _ body: (inout Line) -> Void) {
      if index < 24 { body(&first[index]) } else { body(&more[index - 24]) }
    }

    func contains(_ device: BlockDevices.Number) -> Bool { (0..<count).contains { self[$0].device == device } }
  }

  /// `io.stat` of cgroup v2: `8:0 rbytes=N wbytes=N rios=N …`. A device without figures is a line with its number only.
  /// - Parameter devices: tells which of the devices only pass on what others move; nil counts all.
  public init(ioStat bytes: Span<UInt8>, _ devices: BlockDevices? = nil) throws(FormatError) {
    var lines = Lines()
    var cursor = Cursor()
    while !cursor.isAtEnd(bytes) {
      if var line = Self.device(&cursor, bytes) {
        while let byte = cursor.peek(bytes), byte != newline {
          let (first, second) = (byte, cursor.at + 1 < bytes.count ? bytes[cursor.at + 1] : 0)
          if second == UInt8(ascii: "b"), first == UInt8(ascii: "r") || first == UInt8(ascii: "w") {
            for _ in 0..<6 { cursor.step() }
            try cursor.expect(UInt8(ascii: "="), bytes)
            let number = try cursor.number(bytes)
            if first == UInt8(ascii: "r") { line.read = number } else { line.written = number }
          } else if second == UInt8(ascii: "i"), first == UInt8(ascii: "r") || first == UInt8(ascii: "w") {
            for _ in 0..<4 { cursor.step() }
            try cursor.expect(UInt8(ascii: "="), bytes)
            let number = try cursor.number(bytes)
            if first == UInt8(ascii: "r") { line.reads = number } else { line.writes = number }
          }
          cursor.skipWord(bytes)
          cursor.skipBlanks(bytes)
        }
        lines.add(line)
      }
      cursor.skipLine(bytes)
    }
    sum(lines, devices)
  }

  /// `blkio.throttle.io_service_bytes_recursive` of cgroup v1: `8:0 Read N` lines, then `Total N`; io_serviced_recursive is the same
  /// with requests for bytes.
  /// - Parameter devices: as for `io.stat`.
  public init(blkio bytes: Span<UInt8>, _ devices: BlockDevices? = nil) throws(FormatError) {
    var lines = Lines()
    var cursor = Cursor()
    while !cursor.isAtEnd(bytes) {
      if var line = Self.device(&cursor, bytes) {
        let kind = cursor.peek(bytes)
        cursor.skipWord(bytes)
        cursor.skipBlanks(bytes)
        let number = try cursor.number(bytes)
        if kind == UInt8(ascii: "R") { line.read = number }
        if kind == UInt8(ascii: "W") { line.written = number }
        lines.add(line)
      }
      cursor.skipLine(bytes)
    }
    sum(lines, devices)
  }

  /// `8:0` and the blanks behind it; nil where the line begins otherwise.
  private static func device(_ cursor: inout Cursor, _ bytes: Span<UInt8>) -> Line? {
    guard let major = try? cursor.number(bytes), cursor.peek(bytes) == UInt8(ascii: ":") else { return nil }
    cursor.step()
    guard let minor = try? cursor.number(bytes) else { return nil }
    cursor.skipWord(bytes)
    cursor.skipBlanks(bytes)
    return Line(device: .init(major, minor))
  }

  private mutating func sum(_ lines: Lines, _ devices: BlockDevices?) {
    for index in 0..<lines.count {
      let line = lines[index]
      if lines.count > 1, let devices, devices.isOver(line.device, oneThat: { lines.contains($0) }) { continue }
      read.add(saturating: line.read)
      written.add(saturating: line.written)
      reads.add(saturating: line.reads)
      writes.add(saturating: line.writes)
    }
  }
}
