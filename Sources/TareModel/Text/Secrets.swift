/// Passwords, tokens and keys that stand inside values which are shown for what else they say. What is taken in from
/// arguments, labels and image names goes through here, so that no way out has to think of it.
extension String {
  /// `http://user:word@host/x` becomes `http://…@host/x`, `password=word` becomes `password=…`, also in JSON, in the options
  /// of rbd, and in the query of an URL.
  public var withoutSecrets: String {
    if contains("PRIVATE KEY-----") { return secretMark }
    guard utf8.contains(where: { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "@") }) else {
      return self
    }
    let bytes = Array(utf8)
    let text = SecretText(bytes)
    let found = text.users() + text.values()
    guard !found.isEmpty else { return self }
    var kept: [UInt8] = []
    var at = 0
    for range in found.sorted(by: { $0.lowerBound < $1.lowerBound }) where range.upperBound > at {
      if range.lowerBound >= at { kept += bytes[at..<range.lowerBound] + Array(secretMark.utf8) }
      at = range.upperBound
    }
    return String(decoding: kept + bytes[at...], as: UTF8.self)
  }

  /// Whether the value of a key, option, variable or label called so is a secret: `file.password`, `AWS_SECRET_ACCESS_KEY`.
  public var isNameOfSecret: Bool { SecretText.isSecret(Array(utf8)[...]) }
}

extension [String] {
  /// Arguments of a program: also `--password word`, `-u user:word`.
  public var withoutSecrets: [String] {
    indices.map { index in
      guard index > 0, self[index - 1].hasPrefix("-"), !self[index].hasPrefix("-") else {
        return self[index].withoutSecrets
      }
      let option = self[index - 1].drop { $0 == "-" }
      let isUser = ["u", "user", "proxy-user"].contains(option) && self[index].contains(":")
      return isUser || String(option).isNameOfSecret ? secretMark : self[index].withoutSecrets
    }
  }
}

extension [String: String] {
  /// Labels and the like.
  public var withoutSecrets: [String: String] {
    Dictionary(uniqueKeysWithValues: map { ($0, $0.isNameOfSecret && !$1.isEmpty ? secretMark : $1.withoutSecrets) })
  }
}

/// Stands for a secret.
private let secretMark = "…"

