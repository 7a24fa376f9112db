import Foundation
import Glibc
import TareConfig
import TareScreen
import TestSupport
import Testing

@Suite struct ComplaintTests {
  @Test(arguments: [
    ("\n\nintervall = 1", ":3: unknown key 'intervall': did you mean 'interval'?"),
    ("beauty = 1", ":1: unknown key 'beauty'"),
    ("\"inter\\u0076al.x\" = 1", ":1: unknown key 'interval.x': did you mean 'interval'?"),
    ("[colours]\nsort = 1", ":1: unknown table 'colours': did you mean 'colors'?"),
    ("[[x]]\na = 1\n[[x]]", ":1: unknown key 'x'"),
    ("interval = true", ":1: interval: expected a time such as 1s or 200ms, from 0.1 s to 60 s; found true"),
    ("interval = \"1ms\"", ":1: interval: expected a time such as 1s or 200ms, from 0.1 s to 60 s; found \"1ms\""),
    ("interval = -1", ":1: interval: expected a time such as 1s or 200ms, from 0.1 s to 60 s; found -1"),
    ("interval = nan", ":1: interval: expected a time such as 1s or 200ms, from 0.1 s to 60 s; found nan"),
    ("interval.x = 1", ":1: interval: expected a time such as 1s or 200ms, from 0.1 s to 60 s; found a table"),
    ("view = 2", ":1: view: expected overview, table, boot or stack; found 2"),
    ("theme = \"drak\"", ":1: theme: expected auto, dark, light, hall or mono; found \"drak\""),
    ("colors = 12", ":1: colors: expected 0, 8, 16, 256 or \"auto\"; found 12"),
    ("colors = \"16\"", ":1: colors: expected 0, 8, 16, 256 or \"auto\"; found \"16\""),
    ("units = 1979-05-27", ":1: units: expected iec or si; found a date"),
    ("ascii = \"true\"", ":1: ascii: expected true, false or \"auto\"; found \"true\""),
    ("mouse = \"auto\"", ":1: mouse: expected true or false; found \"auto\""),
    ("sort = \"memroy\"", ":1: sort: unknown column 'memroy': did you mean 'memory'?"),
    ("sort = \"\"", ":1: sort: expected the name of a column, such as name, memory, cpu; found \"\""),
    ("columns = \"name\"", ":1: columns: expected a list of columns' names, such as name, memory, cpu; found \"name\""),
    (
      "columns = [\"name\", 3]",
      ":1: columns: expected a list of columns' names, such as name, memory, cpu; found a list that holds 3"
    ),
    ("columns = []", ":1: columns: expected a list of columns' names, such as name, memory, cpu; found a list"),
    ("columns = [\"name\", \"cup\"]", ":1: columns: unknown column 'cup': did you mean 'cpu'?"),
    ("columns = [\"cpu\", \"cpu\"]", ":1: columns: 'cpu' is there twice"),
    ("zz = \"\"\"\nview = 1\n\\\"\"\"\"\"\nview = 2", ":1: unknown key 'zz'"),
    ("sort = \"cpu\"\n[%]", ":2: expected the name of a table after ["),
    ("[[ [a]]]", ":1: expected the name of a table after ["),
    ("a = \"[%]\" # [%]\nb = [\n[\"%\"]]\n[é]", ":4: expected the name of a table after ["),
    ("a = \n[%]", ":1:5: while parsing key-value pair: expected value, saw '\\n'"),
    ("interval = \n", ":1:12: while parsing key-value pair: expected value, saw '\\n'"),
    (
      "view = \"table\"\nview = \"table\"", ":2:8: while parsing key-value pair: cannot redefine existing string 'view'"
    ),
    ("\"\\u001b[31m\" = 1", ":1: unknown key '\u{FFFD}[31m'"),
  ])
  func `a wrong file is named with line, expectation and the nearest name`(text: String, complaint: String) throws {
    let first = try OneFile(text).complaints().first
    #expect(first == complaint)
  }

  @Test func `all that is wrong is named, in the order of the file, and the rest holds`() throws {
    let file = try OneFile(
      """
      theme = "drak"
      sort = "cpu"
      mouse = [
        1, # = "
        '''x
        ''',
      ]
      veiw = '''
      ascii = 1'''
      colors = 3
      [unknown]
      theme = 1
      """)
    let read = file.read()
    #expect(read.settings.sort == "cpu")
    let lines = file.complaints().map { $0.split(separator: ":")[0] }
    #expect(lines == ["1", "3", "8", "10", "11"])
    #expect(file.complaints()[2] == ":8: unknown key 'veiw': did you mean 'view'?")
  }

