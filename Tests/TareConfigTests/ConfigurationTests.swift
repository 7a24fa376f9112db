import TareConfig
import TareScreen
import TestSupport
import Testing

let names = SettingNames(
  columns: ["kind", "name", "memory", "cpu", "limit"], orders: ["name", "memory", "cpu", "up"])

/// A configuration from one file in a folder of its own.
struct OneFile {
  let folder: TemporaryFolder
  var path: String { folder.absolute("tare/config.toml") }
  var environment: [String: String] { ["XDG_CONFIG_HOME": folder.path, "HOME": "/nowhere"] }

  init(_ text: String) throws { try self.init(bytes: Array(text.utf8)) }

  init(bytes: [UInt8]) throws {
    folder = try TemporaryFolder()
    try folder.write("tare/config.toml", bytes: bytes)
  }

  func read(_ more: [String: String] = [:], _ flags: [Configuration.Flag] = []) -> Configuration {
    Configuration(names: names, environment: environment.merging(more) { $1 }, flags: flags)
  }

  /// Without the path in front, so that a test says what is left.
  func complaints() -> [String] {
    read().complaints.map { $0.hasPrefix(path) ? String($0.dropFirst(path.count)) : $0 }
  }
}

@Suite struct ConfigurationTests {
  @Test func `every key is read from the file, and its line is known`() throws {
    let file = try OneFile(
      """
      # tare
      interval = "200ms"
      view = "table"
      columns = [
        "name", # the first
        "cpu",
      ]
      sort = "cpu"
      theme = 'hall'
      colors = 16
      "units" = "si"
      ascii = true
      mouse = false
      """)
    let read = file.read()
    #expect(read.complaints.isEmpty)
    var expected = Settings()
    expected.interval = 200_000_000
    expected.view = .table
    expected.columns = ["name", "cpu"]
    expected.sort = "cpu"
    expected.theme = .hall
    expected.colors = 16
    expected.units = .si
    expected.ascii = true
    expected.mouse = false
    #expect(read.settings == expected)
    let lines = [2, 3, 4, 8, 9, 10, 11, 12, 13]
    for (key, line) in zip(SettingKey.all, lines) {
      #expect(read.origin(key) == .file(path: file.path, line: line), "\(key.name)")
    }
  }

  @Test func `flags beat the environment, which beats the file, which beats the default`() throws {
    let file = try OneFile("theme = \"hall\"\nsort = \"cpu\"\ncolors = 8\n")
    let read = file.read(
      ["TARE_THEME": "light", "TARE_SORT": "name", "TARE_VIEW": ""],
      [Configuration.Flag(key: "theme", value: "dark", name: "--theme")])
    #expect(read.complaints.isEmpty)
    #expect(read.settings.theme == .dark)
    #expect(read.settings.sort == "name")
    #expect(read.settings.colors == 8)
    #expect(read.settings.view == .overview)
    let origins = ["theme", "sort", "colors", "view"].compactMap(SettingKey.named).map(read.origin)
    #expect(
      origins == [.flag("--theme"), .environment("TARE_SORT"), .file(path: file.path, line: 3), .standard])
  }

  @Test func `NO_COLOR takes the colours away, unless a variable of tare's own gives them back`() throws {
    let file = try OneFile("colors = 256\n")
    #expect(file.read(["NO_COLOR": "1"]).settings.colors == 0)
    #expect(file.read(["NO_COLOR": ""]).settings.colors == 256)
    #expect(file.read(["NO_COLOR": "1", "TARE_COLORS": "8"]).settings.colors == 8)
    #expect(file.read(["NO_COLOR": "1", "TARE_COLORS": "auto"]).settings.colors == nil)
  }

  @Test func `the environment's words are read by each key`() {
    let words = [
      "TARE_INTERVAL": "2", "TARE_VIEW": "table", "TARE_COLUMNS": "name, cpu", "TARE_SORT": "up", "TARE_THEME": "mono",
      "TARE_COLORS": "0", "TARE_UNITS": "si", "TARE_ASCII": "yes", "TARE_MOUSE": "0", "TARE_USERS": "on",
    ]
    let read = Configuration(names: names, environment: words)
    #expect(read.complaints.isEmpty)
    #expect(read.settings.interval == 2_000_000_000)
    #expect(read.settings.columns == ["name", "cpu"])
    #expect(read.settings.ascii == true)
    #expect(!read.settings.mouse && read.settings.users)
    for key in SettingKey.all { #expect(read.origin(key) == .environment(key.variable)) }
  }

  @Test func `what is printed is TOML that gives the same settings`() throws {
    let words = ["TARE_INTERVAL": "1500ms", "TARE_COLUMNS": "name,memory", "TARE_ASCII": "false", "TARE_COLORS": "16"]
    let first = Configuration(names: names, environment: words)
    let text = first.toml(home: nil)
    #expect(text.contains("interval = \"1500ms\"  "))
    #expect(text.contains("# TARE_INTERVAL\n"))
    #expect(text.contains("# default\n"))
    let second = try OneFile(text).read()
    #expect(second.complaints.isEmpty)
    #expect(second.settings == first.settings)
  }

  @Test func `a path in the home folder is printed with a tilde`() {
    let origin = Origin.file(path: "/home/x/.config/tare/config.toml", line: 4)
    #expect(origin.text(home: "/home/x") == "~/.config/tare/config.toml:4")
    #expect(origin.text(home: "/home/xy") == "/home/x/.config/tare/config.toml:4")
  }

  @Test func `the file is looked for where XDG says, else in the home folder`() {
    #expect(ConfigurationFile.path(["XDG_CONFIG_HOME": "/c", "HOME": "/h"]) == "/c/tare/config.toml")
    #expect(ConfigurationFile.path(["XDG_CONFIG_HOME": "c", "HOME": "/h"]) == "/h/.config/tare/config.toml")
    #expect(ConfigurationFile.path(["HOME": "/h"]) == "/h/.config/tare/config.toml")
    #expect(ConfigurationFile.path([:]) == nil)
  }
}
