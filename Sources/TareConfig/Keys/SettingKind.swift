internal import TareModel
internal import TareScreen

/// A value that a key does not take.
enum WrongValue: Error {
  /// Not what the key takes at all.
  case unexpected
  /// Nearly: what is wrong with it.
  case because(String)
}

/// How a setting is read, said in words, and written.
struct SettingKind: Sendable {
  typealias Place<Value> = WritableKeyPath<Settings, Value> & Sendable
  typealias List = @Sendable (SettingNames) -> [String]

  let expected: @Sendable (SettingNames) -> String
  let read: @Sendable (GivenValue, SettingNames, inout Settings) throws(WrongValue) -> Void
  let toml: @Sendable (Settings) -> String

  /// One of the words of an enumeration.
  static func choice<Value: RawRepresentable<String> & CaseIterable & Sendable>(_ place: any Place<Value>)
    -> SettingKind
  {
    SettingKind(
      expected: { _ in alternatives(Value.allCases.map(\.rawValue)) },
      read: { given, _, settings throws(WrongValue) in
        guard let value = given.text.flatMap({ Value(rawValue: $0) }) else { throw .unexpected }
        settings[keyPath: place] = value
      },
      toml: { quoted($0[keyPath: place].rawValue) })
  }

  static func truth(_ place: any Place<Bool>) -> SettingKind {
    SettingKind(
      expected: { _ in "true or false" },
      read: { given, _, settings throws(WrongValue) in
        guard let value = given.truth else { throw .unexpected }
        settings[keyPath: place] = value
      },
      toml: { "\($0[keyPath: place])" })
  }

  static func truthOrAuto(_ place: any Place<Bool?>) -> SettingKind {
    SettingKind(
      expected: { _ in "true, false or \"auto\"" },
      read: { given, _, settings throws(WrongValue) in
        guard given.truth != nil || given.text == "auto" else { throw .unexpected }
        settings[keyPath: place] = given.truth
      },
      toml: { $0[keyPath: place].map { "\($0)" } ?? quoted("auto") })
  }

  /// One of these numbers, or auto.
  static func count(_ place: any Place<Int?>, of choices: [Int]) -> SettingKind {
    SettingKind(
      expected: { _ in alternatives(choices.map { "\($0)" } + ["\"auto\""]) },
      read: { given, _, settings throws(WrongValue) in
        let isAuto = given.text == "auto"
        guard isAuto || choices.contains(given.integer ?? -1) else { throw .unexpected }
        settings[keyPath: place] = isAuto ? nil : given.integer
      },
      toml: { $0[keyPath: place].map { "\($0)" } ?? quoted("auto") })
  }

  /// A time as text with a unit, or a number of seconds. Nanoseconds.
  static func time(_ place: any Place<UInt64>, in range: ClosedRange<UInt64>) -> SettingKind {
    let bounds = [range.lowerBound, range.upperBound].map(TimeText.spaced).joined(separator: " to ")
    return SettingKind(
      expected: { _ in "a time such as 1s or 200ms, from \(bounds)" },
      read: { given, _, settings throws(WrongValue) in
        let time: UInt64? =
          switch given {
          case .text(let text), .word(let text): TimeText.nanoseconds(text)
          case .integer(let seconds): TimeText.nanoseconds("\(seconds)")
          case .number(let seconds): TimeText.nanoseconds("\(seconds)")
          default: nil
          }
        guard let time, range.contains(time) else { throw .unexpected }
        settings[keyPath: place] = time
      },
      toml: { quoted(TimeText.text($0[keyPath: place])) })
  }

  static func name(_ place: any Place<String>, of list: @escaping List) -> SettingKind {
    SettingKind(
      expected: { "the name of a column, such as \(examples(list($0)))" },
      read: { given, names, settings throws(WrongValue) in
        guard let name = given.text, !name.isEmpty else { throw .unexpected }
        try check(name, in: list(names))
        settings[keyPath: place] = name
      },
      toml: { quoted($0[keyPath: place]) })
  }

  static func names(_ place: any Place<[String]>, of list: @escaping List) -> SettingKind {
    SettingKind(
      expected: { "a list of columns' names, such as \(examples(list($0)))" },
      read: { given, names, settings throws(WrongValue) in
        guard let columns = given.texts, !columns.isEmpty else { throw .unexpected }
        for (index, name) in columns.enumerated() {
          try check(name, in: list(names))
          if columns[..<index].contains(name) { throw .because("'\(name)' is there twice") }
        }
        settings[keyPath: place] = columns
      },
      toml: { "[" + $0[keyPath: place].map(quoted).joined(separator: ", ") + "]" })
  }

  private static func check(_ name: String, in names: [String]) throws(WrongValue) {
    guard !names.contains(name) else { return }
    let near = Nearest.name(to: name, in: names).map { ": did you mean '\($0)'?" } ?? ""
    throw .because("unknown column '\(name.harmless)'\(near)")
  }

  /// A few that people know, where they exist.
  private static func examples(_ names: [String]) -> String {
    let known = ["name", "memory", "cpu"].filter(names.contains)
    return (known.isEmpty ? Array(names.prefix(3)) : known).joined(separator: ", ")
  }

  private static func alternatives(_ words: [String]) -> String {
    words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
  }
}
