internal import Glibc

/// A POSIX extended regular expression, as grep -E has them.
@safe public final class Pattern: @unchecked Sendable {
  // Compiled once; regexec(3) does not change it.
  private var compiled = unsafe regex_t()
  public let text: String

  /// Why an expression cannot be used, in the library's words.
  public struct Failure: Error, Hashable, CustomStringConvertible {
    public let description: String
  }

  public init(_ text: String) throws(Failure) {
    self.text = text
    let code = unsafe regcomp(&compiled, text, REG_EXTENDED | REG_NOSUB)
    guard code == 0 else {
      let words = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 200) { buffer in
        unsafe regerror(code, &compiled, buffer.baseAddress, buffer.count)
        return unsafe String(cString: buffer.baseAddress!)
      }
      throw Failure(description: "not a regular expression: \(text): \(words)")
    }
  }

  deinit { unsafe regfree(&compiled) }

  /// Whether it is found anywhere in the text.
  public func matches(_ text: String) -> Bool { unsafe regexec(&compiled, text, 0, nil, 0) == 0 }
}
