/// A place in a text that the kernel wrote. It makes no strings, so that a tick allocates nothing.
public struct Cursor: Sendable {
  public private(set) var at = 0
  public private(set) var line = 1

  public init() {}

  @inline(__always)
  public func isAtEnd(_ bytes: Span<UInt8>) -> Bool { at >= bytes.count }

  @inline(__always)
  public func peek(_ bytes: Span<UInt8>) -> UInt8? { at < bytes.count ? bytes[at] : nil }

  public func error(_ bytes: Span<UInt8>, expected: String) -> FormatError {
    FormatError(line: line, expected: expected, found: peek(bytes))
  }

  @inline(__always)
  public mutating func skipLine(_ bytes: Span<UInt8>) {
    while at < bytes.count {
      let byte = bytes[at]
      at += 1
      if byte == newline {
        line += 1
        return
      }
    }
  }

  /// Over blanks and tabs, not over the end of a line.
  @inline(__always)
  public mutating func skipBlanks(_ bytes: Span<UInt8>) {
    while at < bytes.count, bytes[at] == blank || bytes[at] == tab { at += 1 }
  }

  /// Over one byte.
  @inline(__always)
  public mutating func step() { at += 1 }

  /// Over everything up to a blank, a tab or the end of the line.
  @inline(__always)
  public mutating func skipWord(_ bytes: Span<UInt8>) {
    while at < bytes.count, bytes[at] != blank, bytes[at] != tab, bytes[at] != newline { at += 1 }
  }

  /// Over `byte`, or an error.
  public mutating func expect(_ byte: UInt8, _ bytes: Span<UInt8>) throws(FormatError) {
    guard peek(bytes) == byte else { throw error(bytes, expected: "'\(Character(UnicodeScalar(byte)))'") }
    at += 1
  }

  /// A decimal number without a sign.
  @inline(__always)
  public mutating func number(_ bytes: Span<UInt8>) throws(FormatError) -> UInt64 {
    let start = at
    var value: UInt64 = 0
    var overflow = false
    while at < bytes.count {
      let digit = bytes[at] &- zero
      guard digit <= 9 else { break }
      if value > 1_844_674_407_370_955_160 {
        let (times, over) = value.multipliedReportingOverflow(by: 10)
        let (sum, carry) = times.addingReportingOverflow(UInt64(digit))
        overflow = overflow || over || carry
        value = sum
      } else {
        let (sum, carry) = (value &* 10).addingReportingOverflow(UInt64(digit))
        overflow = overflow || carry
        value = sum
      }
      at += 1
    }
    guard at > start else { throw error(bytes, expected: "a number") }
    guard !overflow else { throw error(bytes, expected: "a number below 2^64") }
    return value
  }

  /// A number, or `max`.
  public mutating func limit(_ bytes: Span<UInt8>) throws(FormatError) -> UInt64? {
    if at + 3 <= bytes.count, bytes[at] == UInt8(ascii: "m"), bytes[at + 1] == UInt8(ascii: "a"),
      bytes[at + 2] == UInt8(ascii: "x")
    {
      at += 3
      return nil
    }
    return try number(bytes)
  }

  /// The word here as text; bytes that are no UTF-8 become U+FFFD.
  public mutating func word(_ bytes: Span<UInt8>) -> String {
    let start = at
    skipWord(bytes)
    return text(bytes, start..<at)
  }

  /// The rest of the line as text, without its end.
  public mutating func restOfLine(_ bytes: Span<UInt8>) -> String {
    let start = at
    while at < bytes.count, bytes[at] != newline { at += 1 }
    return text(bytes, start..<at)
  }
}

let newline = UInt8(ascii: "\n")
let blank = UInt8(ascii: " ")
let tab = UInt8(ascii: "\t")
let zero = UInt8(ascii: "0")

/// Part of a file as text; bytes that are no UTF-8 become U+FFFD.
public func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
  unsafe bytes.extracting(range).withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
}
