/// Bytes as they come, taken out line by line.
struct LineBuffer {
  /// Bytes of a line. QEMU's longest answer to what is asked here has some thousand.
  static let limit = 1 << 20

  private var bytes: [UInt8] = []
  /// Up to here there is no line end.
  private var searched = 0

  mutating func append(_ more: some Collection<UInt8>) { bytes.append(contentsOf: more) }

  /// The next whole line without its end, or nil where that has not come yet. Empty lines are left out.
  mutating func next() throws(WireFailure) -> ArraySlice<UInt8>? {
    while let end = bytes[searched...].firstIndex(of: UInt8(ascii: "\n")) {
      guard end <= Self.limit else { throw .tooLong }
      var line = bytes[..<end]
      if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
      bytes = Array(bytes[(end + 1)...])
      searched = 0
      if !line.isEmpty { return line }
    }
    searched = bytes.count
    guard bytes.count <= Self.limit else { throw .tooLong }
    return nil
  }

  /// Leaves out everything up to the byte 0xFF, which no text has, and the byte.
  /// - Returns: whether it was there.
  mutating func skip(through mark: UInt8 = 0xFF) -> Bool {
    searched = 0
    guard let at = bytes.firstIndex(of: mark) else {
      bytes = []
      return false
    }
    bytes = Array(bytes[(at + 1)...])
    return true
  }
}
