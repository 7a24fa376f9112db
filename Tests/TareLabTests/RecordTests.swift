import Testing

@testable import TareLab

struct RecordTests {
  static let head = "tare-lab 1\nboot 1c2a\nuid 0\nowner 100 200\n"

  static func record() -> Record {
    var record = Record(bootID: "1c2a", userID: 0, owner: ProcessIdentity(pid: 100, startTime: 200))
    record.items = [
      Record.Item(kind: .container, name: "web", runtime: "runc", id: "tare-web-0123abcd", process: nil),
      Record.Item(
        kind: .vm, name: "guest", runtime: "qemu", id: "tare-guest-89abcdef",
        process: ProcessIdentity(pid: 300, startTime: 400)),
    ]
    return record
  }

  @Test func `a record reads back as it was written`() throws {
    #expect(try Record(parsing: Self.record().text) == Self.record())
  }

  @Test func `the text is one line an item, with dashes for a process that is not known yet`() {
    #expect(
      Self.record().text == Self.head
        + "container web runc tare-web-0123abcd - -\nvm guest qemu tare-guest-89abcdef 300 400\n")
  }

  @Test(arguments: [
    "", "tare-lab 1", "tare-lab 2\nboot 1\nuid 0\nowner 100 200", "tare-lab 1\nboot\nuid 0\nowner 100 200",
    "tare-lab 1\nboot 1\nuid -1\nowner 100 200", "tare-lab 1\nboot 1\nuid 0\nowner 1 200",
    "tare-lab 1\nboot 1\nuid 0\nowner 100",
  ])
  func `a head that is not ours is refused`(text: String) {
    #expect(throws: Record.Malformed.self) { try Record(parsing: text) }
  }

  @Test(arguments: [
    "container web runc tare-web-0123abcd", "container web /bin/sh tare-web-0123abcd - -",
    "container web qemu tare-web-0123abcd - -", "vm web runc tare-web-0123abcd - -",
    "container ../x runc tare-../x-0123abcd - -", "container web runc tare-db-0123abcd - -",
    "container web runc tare-web-0123abcd/.. - -", "container web runc web - -", "container web runc .. - -",
    "vm web qemu tare-web-0123abcd 1 5", "vm web qemu tare-web-0123abcd -5 5", "vm web qemu tare-web-0123abcd 5 -",
    "vm web qemu tare-web-0123abcd 99999999999 5", "vm \u{1B}[2J qemu tare-x-0123abcd 5 5",
  ])
  func `an item with an impossible word is refused, with its line`(line: String) {
    #expect(throws: Record.Malformed(line: 5, expected: "'process|container|vm NAME RUNTIME ID PID START'")) {
      try Record(parsing: Self.head + line + "\n")
    }
  }

  @Test(arguments: ["", "-rf", "a b", "a/b", "..", "a.b", "a\n", "ä", String(repeating: "x", count: 41)])
  func `names that could mean something elsewhere are refused`(name: String) {
    #expect(!Record.Item.isName(name))
  }

  @Test func `ids are unique and belong to their name`() {
    let ids = (0..<100).map { _ in Record.Item.makeID(name: "web") }
    #expect(Set(ids).count == 100)
    #expect(ids.allSatisfy { $0.hasPrefix("tare-web-") && $0.utf8.count == 17 })
  }
}

struct ProcessIdentityTests {
  @Test func `only the process with the start time is ended`() throws {
    let bystander = try Bystander()
    #expect(bystander.process.isAlive)
    #expect(!bystander.process.predecessor.isAlive)
    #expect(try bystander.process.predecessor.end(grace: .zero))  // it has ended: nothing to do
    #expect(!bystander.hasEnded)
    #expect(try bystander.process.end(grace: .seconds(2)))
    #expect(bystander.hasEnded)
  }
}

extension ProcessIdentity {
  /// Who could have had this number before.
  var predecessor: ProcessIdentity { ProcessIdentity(pid: pid, startTime: startTime - 1) }
}
