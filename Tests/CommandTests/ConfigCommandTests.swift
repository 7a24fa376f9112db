import Foundation
import TestSupport
import Testing

/// The real binary with configurations of its own; the person's is never read.
@Suite struct ConfigCommandTests {
  private func run(_ words: [String], _ environment: [String: String]) throws -> (code: Int32, child: Child) {
    let child = try Child([Tool.tare()] + words, environment)
    return (try child.end(within: .seconds(60)), child)
  }

  @Test func `config prints every value and who chose it`() throws {
    let home = try TemporaryFolder()
    try home.write(".config/tare/config.toml", "# mine\n\n\ntheme = \"hall\"\n")
    let (code, child) = try run(["config"], ["HOME": home.path, "NO_COLOR": "1", "TARE_INTERVAL": "0.5"])
    #expect(code == 0)
    #expect(child.complaints.isEmpty)
    for line in [
      "interval = \"500ms\"  # TARE_INTERVAL", "view = \"overview\"   # default",
      "theme = \"hall\"      # ~/.config/tare/config.toml:4", "colors = 0          # NO_COLOR",
    ] {
      #expect(child.lines.contains { $0 == line }, "\(line)")
    }
    // What it prints is read as the same.
    try home.write("copy/tare/config.toml", child.text)
    let again = try run(["config"], ["HOME": "/", "XDG_CONFIG_HOME": home.absolute("copy")])
    #expect(again.code == 0)
    #expect(values(again.child) == values(child))
  }

  private func values(_ child: Child) -> [Substring] { child.lines.map { $0.prefix { $0 != "#" } } }

  @Test func `config says where it looks, whether a file is there or not`() throws {
    let (code, child) = try run(["config", "--path"], ["XDG_CONFIG_HOME": "/nowhere", "HOME": "/h"])
    #expect(code == 0)
    #expect(child.text == "/nowhere/tare/config.toml\n")
    #expect(try run(["config", "--path"], [:]).code == 1)
    #expect(try run(["config"], [:]).code == 0)
  }

  @Test func `a wrong file ends config with 2 and a line for each thing, but no snapshot`() throws {
    let home = try TemporaryFolder()
    try home.write("tare/config.toml", "intervall = 1\ncolumns = [\"memroy\"]\n")
    let variables = ["XDG_CONFIG_HOME": home.path, "TARE_VIEW": "tabel"]
    let (code, child) = try run(["config"], variables)
    #expect(code == 2)
    #expect(child.text.isEmpty)
    let path = home.absolute("tare/config.toml")
    #expect(
      child.complaints == """
        tare: \(path):1: unknown key 'intervall': did you mean 'interval'?
        tare: \(path):2: columns: unknown column 'memroy': did you mean 'memory'?
        tare: TARE_VIEW: expected overview, table, boot or stack; found "tabel"

        """)
    let host = CommandTests.tests.appending(path: "Fixtures/hosts/hybrid").path
    #expect(try run(["snapshot", "--root", host], variables).code == 0)
  }

  @Test func `the documentation has every key, its variable, and nothing else`() throws {
    let article = CommandTests.tests.deletingLastPathComponent().appending(
      path: "docs/configuration.md")
    let rows = try String(contentsOf: article, encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("| `") }
    let (_, child) = try run(["config"], [:])
    let keys = child.lines.map { $0.prefix { $0 != " " } }
    #expect(rows.map { $0.dropFirst(3).prefix { $0 != "`" } } == keys)
    for (row, key) in zip(rows, keys) { #expect(row.contains("`TARE_\(key.uppercased())`"), "\(key)") }
  }
}
