/// The totals of a pressure file (`some avg10=0.00 avg60=0.00 avg300=0.00 total=N`), microseconds.
/// From "PSI - Pressure Stall Information" of the kernel's documentation.
public struct Pressure: Sendable, Hashable {
  public private(set) var some: UInt64?
  public private(set) var full: UInt64?

  public init(_ bytes: Span<UInt8>) throws(FormatError) {
    var cursor = Cursor()
    while !cursor.isAtEnd(bytes) {
      switch cursor.peek(bytes) {
      case UInt8(ascii: "s"): some = try Self.total(&cursor, bytes)
      case UInt8(ascii: "f"): full = try Self.total(&cursor, bytes)
      default: break
      }
      cursor.skipLine(bytes)
    }
  }

  /// The number after the last `=` of the line.
  private static func total(_ cursor: inout Cursor, _ bytes: Span<UInt8>) throws(FormatError) -> UInt64 {
    while let byte = cursor.peek(bytes), byte != newline {
      if byte == UInt8(ascii: "t"), isTotal(bytes, at: cursor.at) {
        for _ in 0..<6 { cursor.step() }
        return try cursor.number(bytes)
      }
      cursor.step()
    }
    throw cursor.error(bytes, expected: "total=")
  }

  private static func isTotal(_ bytes: Span<UInt8>, at start: Int) -> Bool {
    start + 6 <= bytes.count && bytes[start + 1] == UInt8(ascii: "o") && bytes[start + 2] == UInt8(ascii: "t")
      && bytes[start + 3] == UInt8(ascii: "a") && bytes[start + 4] == UInt8(ascii: "l")
      && bytes[start + 5] == UInt8(ascii: "=")
  }
}