/// Where secrets are in a text.
private struct SecretText {
  private let bytes: [UInt8]
  /// `json:{…}` of QEMU and the objects of its options: users are left out as in URLs.
  private let isJSON: Bool

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    isJSON = bytes.first == UInt8(ascii: "{") || bytes.starts(with: "json:".utf8)
  }

  // MARK: URLs

  /// What is before the `@` of each `scheme://user:word@host`, and of `//user:word@host` at the beginning.
  func users() -> [Range<Int>] {
    var found: [Range<Int>] = []
    var at = 0
    while at < bytes.count {
      guard let start = authority(at) else {
        at += 1
        continue
      }
      let end = tokenEnd(start)
      let host = bytes[start..<end].firstIndex { "/?#\\".utf8.contains($0) } ?? end
      var mark = bytes[start..<host].lastIndex(of: UInt8(ascii: "@"))
      // A word with a slash in it: what is behind the colon is no port.
      if mark == nil, bytes[start] != UInt8(ascii: "["),
        let colon = bytes[start..<host].lastIndex(of: UInt8(ascii: ":")),
        !bytes[(colon + 1)..<host].allSatisfy({ (0x30...0x39).contains($0) })
      {
        mark = bytes[start..<end].lastIndex(of: UInt8(ascii: "@"))
      }
      if let mark, mark > start { found.append(start..<mark) }
      at = start + 1
    }
    return found
  }

  /// Where the authority begins, if a `://` is here; in JSON the slashes may be escaped.
  private func authority(_ at: Int) -> Int? {
    var next = at
    if bytes[at] == UInt8(ascii: ":") { next += 1 } else if at > 0 { return nil }
    for _ in 0..<2 {
      if next < bytes.count, bytes[next] == UInt8(ascii: "\\") { next += 1 }
      guard next < bytes.count, bytes[next] == UInt8(ascii: "/") else { return nil }
      next += 1
    }
    return next < bytes.count ? next : nil
  }

  /// A blank, a quote or a comma ends it; a doubled comma is one comma of QEMU's.
  private func tokenEnd(_ start: Int) -> Int {
    var at = start
    while at < bytes.count {
      if bytes[at] == UInt8(ascii: ",") {
        guard at + 1 < bytes.count, bytes[at + 1] == UInt8(ascii: ",") else { return at }
        at += 1
      } else if bytes[at] <= 0x20 || "\"'`<>".utf8.contains(bytes[at]) {
        return at
      }
      at += 1
    }
    return at
  }

  // MARK: Keys and values

  /// The values of `key=value`, `"key": "value"` and `Header: value` whose names are those of secrets.
  func values() -> [Range<Int>] {
    var found: [Range<Int>] = []
    var at = 0
    while at < bytes.count {
      let sign = bytes[at]
      guard sign == UInt8(ascii: "=") || sign == UInt8(ascii: ":"), let key = key(before: at),
        Self.isSecret(bytes[key.name], withUsers: isJSON)
      else {
        at += 1
        continue
      }
      let start = skipBlanks(at + 1)
      // `a:key` is more often a tag, a port or a path than a word.
      let isMeant = sign == UInt8(ascii: "=") || key.isQuoted || start > at + 1
      guard isMeant else {
        at += 1
        continue
      }
      let value =
        quoted(start) ?? start..<valueEnd(start, isHeader: sign == UInt8(ascii: ":") && !key.isQuoted, key.name)
      if !value.isEmpty { found.append(value) }
      at = max(value.upperBound, at + 1)
    }
    return found
  }

  private func key(before sign: Int) -> (name: Range<Int>, isQuoted: Bool)? {
    var end = sign
    while end > 0, bytes[end - 1] == 0x20 { end -= 1 }
    let isQuoted = end > 0 && "\"'".utf8.contains(bytes[end - 1])
    if isQuoted { end -= 1 }
    if isQuoted, end > 0, bytes[end - 1] == UInt8(ascii: "\\") { end -= 1 }
    var start = end
    while start > 0, Self.isOfName(bytes[start - 1]) { start -= 1 }
    return start < end ? (start..<end, isQuoted) : nil
  }

  private func skipBlanks(_ at: Int) -> Int {
    var at = at
    while at < bytes.count, bytes[at] == 0x20 { at += 1 }
    return at
  }

  /// What is between quotes; in a string of JSON they are escaped.
  private func quoted(_ start: Int) -> Range<Int>? {
    var at = start
    if at < bytes.count, bytes[at] == UInt8(ascii: "\\") { at += 1 }
    guard at < bytes.count, "\"'".utf8.contains(bytes[at]) else { return nil }
    let (quote, isEscaped) = (bytes[at], at > start)
    var end = at + 1
    while end < bytes.count, bytes[end] != quote {
      if bytes[end] == UInt8(ascii: "\\") {
        if isEscaped, end + 1 < bytes.count, bytes[end + 1] == quote { break }
        end += 1
      }
      end += 1
    }
    return (at + 1)..<max(at + 1, min(end, bytes.count))
  }

  /// One of rbd's ends with a colon, that of a header with the text.
  private func valueEnd(_ start: Int, isHeader: Bool, _ name: Range<Int>) -> Int {
    var at = start
    let isOfRBD = isOfRBD(name.lowerBound)
    while at < bytes.count {
      if isOfRBD, bytes[at] == UInt8(ascii: "\\") {
        at += 2
        continue
      }
      if isOfRBD && bytes[at] == UInt8(ascii: ":") { return at }
      if "\"'`\n\r".utf8.contains(bytes[at]) || !isHeader && (bytes[at] <= 0x20 || "&;".utf8.contains(bytes[at])) {
        return at
      }
      if bytes[at] == UInt8(ascii: ","), !isHeader {
        guard at + 1 < bytes.count, bytes[at + 1] == UInt8(ascii: ",") else { return at }
        at += 1
      }
      at += 1
    }
    return min(at, bytes.count)
  }

  /// Whether the word that this is in begins with `rbd:`, or has it behind a `=`.
  private func isOfRBD(_ place: Int) -> Bool {
    let word = bytes[..<place].lastIndex { $0 <= 0x20 || "\",".utf8.contains($0) }.map { $0 + 1 } ?? 0
    let text = bytes[word..<place]
    return text.starts(with: "rbd:".utf8) || text.firstRange(of: Array("=rbd:".utf8)) != nil
  }

  // MARK: Names

  private static let words: Set<String> = ["pass", "pwd", "pw", "key", "auth", "psk", "cookie", "sig"]
  private static let endings = [
    "password", "passwd", "passphrase", "secret", "secrets", "token", "apikey", "accesskey", "secretkey", "privatekey",
    "credential", "credentials", "basicauth", "authorization", "signature",
  ]

  /// By its last word: `registry.auth`, `PGPASSWORD`, `apiKey`.
  static func isSecret(_ name: ArraySlice<UInt8>, withUsers: Bool = false) -> Bool {
    var name = name
    while let last = name.last, !isAlphanumeric(last) { name.removeLast() }
    guard name.count <= 256 else { return false }
    let start = name.lastIndex { !isAlphanumeric($0) }.map { $0 + 1 } ?? name.startIndex
    let last = name[start...]
    let word = String(decoding: last, as: UTF8.self).lowercased()
    if words.contains(word) || endings.contains(where: { word.hasSuffix($0) }) { return true }
    if withUsers, word == "user" || word == "username" { return true }
    // `users` of `basicauth.users`: a list of names and hashes.
    if word == "users", String(decoding: name, as: UTF8.self).lowercased().contains("auth.") { return true }
    guard let hump = last.lastIndex(where: { (0x41...0x5a).contains($0) }), hump > last.startIndex,
      !(0x41...0x5a).contains(last[hump - 1])
    else { return false }
    return words.contains(String(decoding: last[hump...], as: UTF8.self).lowercased())
  }

  private static func isOfName(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || "._-".utf8.contains(byte) }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
    default: false
    }
  }
}
