import Foundation
import Testing

/// Every link of the project's articles leads somewhere: they are read where they lie, without anything that builds them.
struct LinkTests {
  private static let top = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private static let articles: [String] = {
    let manager = FileManager.default
    let files = (try? manager.contentsOfDirectory(atPath: top.path)) ?? []
    let docs = (try? manager.contentsOfDirectory(atPath: top.appending(path: "docs").path)) ?? []
    return (files + docs.map { "docs/\($0)" }).filter { $0.hasSuffix(".md") }.sorted() + [
      "Tests/Fixtures/hosts/README.md"
    ]
  }()

  /// What a heading is called as the end of a link, as GitHub makes it.
  private static func anchor(_ heading: Substring) -> String {
    String(heading.lowercased().filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" })
      .replacing(" ", with: "-")
  }

  private static func headings(_ text: String) -> Set<String> {
    Set(
      text.split(separator: "\n").filter { $0.hasPrefix("#") }
        .map { anchor($0.drop { $0 == "#" }.drop { $0 == " " }) })
  }

  @Test func `there are articles`() { #expect(Self.articles.count > 15 && Self.articles.contains("docs/figures.md")) }

  @Test(arguments: articles) func `no link is dead`(article: String) throws {
    let file = Self.top.appending(path: article)
    let text = try String(contentsOf: file, encoding: .utf8)
    let links = text.matches(of: /\]\(([^)\s]+)\)|src="([^"]+)"/).map { $0.1 ?? $0.2 ?? "" }
    for link in links where !link.contains("://") && !link.hasPrefix("mailto:") {
      let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
      let target = parts[0].isEmpty ? file : file.deletingLastPathComponent().appending(path: String(parts[0]))
      #expect(FileManager.default.fileExists(atPath: target.path), "\(article): \(link)")
      guard parts.count == 2, let there = try? String(contentsOf: target, encoding: .utf8) else { continue }
      #expect(Self.headings(there).contains(String(parts[1])), "\(article): \(link)")
    }
  }

  /// Articles that no other one leads to are not found by anybody.
  @Test func `the README leads to every article of docs`() throws {
    let text = try String(contentsOf: Self.top.appending(path: "README.md"), encoding: .utf8)
    for article in Self.articles where article.hasPrefix("docs/") {
      #expect(text.contains("](\(article)"), "\(article)")
    }
  }
}
