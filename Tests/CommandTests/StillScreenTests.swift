import Foundation
import TestSupport
import Testing

/// `tare snapshot --format svg` and `text` over captured hosts.
@Suite struct StillScreenTests {
  private func run(_ words: [String], host: String = "hybrid") throws -> (code: Int32, child: Child) {
    let root = CommandTests.tests.appending(path: "Fixtures/hosts/\(host)").path
    let child = try Child([Tool.tare(), "snapshot", "--root", root] + words, [:])
    return (try child.end(within: .seconds(60)), child)
  }

  @Test(arguments: CommandTests.hosts, [(80, 24), (120, 40), (200, 60), (1, 1)])
  func `a picture has the size that was asked for`(host: String, size: (Int, Int)) throws {
    let words = ["--size", "\(size.0)x\(size.1)"]
    let (code, child) = try run(["--format", "svg"] + words, host: host)
    #expect(code == 0)
    #expect(child.complaints.isEmpty)
    #expect(child.text.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\""))
    #expect(child.text.hasSuffix("</svg>\n"))
    #expect(child.text.contains("width=\"\(size.0 * 9 + 18)\" height=\"\(size.1 * 18 + 18)\""))
    let text = try run(["--format", "text"] + words, host: host).child.text
    #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count == size.1 + 1)
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= size.0 })
  }

  @Test func `the same capture gives the same picture, with its names and rates in it`() throws {
    let one = try run(["--format", "svg"]).child.text
    #expect(try run(["--format", "svg"]).child.text == one)
    for name in ["labhost", "busy", "spin", "reader"] { #expect(one.contains(">\(name)</text>"), "\(name)") }
  }

  @Test(arguments: ["0x24", "1001x40", "80x501", "80", "80x", "80x24x1", "axb", "8O×24"])
  func `a size that is none is named`(size: String) throws {
    let (code, child) = try run(["--format", "svg", "--size", size])
    #expect(code == 2)
    #expect(child.complaints.contains(size) && child.complaints.contains("--size"))
  }

  @Test(arguments: CommandTests.hosts, ["80x24", "100x30", "120x40"])
  func `a captured host has its stack, and no number of processes that it does not know`(host: String, size: String)
    throws
  {
    let text = try run(["--format", "text", "--view", "stack", "--size", size], host: host).child.text
    #expect(text.contains("STACK") && text.contains("PROCESSES ?") && text.contains("host kernel"))
    #expect(text.contains("KERNEL RUNS HERE") || text.contains("KERNELS RUN HERE"))
    #expect(text.contains("SUM"))
  }

  @Test func `columns are those of the table view`() throws {
    let words = ["--format", "text", "--size", "120x30", "--columns", "pid,started,memory.kernel_bytes"]
    let text = try run(words).child.text
    #expect(text.contains("STARTED") && text.contains("KERNEL MiB") && !text.contains("RUNTIME"))
  }

  @Test func `theme and view change it`() throws {
    let dark = try run(["--format", "svg"]).child.text
    for words in [
      ["--theme", "light"], ["--theme", "hall"], ["--theme", "mono"], ["--view", "table"], ["--sort", "cpu"],
    ] {
      let other = try run(["--format", "svg"] + words)
      #expect(other.code == 0)
      #expect(other.child.text != dark, "\(words)")
    }
  }

  @Test(arguments: [
    ["--format", "json", "--size", "80x24"], ["--size", "80x24"], ["--view", "table"], ["--theme", "dark"],
    ["--format", "text", "--view", "tabel"], ["--format", "svg", "--theme", "drak"],
    ["--format", "svg", "--count", "0"],
  ])
  func `options that do not fit are named`(words: [String]) throws {
    let (code, child) = try run(words)
    #expect(code == 2)
    #expect(child.text.isEmpty)
    #expect(child.complaints.hasPrefix("tare: --"))
  }
}
