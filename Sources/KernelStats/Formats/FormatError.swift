/// A kernel file that is not in its documented form. The path is added by whoever read it.
public struct FormatError: Error, Hashable, Sendable, CustomStringConvertible {
  /// From 1.
  public let line: Int
  public let expected: String
  /// The offending byte, nil at the end of the file.
  public let found: UInt8?

  public init(line: Int, expected: String, found: UInt8?) {
    self.line = line
    self.expected = expected
    self.found = found
  }

  public var description: String {
    "\(line): expected \(expected), found \(foundText)"
  }

  private var foundText: String {
    switch found {
    case nil: "the end of the file"
    case UInt8(ascii: "\n"): "the end of the line"
    case .some(let byte) where (0x20..<0x7f).contains(byte): "'\(Character(UnicodeScalar(byte)))'"
    case .some(let byte): "byte \(byte)"
    }
  }
}
