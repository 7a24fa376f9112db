import Foundation
import TareModel
import Testing

/// The documentation's tables of figures and of reasons, made of what these declare of themselves.
/// `TARE_RECORD=1 swift test --filter FigurePageTests` writes them anew and fails, so that it cannot pass by recording.
@Suite struct FigurePageTests {
  private static let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "docs/figures.md")
  private static let end = "<!-- until here -->\n"

  private static func row(_ cells: [String]) -> String {
    "| "
      + cells.map { $0.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|") }
      .joined(separator: " | ") + " |\n"
  }

  /// What kernel and guest files a figure comes from: of one input its words, of several those that differ.
  private static func words(_ figure: Figure, _ origin: Metric.Declaration.Origin) -> String {
    let words = figure.inputs.compactMap { $0.declaration.words(origin) }
    if words.isEmpty { return "–" }
    return figure.inputs.count <= 3 ? words.joined(separator: "; ") : "see its inputs"
  }

  private static var figures: String {
    let groups = Figure.catalogue.map { String($0.group) }.reduce(into: [String]()) {
      if !$0.contains($1) { $0.append($1) }
    }
    return groups.map { group in
      let figures = Figure.catalogue.filter { $0.group == group }
      let heads = ["figure", "unit", "what", "container, v2", "container, v1", "VM"]
      let rows = figures.map { figure in
        ["`\(figure.name)`", figure.unit.rawValue, figure.formula] + [.v2, .v1, .machine].map { words(figure, $0) }
      }
      let table = ([heads, heads.map { _ in "---" }] + rows).map(row).joined()
      let others = figures.map { figure in
        let tools = figure.others.tools.map { "*\($0.name)*: \($0.shows)" }.joined(separator: "; ")
        return "- `\(figure.name)`: \(tools.isEmpty ? figure.others.none ?? "" : "\(tools).")\n"
      }.joined()
      return "\n## \(group)\n\n\(table)\nWhat others show:\n\n\(others)"
    }.joined() + "\n"
  }

  private static var reasons: String {
    let heads = ["reason", "meaning"]
    let rows =
      Reason.allCases.map { ["`\($0.rawValue)`", $0.explanation] }
      + [["`unlimited`", "No limit is set: a value of its own."]]
    return "\n" + ([heads, ["---", "---"]] + rows).map(row).joined() + "\n"
  }

  // One after the other, because both write the same page.
  @Test(.serialized, arguments: ["figures", "reasons"])
  func `the page has what figures and reasons say of themselves`(name: String) throws {
    let made = name == "figures" ? Self.figures : Self.reasons
    let text = try String(contentsOf: Self.page, encoding: .utf8)
    let begin = try #require(text.firstRange(of: "<!-- \(name): made by FigurePageTests -->\n"))
    let end = try #require(text[begin.upperBound...].firstRange(of: Self.end))
    let between = begin.upperBound..<end.lowerBound
    if ProcessInfo.processInfo.environment["TARE_RECORD"] == "1" {
      try text.replacingCharacters(in: between, with: made).write(to: Self.page, atomically: true, encoding: .utf8)
      Issue.record("recorded the table of \(name): look at it, then run again without TARE_RECORD")
      return
    }
    #expect(text[between] == made[...], "figures.md is out of date: TARE_RECORD=1 for \(name)")
  }

  @Test(arguments: Figure.catalogue.map(\.name))
  func `a figure says what others show, or that nobody does`(name: String) throws {
    let others = try #require(Figure.named(name)).others
    #expect(others.tools.isEmpty != (others.none == nil))
    #expect(others.none.map { $0.hasSuffix(".") } ?? true)
    for tool in others.tools {
      #expect(!tool.name.isEmpty && !tool.shows.isEmpty && !tool.shows.hasSuffix("."), "\(tool.name)")
    }
  }

  @Test(arguments: Figure.catalogue.map(\.name))
  func `an explanation has its formula, where it is read from, and others`(name: String) throws {
    let titles = try #require(Figure.named(name)).parts.map(\.title)
    #expect(titles.first == "FORMULA" && titles.last == "OTHER TOOLS")
    #expect(titles.count { $0.hasPrefix("READ FROM") } == 3)
  }
}
