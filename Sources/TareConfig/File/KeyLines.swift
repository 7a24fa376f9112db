/// On which line each key of a TOML document's top level stands; TOMLKit does not say. Only strings, comments and brackets
/// are told apart, so it holds as far as the document is valid.
struct KeyLines {
  /// A table header that names no table.
  struct EmptyHeader {
    let line: Int
    /// All that is before it, for the parser to judge.
    let before: String
  }

  /// The first line of a key or table, by its first part: 3 for `a.b = 1` and `[a.c]` on lines 3 and 4 alike.
  private(set) var lines: [String: Int] = [:]
  /// TOMLKit's parser ends the program at one such as `[%]`, by an assertion of toml++, so it must not see it.
  private(set) var emptyHeader: EmptyHeader?
  private var rest: Substring.UTF8View
  private var line = 1

  init(_ text: String) {
    rest = text[...].utf8
    var isTop = true
    var start = rest
    if text.utf8.starts(with: [0xef, 0xbb, 0xbf]) { rest = rest.dropFirst(3) }
    while !rest.isEmpty {
      skipBlanks()
      start = rest
      switch rest.first {
      case UInt8(ascii: "#"): break
      case UInt8(ascii: "["):
        isTop = false
        rest = rest.dropFirst(rest.starts(with: [0x5b, 0x5b]) ? 2 : 1)
        skipBlanks()
        guard rest.first.map({ Self.beginsName($0) || $0 == UInt8(ascii: "]") }) ?? true else {
          emptyHeader = EmptyHeader(line: line, before: String(text[..<start.startIndex]))
          return
        }
        note(key())
      case nil, UInt8(ascii: "\n"), UInt8(ascii: "\r"): break
      default:
        let key = key()
        if isTop { note(key) }
      }
      skipToNextLine()
    }
  }

  private static func beginsName(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
    default: "_-\"'".utf8.contains(byte)
    }
  }

  private mutating func note(_ key: String) { if lines[key] == nil { lines[key] = line } }

  private mutating func skipBlanks() {
    while let byte = rest.first, byte == 0x20 || byte == 0x09 { rest.removeFirst() }
  }

  /// The first part of a dotted key.
  private mutating func key() -> String {
    guard let quote = rest.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
      let bare = rest.prefix { !" \t.=]\n".utf8.contains($0) }
      rest = rest.dropFirst(bare.count)
      return String(decoding: bare, as: UTF8.self)
    }
    let before = rest.dropFirst()
    skipString()
    let text = String(decoding: before.prefix(max(0, before.count - rest.count - 1)), as: UTF8.self)
    return quote == UInt8(ascii: "'") ? text : Self.unescaped(text)
  }

  /// Past the value, which may go over several lines.
  private mutating func skipToNextLine() {
    var depth = 0
    while let byte = rest.first {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        skipString()
        continue
      case UInt8(ascii: "#"):
        rest = rest.drop { $0 != 0x0a }
        continue
      case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
      case 0x0a:
        line += 1
        if depth <= 0 {
          rest.removeFirst()
          return
        }
      default: break
      }
      rest.removeFirst()
    }
  }

  /// One that begins here, of any of the four kinds.
  private mutating func skipString() {
    guard let quote = rest.first else { return }
    let isLong = rest.starts(with: [quote, quote, quote])
    rest = rest.dropFirst(isLong ? 3 : 1)
    while let byte = rest.first {
      if byte == 0x0a { line += 1 }
      if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
        if rest.dropFirst().first == 0x0a { line += 1 }
        rest = rest.dropFirst(2)
      } else if byte != quote {
        rest.removeFirst()
      } else if !isLong {
        rest.removeFirst()
        return
      } else if rest.starts(with: [quote, quote, quote]) {
        // Up to two quotes may stand before the three that end it.
        rest = rest.drop { $0 == quote }
        return
      } else {
        rest.removeFirst()
      }
    }
  }

  private static func unescaped(_ text: String) -> String {
    let plain: [Character: Unicode.Scalar] = [
      "b": "\u{8}", "t": "\t", "n": "\n", "f": "\u{c}", "r": "\r", "\"": "\"", "\\": "\\",
    ]
    var result = String.UnicodeScalarView()
    var rest = Substring(text)
    while let character = rest.popFirst() {
      guard character == "\\", let letter = rest.popFirst() else {
        result.append(contentsOf: character.unicodeScalars)
        continue
      }
      if let scalar = plain[letter] { result.append(scalar) }
      if letter == "u" || letter == "U" {
        let digits = rest.prefix(letter == "u" ? 4 : 8)
        rest = rest.dropFirst(digits.count)
        result.append(UInt32(digits, radix: 16).flatMap(Unicode.Scalar.init) ?? "\u{FFFD}")
      }
    }
    return String(result)
  }
}
