internal import TareModel

/// A command as a list of words, split as a POSIX shell splits them (Shell Command Language, 2.2 "Quoting"), but without a
/// shell: nothing is expanded, and `|`, `>` or `$HOME` are characters as any others.
public enum ShellWords {
  /// What is wrong with a command, and where.
  public struct Failure: Error, Hashable, CustomStringConvertible {
    public let text: String
    /// Of the character that opens what is not closed; the first is 1.
    public let position: Int
    public let problem: String

    public var description: String { "'\(text.harmless)': \(problem) at character \(position)" }
  }

  /// At least one word.
  public static func split(_ text: String) throws(Failure) -> [String] {
    var splitter = Splitter(Array(text.unicodeScalars))
    do throws(Splitter.Problem) {
      let words = try splitter.words()
      guard !words.isEmpty else { throw Splitter.Problem(position: 0, text: "expected a command, found nothing") }
      return words
    } catch {
      throw Failure(text: text, position: error.position + 1, problem: error.text)
    }
  }
}

private struct Splitter {
  struct Problem: Error {
    let position: Int
    let text: String
  }

  private let text: [Unicode.Scalar]
  private var at = 0
  /// Nil between two words: `''` is a word, nothing is none.
  private var word: String.UnicodeScalarView?

  init(_ text: [Unicode.Scalar]) { self.text = text }

  mutating func words() throws(Problem) -> [String] {
    var words: [String] = []
    while at < text.count {
      let scalar = text[at]
      switch scalar {
      case " ", "\t", "\n":
        if let word { words.append(String(word)) }
        word = nil
        at += 1
      case "'": try singleQuotes()
      case "\"": try doubleQuotes()
      case "\\": try backslash()
      case "\0": throw Problem(position: at, text: "a NUL, which no argument can hold,")
      default: append(scalar)
      }
    }
    if let word { words.append(String(word)) }
    return words
  }

  private mutating func append(_ scalar: Unicode.Scalar) {
    word = word ?? String.UnicodeScalarView()
    word?.append(scalar)
    at += 1
  }

  /// Everything up to the next one is itself.
  private mutating func singleQuotes() throws(Problem) {
    let opened = at
    word = word ?? String.UnicodeScalarView()
    at += 1
    while at < text.count, text[at] != "'" { append(text[at]) }
    guard at < text.count else { throw Problem(position: opened, text: "the quote ' is not closed that opens") }
    at += 1
  }

  /// A backslash quotes only what would be special between them: `$`, `` ` ``, `"`, `\`, a line end.
  private mutating func doubleQuotes() throws(Problem) {
    let opened = at
    word = word ?? String.UnicodeScalarView()
    at += 1
    while at < text.count, text[at] != "\"" {
      if text[at] == "\\", at + 1 < text.count, "$`\"\\\n".unicodeScalars.contains(text[at + 1]) {
        at += 1
        if text[at] == "\n" { at += 1 } else { append(text[at]) }
      } else {
        append(text[at])
      }
    }
    guard at < text.count else { throw Problem(position: opened, text: "the quote \" is not closed that opens") }
    at += 1
  }

  /// Quotes the next character; a line end behind it continues the line.
  private mutating func backslash() throws(Problem) {
    guard at + 1 < text.count else { throw Problem(position: at, text: "nothing follows the backslash") }
    at += 1
    if text[at] == "\n" { at += 1 } else { append(text[at]) }
  }
}
