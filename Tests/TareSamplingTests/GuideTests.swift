import Foundation
import TareSampling
import Testing

/// The documentation's table of what is found, made of what the sources say of themselves.
/// `TARE_RECORD=1 swift test --filter GuideTests` writes it anew and fails, so that it cannot pass by recording.
@Suite struct GuideTests {
  private static let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "docs/discovery.md")
  private static let (begin, end) = ("<!-- what the sources say: made by GuideTests -->\n", "<!-- until here -->\n")

  private static let heads = [
    "source", "finds", "by", "looks in", "name and image from", "of a start it tells, besides the kernel", "ran with",
  ]

  private static var table: String {
    let rows = allSources().map { source -> [String] in
      let guide = source.guide
      return [
        source.name, guide.finds, guide.by, source.places.joined(separator: "; "), guide.names, guide.start,
        guide.ranWith ?? "after its documents",
      ]
    }
    return "\n" + ([heads, heads.map { _ in "---" }] + rows).map { line($0) }.joined() + "\n"
  }

  private static func line(_ cells: [String]) -> String {
    "| " + cells.map { $0.split(separator: "|").joined(separator: "\\|") }.joined(separator: " | ") + " |\n"
  }

  @Test func `the page has what the sources say`() throws {
    let text = try String(contentsOf: Self.page, encoding: .utf8)
    let begin = try #require(text.firstRange(of: Self.begin))
    let end = try #require(text.firstRange(of: Self.end))
    let between = begin.upperBound..<end.lowerBound
    if ProcessInfo.processInfo.environment["TARE_RECORD"] == "1" {
      try text.replacingCharacters(in: between, with: Self.table).write(
        to: Self.page, atomically: true, encoding: .utf8)
      Issue.record("recorded the table of sources: look at it, then run again without TARE_RECORD")
      return
    }
    #expect(text[between] == Self.table[...], "discovery.md is out of date: TARE_RECORD=1")
  }

  @Test func `every source says what it finds, by what, and where it looks`() {
    for source in allSources() {
      let guide = source.guide
      for words in [guide.finds, guide.by, guide.names, guide.start, guide.ranWith ?? "-"] {
        #expect(!words.isEmpty && !words.contains("\n"), "\(source.name)")
      }
      #expect(!source.places.isEmpty, "\(source.name)")
    }
  }
}
