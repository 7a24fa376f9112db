internal import TOMLKit
internal import TareModel

extension Configuration {
  /// A file that is not there says nothing.
  public mutating func apply(file path: String) {
    do throws(Unreadable) {
      guard let text = try ConfigurationFile.read(path) else { return }
      try apply(text: text, path: path)
    } catch {
      complaints.append(error.complaint(path))
    }
  }

  mutating func apply(text: String, path: String) throws(Unreadable) {
    let keys = KeyLines(text)
    if let header = keys.emptyHeader {
      _ = try Self.parse(header.before)
      throw Unreadable("expected the name of a table after [", line: header.line)
    }
    let table = try Self.parse(text)
    // The parser has no order of its own, and a person goes through the file from its top.
    let found = table.keys.map { ($0, keys.lines[$0] ?? 1) }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }
    for (name, line) in found {
      guard let key = SettingKey.named(name) else {
        let near = Nearest.name(to: name, in: SettingKey.all.map(\.name)).map { ": did you mean '\($0)'?" } ?? ""
        let what = table[name]?.type == .table ? "table" : "key"
        complaints.append("\(path.harmless):\(line): unknown \(what) '\(name.harmless)'\(near)")
        continue
      }
      set(key, table[name].map(Self.value) ?? .other("nothing"), .file(path: path, line: line))
    }
  }

  private static func parse(_ text: String) throws(Unreadable) -> TOMLTable {
    do {
      return try TOMLTable(string: text)
    } catch let error as TOMLParseError {
      // "Error while parsing floating-point: …": that it is an error is said by its being here.
      let reason = error.description.hasPrefix("Error ") ? String(error.description.dropFirst(6)) : error.description
      throw Unreadable(reason, line: error.source.begin.line, column: error.source.begin.column)
    } catch {
      throw Unreadable("cannot be parsed")
    }
  }

  /// By the value's own type: asking TOMLKit for a wrong one gives nothing but nil.
  private static func value(_ value: any TOMLValueConvertible) -> GivenValue {
    switch value.type {
    case .string: value.string.map { .text($0) } ?? .other("nothing")
    case .int: value.int.map { .integer($0) } ?? .other("nothing")
    case .double: value.double.map { .number($0) } ?? .other("nothing")
    case .bool: value.bool.map { .truth($0) } ?? .other("nothing")
    case .array: .list((value.array.map { Array($0) } ?? []).map { Self.value($0) })
    case .table: .other("a table")
    case .date: .other("a date")
    case .time: .other("a time of day")
    case .dateTime: .other("a date and time")
    }
  }
}