  @Test func `a wrong variable or flag is named too`() {
    let read = Configuration(
      names: names, environment: ["TARE_INTERVAL": "soon", "TARE_MOUSE": "maybe"],
      flags: [Configuration.Flag(key: "sort", value: "up\u{1b}", name: "--sort")])
    #expect(
      read.complaints == [
        "TARE_INTERVAL: expected a time such as 1s or 200ms, from 0.1 s to 60 s; found \"soon\"",
        "TARE_MOUSE: expected true or false; found \"maybe\"",
        "--sort: unknown column 'up\u{FFFD}': did you mean 'up'?",
      ])
  }

  @Test func `no file is fine`() throws {
    let folder = try TemporaryFolder()
    let read = Configuration(names: names, environment: ["XDG_CONFIG_HOME": folder.path])
    #expect(read.complaints.isEmpty)
    #expect(read.settings == Settings())
  }

  @Test func `what is no readable text file is said to be none`() throws {
    let folder = try TemporaryFolder()
    func complaint() -> String? {
      let read = Configuration(names: names, environment: ["XDG_CONFIG_HOME": folder.path])
      return read.complaints.first.map { String($0.dropFirst("\(folder.path)/tare/config.toml".count)) }
    }
    try folder.makeFolder("tare/config.toml")
    #expect(complaint() == ": cannot be read: not a regular file")
    try folder.remove("tare/config.toml")
    try folder.makeFIFO("tare/config.toml")
    #expect(complaint() == ": cannot be read: not a regular file")
    try folder.remove("tare/config.toml")
    try folder.write("tare/config.toml", bytes: Array(repeating: 0x20, count: 65_537))
    #expect(complaint() == ": cannot be read: larger than 64 KiB")
    try folder.write("tare/config.toml", bytes: Array(repeating: 0x20, count: 65_536))
    #expect(complaint() == nil)
    try folder.write("tare/config.toml", bytes: [0x61, 0xff])
    #expect(complaint() == ": cannot be read: not UTF-8")
    try folder.write("tare/config.toml", bytes: [0x0a, 0x00])
    #expect(complaint() == ":2: a zero byte")
    try folder.remove("tare/config.toml")
    try folder.link("tare/config.toml", to: "config.toml")
    #expect(complaint()?.hasPrefix(": cannot be read: ") == true)
  }

  /// sudo may leave a user's folder to root: what the user could not read must not be quoted.
  @Test(.enabled(if: isRoot)) func `a file is read with the rights of the folder's owner`() throws {
    let folder = try TemporaryFolder()
    try folder.setMode(0o755)
    let path = folder.absolute("home/tare/config.toml")
    func complaints() -> [String] {
      var configuration = Configuration(names: names)
      configuration.apply(file: path)
      return configuration.complaints
    }
    try folder.write("hidden", "S3CRET = 1\n")
    try folder.setMode(0o640, of: "hidden")
    try folder.makeFolder("closed")
    try folder.write("closed/open", "S3CRET = 1\n")
    try folder.setMode(0o700, of: "closed")
    try folder.makeFolder("home/tare")
    // Root's own link leads to root's own file.
    try folder.link("home/tare/config.toml", to: "../../hidden")
    #expect(complaints() == ["\(path):1: unknown key 'S3CRET'"])
    try folder.setOwner(64_123, of: "home")
    #expect(complaints() == ["\(path): cannot be read: permission denied"])
    try folder.remove("home/tare/config.toml")
    try folder.link("home/tare/config.toml", to: "../../closed/open")
    #expect(complaints() == ["\(path): cannot be read: permission denied"])
    try folder.remove("home/tare/config.toml")
    // A link that all may follow to a file that all may read is the user's own choice.
    try folder.write("shared", "theme = \"hall\"\n")
    try folder.link("home/tare/config.toml", to: folder.absolute("shared"))
    #expect(complaints().isEmpty)
    // The rights come back.
    #expect(unsafe access(folder.absolute("hidden"), R_OK) == 0 && geteuid() == 0)
    var groups = [gid_t](repeating: 0, count: 64)
    #expect(unsafe getgroups(64, &groups) >= 0)
    _ = try String(contentsOfFile: folder.absolute("closed/open"), encoding: .utf8)
  }

  @Test func `damaged files never crash`() throws {
    var random = SplitMix(seed: 20)
    let text = Array(
      "interval = \"1s\"\n[a.\"b\"]\nc = [1, { d = '''x''' }]\n\"s\\u0041\" = \"\"\"\n\\\"\"\"\" # é\n1.2 = 1979-05-27\n"
        .utf8)
    for _ in 0..<400 {
      let file = try OneFile(bytes: random.damaged(text))
      for complaint in file.read().complaints { #expect(complaint.hasPrefix(file.path)) }
    }
  }

  @Test func `no order of TOML's signs crashes`() throws {
    var random = SplitMix(seed: 21)
    let signs = [
      "[", "]", "{", "}", "=", ".", ",", "\n", "\r", " ", "#", "\"", "'", "\"\"\"", "'''", "a", "1", "é", "\\", "%",
    ]
    for _ in 0..<1000 {
      let text = (0..<Int.random(in: 1...12, using: &random)).map { _ in signs.randomElement(using: &random) ?? "" }
      _ = try OneFile(text.joined()).read()
    }
  }
}
