/// Which workloads to show: terms joined by commas, all of which must hold.
///
/// `kind=vm`, `runtime=docker`, `name~web`, `cpu>50`, `memory>1GiB`, `label.app=shop`, `memory.kernel_bytes>=30MiB`, or a
/// word, which a name must contain. `=` and `!=` compare texts and numbers, `~` and `!~` look for a text without regard to
/// case, `<` `<=` `>` `>=` compare numbers. What is missing matches nothing. Quotes keep commas together.
public struct Filter: Sendable {
  enum Comparison: String, Sendable, CaseIterable {
    case notEqual = "!="
    case notContains = "!~"
    case atLeast = ">="
    case atMost = "<="
    case equal = "="
    case contains = "~"
    case above = ">"
    case below = "<"
  }

  private enum Term: Sendable {
    case text(@Sendable (Frame, Int) -> String?, Comparison, String)
    case number(@Sendable (Frame, Int) -> Double?, Comparison, Double)
  }

  /// As it was written.
  public let text: String
  private let terms: [Term]

  /// An empty text matches everything.
  public init(_ text: String) throws(FilterError) {
    self.text = text
    var terms: [Term] = []
    for (index, part) in try Self.split(text).enumerated() { terms.append(try Self.term(part, number: index + 1)) }
    self.terms = terms
  }

  public var isEmpty: Bool { terms.isEmpty }

  /// Whether the text ends in a word that may become a name, such as `cp` of `cpu>50`: while somebody types, it is no word
  /// to look for yet.
  public static func mayGoOn(_ text: String) -> Bool {
    let last = text.split(separator: ",", omittingEmptySubsequences: false).last.map { String($0).trimmedBlanks } ?? ""
    return !last.isEmpty && RowKey.catalogue.contains { $0.name.hasPrefix(last) }
  }

  public func matches(_ frame: Frame, _ row: Int) -> Bool {
    terms.allSatisfy { term in
      switch term {
      case .text(let value, let comparison, let wanted):
        guard let text = value(frame, row) else { return false }
        return switch comparison {
        case .equal: text.lowercased() == wanted
        case .notEqual: text.lowercased() != wanted
        case .contains: Self.contains(text, wanted)
        default: !Self.contains(text, wanted)
        }
      case .number(let value, let comparison, let wanted):
        guard let number = value(frame, row) else { return false }
        return switch comparison {
        case .equal: number == wanted
        case .notEqual: number != wanted
        case .above: number > wanted
        case .atLeast: number >= wanted
        case .below: number < wanted
        default: number <= wanted
        }
      }
    }
  }

  /// Whether a text contains a word that is in lower case already.
  public static func contains(_ text: String, _ word: String) -> Bool {
    if word.isEmpty { return true }
    // Most names are ASCII: no copy is made of those.
    guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return find(word.utf8, in: text.lowercased().utf8) { $0 } }
    return find(word.utf8, in: text.utf8) { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
  }

  private static func find(_ word: String.UTF8View, in text: String.UTF8View, _ fold: (UInt8) -> UInt8) -> Bool {
    var start = text.startIndex
    for _ in 0..<max(0, text.count - word.count + 1) {
      if zip(word, text[start...]).allSatisfy({ $0 == fold($1) }) { return true }
      start = text.index(after: start)
    }
    return false
  }

  /// At commas that no quotes enclose.
  private static func split(_ text: String) throws(FilterError) -> [String] {
    var parts = [""]
    var isQuoted = false
    for character in text {
      switch character {
      case "\"": isQuoted.toggle()
      case "," where !isQuoted: parts.append("")
      default: parts[parts.count - 1].append(character)
      }
    }
    if isQuoted { throw FilterError(term: parts.count, message: "a quote is not closed") }
    let trimmed = parts.map { $0.trimmedBlanks }
    if trimmed.count == 1, trimmed[0].isEmpty { return [] }
    if let empty = trimmed.firstIndex(of: "") { throw FilterError(term: empty + 1, message: "nothing between commas") }
    return trimmed
  }

  private static func term(_ text: String, number: Int) throws(FilterError) -> Term {
    guard let place = text.firstIndex(where: { "=!~<>".contains($0) }) else {
      return .text({ $0.current.workloads[$1].name }, .contains, text.lowercased())
    }
    let rest = text[place...]
    guard let comparison = Comparison.allCases.first(where: { rest.hasPrefix($0.rawValue) }) else {
      throw FilterError(term: number, message: "'\(text)': expected one of = != ~ !~ > >= < <=")
    }
    let name = String(text[..<place]).trimmedBlanks
    let value = String(rest.dropFirst(comparison.rawValue.count)).trimmedBlanks
    guard let key = RowKey.named(name) else {
      let near = Nearest.name(to: name, in: RowKey.catalogue.map(\.name))
      throw FilterError(
        term: number, message: "unknown name '\(name)'\(near.map { ": did you mean '\($0)'?" } ?? "")")
    }
    if value.isEmpty {
      throw FilterError(term: number, message: "'\(text)': expected a value behind \(comparison.rawValue)")
    }
    return try Self.term(key, comparison, value, number: number)
  }

  private static func term(_ key: RowKey, _ comparison: Comparison, _ value: String, number: Int) throws(FilterError)
    -> Term
  {
    switch key.value {
    case .text(let read):
      guard [.equal, .notEqual, .contains, .notContains].contains(comparison) else {
        throw FilterError(
          term: number, message: "'\(key.name)' is a text: expected =, !=, ~ or !~, found \(comparison.rawValue)")
      }
      var wanted = value.lowercased()
      if key.name == "kind" {
        if comparison == .equal || comparison == .notEqual {
          guard let kind = Workload.Kind.allCases.first(where: { $0.rawValue.hasPrefix(wanted) }) else {
            throw FilterError(term: number, message: "kind is container, pod, vm or user, not '\(value)'")
          }
          wanted = kind.rawValue
        }
      }
      return .text(read, comparison, wanted)
    case .instant(let read):
      try Self.check(comparison, of: key, is: "a time", term: number)
      guard let wanted = Timestamp.parse(value) else {
        throw FilterError(
          term: number, message: "'\(value)': expected a time such as 2026-11-23T18:51:16Z for \(key.name)")
      }
      // Double.init alone would be that of a bit pattern.
      return .number({ read($0, $1).map { Double($0) } }, comparison, Double(wanted))
    case .number(let unit, let read):
      try Self.check(comparison, of: key, is: "a number", term: number)
      guard let wanted = Quantity.parse(value, unit) else {
        throw FilterError(term: number, message: "'\(value)': expected \(Quantity.example(unit)) for \(key.name)")
      }
      return .number(read, comparison, wanted)
    }
  }

  private static func check(_ comparison: Comparison, of key: RowKey, is what: String, term: Int) throws(FilterError) {
    guard [.contains, .notContains].contains(comparison) else { return }
    throw FilterError(
      term: term, message: "'\(key.name)' is \(what): expected =, !=, >, >=, < or <=, found \(comparison.rawValue)")
  }
}

public struct FilterError: Error, CustomStringConvertible, Hashable {
  /// Which term, from 1.
  public let term: Int
  public let message: String

  public var description: String { "term \(term): \(message)" }
}

extension String {
  var trimmedBlanks: String { String(drop { $0 == " " }).trimmedEnd }
}
