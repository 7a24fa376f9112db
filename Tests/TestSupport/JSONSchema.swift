/// As much of JSON Schema (draft 2020-12) as tare's schema uses. A keyword that it does not know is a failure, so that
/// nothing is believed to be checked that is not.
public struct JSONSchema: Sendable {
  private let root: JSONValue

  public init(_ root: JSONValue) { self.root = root }

  private static let annotations: Set<String> = ["$schema", "$id", "$defs", "title", "description"]

  /// What is wrong, each with its place; empty where all is well.
  public func failures(_ value: JSONValue) -> [String] { check(value, root, at: "$") }

  private func check(_ value: JSONValue, _ schema: JSONValue, at place: String) -> [String] {
    schema.object.flatMap { keyword, argument -> [String] in
      switch keyword {
      case "$ref": return check(value, resolve(argument.string ?? ""), at: place)
      case "type": return isType(value, argument) ? [] : ["\(place): type is not \(argument)"]
      case "enum": return argument.array.contains(value) ? [] : ["\(place): \(value) is not one of the enum"]
      case "const": return argument == value ? [] : ["\(place): \(value) is not \(argument)"]
      case "anyOf":
        return argument.array.contains { check(value, $0, at: place).isEmpty } ? [] : ["\(place): fits none of anyOf"]
      case "properties", "required", "additionalProperties":
        return checkObject(value, keyword, argument, schema, at: place)
      case "items":
        return value.array.enumerated().flatMap { check($0.element, argument, at: "\(place)[\($0.offset)]") }
      case "minItems", "maxItems", "minimum", "maximum", "minLength":
        return isWithin(value, keyword, argument.number ?? 0) ? [] : ["\(place): \(keyword) \(argument)"]
      case "pattern":
        guard let text = value.string, let pattern = argument.string else { return [] }
        let matches = (try? Regex(pattern)).map { text.firstMatch(of: $0) != nil } ?? false
        return matches ? [] : ["\(place): \(text.debugDescription) does not match \(pattern)"]
      case _ where Self.annotations.contains(keyword): return []
      default: return ["\(place): the keyword \(keyword) is not known to this check"]
      }
    }
  }

  private func checkObject(
    _ value: JSONValue, _ keyword: String, _ argument: JSONValue, _ schema: JSONValue, at place: String
  ) -> [String] {
    guard case .object(let object) = value else { return [] }
    switch keyword {
    case "properties":
      return argument.object.flatMap { name, schema in
        object[name].map { check($0, schema, at: "\(place).\(name)") } ?? []
      }
    case "required":
      return argument.array.compactMap { name in
        name.string.flatMap { object[$0] == nil ? "\(place): \($0) is missing" : nil }
      }
    default:
      let others = object.filter { schema["properties"].object[$0.key] == nil }
      if argument == .bool(false) { return others.keys.map { "\(place): \($0) is too much" } }
      if argument == .bool(true) { return [] }
      return others.flatMap { check($0.value, argument, at: "\(place).\($0.key)") }
    }
  }

  private func isType(_ value: JSONValue, _ types: JSONValue) -> Bool {
    if case .array(let list) = types { return list.contains { isType(value, $0) } }
    return switch (types.string, value) {
    case ("null", .null), ("boolean", .bool), ("number", .number), ("string", .string), ("array", .array),
      ("object", .object):
      true
    case ("integer", .number(let number)): number == number.rounded()
    default: false
    }
  }

  private func isWithin(_ value: JSONValue, _ keyword: String, _ limit: Double) -> Bool {
    switch (keyword, value) {
    case ("minItems", .array(let array)): Double(array.count) >= limit
    case ("maxItems", .array(let array)): Double(array.count) <= limit
    case ("minLength", .string(let text)): Double(text.unicodeScalars.count) >= limit
    case ("minimum", .number(let number)): number >= limit
    case ("maximum", .number(let number)): number <= limit
    default: true
    }
  }

  /// `#/$defs/name`.
  private func resolve(_ reference: String) -> JSONValue {
    reference.split(separator: "/").dropFirst().reduce(root) { $0[String($1)] }
  }
}
