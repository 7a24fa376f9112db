/// XML as tare writes it, read strictly: every tag is closed, every attribute quoted, every `&` one of the four.
struct Markup {
  struct Element {
    var name: String
    var attributes: [String: String]
    var text = ""
  }

  struct Wrong: Error {
    let reason: String
  }

  /// In the order of their beginning.
  private(set) var elements: [Element] = []

  /// What stands in elements without children.
  var texts: [String] { elements.map(\.text).filter { $0.contains { $0 != "\n" } } }

  init(_ source: String) throws {
    var open: [Int] = []
    var rest = source[...]
    while let start = rest.firstIndex(of: "<") {
      let text = try Self.plain(rest[..<start])
      if let last = open.last { elements[last].text += text }
      if open.isEmpty, text.contains(where: { $0 != "\n" }) { throw Wrong(reason: "text outside") }
      rest = rest[start...].dropFirst()
      guard let end = rest.firstIndex(of: ">") else { throw Wrong(reason: "< without >") }
      var tag = rest[..<end]
      rest = rest[end...].dropFirst()
      if tag.hasPrefix("/") {
        guard let last = open.popLast(), elements[last].name == tag.dropFirst() else {
          throw Wrong(reason: "<\(tag)> closes nothing")
        }
        continue
      }
      let isClosed = tag.hasSuffix("/")
      if isClosed { tag.removeLast() }
      elements.append(try Self.element(tag))
      if !isClosed { open.append(elements.count - 1) }
    }
    guard open.isEmpty, rest.allSatisfy({ $0 == "\n" }) else { throw Wrong(reason: "not closed") }
  }

  private static func element(_ tag: Substring) throws -> Element {
    let name = tag.prefix { $0 != " " }
    var element = Element(name: String(name), attributes: [:])
    var rest = tag.dropFirst(name.count)
    while !rest.isEmpty {
      guard rest.first == " ", let equals = rest.firstIndex(of: "=") else { throw Wrong(reason: "<\(tag)>") }
      let key = String(rest[..<equals].dropFirst())
      rest = rest[equals...].dropFirst()
      guard rest.first == "\"", let end = rest.dropFirst().firstIndex(of: "\"") else { throw Wrong(reason: "<\(tag)>") }
      guard element.attributes.updateValue(try plain(rest[..<end].dropFirst()), forKey: key) == nil else {
        throw Wrong(reason: "\(key) twice")
      }
      rest = rest[end...].dropFirst()
    }
    return element
  }

  private static func plain(_ text: Substring) throws -> String {
    var plain = ""
    var rest = text
    while let character = rest.popFirst() {
      guard character == "&" else {
        plain.append(character)
        continue
      }
      let name = rest.prefix { $0 != ";" }
      guard let meant = ["amp": "&", "lt": "<", "gt": ">", "quot": "\""][name] else { throw Wrong(reason: "&\(name)") }
      plain += meant
      rest = rest.dropFirst(name.count + 1)
    }
    return plain
  }
}
