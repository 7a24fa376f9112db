internal import TareModel

/// A value as somebody gave it, before a key has said what it wants.
enum GivenValue: Sendable, Hashable {
  /// From a file, where text, numbers and truth have types.
  case text(String)
  case integer(Int)
  case number(Double)
  case truth(Bool)
  case list([GivenValue])
  /// What no key takes: a table, a date.
  case other(String)
  /// From the environment or a flag, where everything is a word.
  case word(String)

  var text: String? {
    switch self {
    case .text(let text), .word(let text): text
    default: nil
    }
  }

  var integer: Int? {
    switch self {
    case .integer(let integer): integer
    case .word(let word): Int(word)
    default: nil
    }
  }

  var truth: Bool? {
    switch self {
    case .truth(let truth): truth
    case .word("true"), .word("1"), .word("on"), .word("yes"): true
    case .word("false"), .word("0"), .word("off"), .word("no"): false
    default: nil
    }
  }

  /// A list of texts; a word's parts are joined by commas.
  var texts: [String]? {
    switch self {
    case .list(let values):
      let texts = values.compactMap(\.text)
      return texts.count == values.count ? texts : nil
    case .word(let word): return word.split(separator: ",").map { $0.trimmingBlanks }
    default: return nil
    }
  }

  /// As it was found, for a complaint.
  var found: String {
    switch self {
    case .text(let text), .word(let text): "\"\(text.harmless.prefix(40))\""
    case .integer(let integer): "\(integer)"
    case .number(let number): "\(number)"
    case .truth(let truth): "\(truth)"
    case .list(let values): values.first { $0.text == nil }.map { "a list that holds \($0.found)" } ?? "a list"
    case .other(let kind): kind
    }
  }
}

extension Substring {
  var trimmingBlanks: String {
    var rest = self
    while rest.first == " " { rest.removeFirst() }
    while rest.last == " " { rest.removeLast() }
    return String(rest)
  }
}
