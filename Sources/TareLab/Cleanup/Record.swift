internal import Glibc

/// What a laboratory has started, in a form that a later process can check before it believes it.
///
/// One line each, words divided by single spaces, `-` for what is not known (yet):
///
///     tare-lab 1
///     boot 1c2a6d5e-…
///     uid 0
///     owner PID START
///     process NAME none ID PID START
///     container NAME RUNTIME ID PID START
///     vm NAME qemu ID PID START
struct Record: Equatable {
  let bootID: String
  let userID: UInt32
  let owner: ProcessIdentity
  var items: [Item] = []

  struct Item: Equatable {
    enum Kind: String { case process, container, vm }

    let kind: Kind
    let name: String
    /// `none`, `runc`, `crun`, `podman` or `qemu`: a choice among what we know, never a path that would be run.
    let runtime: String
    /// Unique name; also of the folder, of the container and of its cgroup.
    let id: String
    /// Main process on the host. Nil from before the start until it is known.
    var process: ProcessIdentity?
  }

  struct Malformed: Error, CustomStringConvertible, Equatable {
    let line: Int
    let expected: String
    var description: String { "record:\(line): expected \(expected)" }
  }

  /// Reads a record. It is believed only as far as its form goes: whether boot, user and start times fit, see `Removal`.
  init(parsing text: String) throws(Malformed) {
    var lines: [[Substring]] = []
    for line in text.split(separator: "\n") { lines.append(line.split(separator: " ")) }
    guard lines.count >= 4 else { throw Malformed(line: lines.count + 1, expected: "four lines at least") }
    guard lines[0] == ["tare-lab", "1"] else { throw Malformed(line: 1, expected: "'tare-lab 1'") }
    guard lines[1].count == 2, lines[1][0] == "boot" else { throw Malformed(line: 2, expected: "'boot ID'") }
    bootID = String(lines[1][1])
    guard lines[2].count == 2, lines[2][0] == "uid", let user = UInt32(lines[2][1]) else {
      throw Malformed(line: 3, expected: "'uid NUMBER'")
    }
    userID = user
    guard lines[3].count == 3, lines[3][0] == "owner", let owner = Self.process(lines[3][1...]) else {
      throw Malformed(line: 4, expected: "'owner PID START'")
    }
    self.owner = owner
    for (index, line) in lines.enumerated().dropFirst(4) {
      guard let item = Item(line) else {
        throw Malformed(line: index + 1, expected: "'process|container|vm NAME RUNTIME ID PID START'")
      }
      items.append(item)
    }
  }

  init(bootID: String, userID: UInt32, owner: ProcessIdentity) {
    self.bootID = bootID
    self.userID = userID
    self.owner = owner
  }

  var text: String {
    var lines = ["tare-lab 1", "boot \(bootID)", "uid \(userID)", "owner \(owner.pid) \(owner.startTime)"]
    for item in items {
      let process = item.process.map { "\($0.pid) \($0.startTime)" } ?? "- -"
      lines.append("\(item.kind.rawValue) \(item.name) \(item.runtime) \(item.id) \(process)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  fileprivate static func process(_ words: ArraySlice<Substring>) -> ProcessIdentity? {
    guard words.count == 2, let first = words.first, let last = words.last else { return nil }
    guard let pid = Int32(first), pid > 1, let time = UInt64(last) else { return nil }
    return ProcessIdentity(pid: pid, startTime: time)
  }
}

extension Record.Item {
  static let runtimes: [Kind: Set<String>] = [
    .process: ["none"], .container: ["runc", "crun", "podman"], .vm: ["qemu"],
  ]

  /// A name as it may be used in paths, options and records: letters, digits, `_` and `-`, 1 to 40 of them.
  static func isName(_ text: some StringProtocol) -> Bool {
    (1...40).contains(text.utf8.count) && text.first != "-"
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
      }
  }

  /// An id: unique, and recognisable as ours.
  static func makeID(name: String) -> String { "tare-\(name)-\(randomDigits())" }

  /// Eight hexadecimal digits.
  static func randomDigits() -> String {
    let digits = String(UInt32.random(in: .min ... .max), radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  fileprivate init?(_ words: [Substring]) {
    guard words.count == 6, let kind = Kind(rawValue: String(words[0])), Self.isName(words[1]) else { return nil }
    guard Self.runtimes[kind]?.contains(String(words[2])) == true else { return nil }
    let digits = words[3].suffix(8)
    guard words[3] == "tare-\(words[1])-\(digits)", digits.utf8.count == 8, digits.allSatisfy(\.isHexDigit) else {
      return nil
    }
    let process = Record.process(words[4...])
    guard process != nil || words[4...] == ["-", "-"] else { return nil }
    self.init(
      kind: kind, name: String(words[1]), runtime: String(words[2]), id: String(words[3]), process: process)
  }
}
