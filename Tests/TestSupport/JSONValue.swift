internal import FoundationEssentials

/// JSON as it is, to look into output of any form.
public enum JSONValue: Codable, Sendable, Hashable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let bool = try? container.decode(Bool.self) {
      self = .bool(bool)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let string = try? container.decode(String.self) {
      self = .string(string)
    } else if let array = try? container.decode([JSONValue].self) {
      self = .array(array)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let bool): try container.encode(bool)
    case .number(let number): try container.encode(number)
    case .string(let string): try container.encode(string)
    case .array(let array): try container.encode(array)
    case .object(let object): try container.encode(object)
    }
  }

  public init(parsing text: String) throws {
    self = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
  }

  public init(file path: String) throws {
    self = try JSONDecoder().decode(JSONValue.self, from: Data(contentsOf: URL(filePath: path)))
  }

  /// The value of a field; null where there is none.
  public subscript(key: String) -> JSONValue {
    if case .object(let object) = self { object[key] ?? .null } else { .null }
  }

  public var object: [String: JSONValue] { if case .object(let object) = self { object } else { [:] } }
  public var array: [JSONValue] { if case .array(let array) = self { array } else { [] } }
  public var string: String? { if case .string(let string) = self { string } else { nil } }
  public var number: Double? { if case .number(let number) = self { number } else { nil } }

  /// All fields that hold no object, by their dotted path.
  public func leaves(_ prefix: String = "") -> [String: JSONValue] {
    object.reduce(into: [:]) { leaves, field in
      let path = prefix.isEmpty ? field.key : "\(prefix).\(field.key)"
      if case .object = field.value {
        leaves.merge(field.value.leaves(path)) { first, _ in first }
      } else {
        leaves[path] = field.value
      }
    }
  }
}
