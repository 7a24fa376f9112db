import Foundation
import TareModel
import TareScreen
import TestSupport
import Testing

/// Screens as they are drawn, compared cell by cell with how they were: text first, styles below it.
/// `TARE_RECORD=1 swift test --filter GoldenScreenTests` writes them anew and fails, so that it cannot pass by recording.
@Suite struct GoldenScreenTests {
  static let golden = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(
    path: "Golden/screens")
  static let sizes = [Size(80, 24), Size(120, 40), Size(200, 60), Size(40, 10)]

  @Test(arguments: sizes)
  func overview(size: Size) throws { try check("overview", Labhost.busy().screen(size)) }

  @Test(arguments: sizes)
  func details(size: Size) throws {
    try check("details", Labhost.busy().screen(size, keys: [.down, .down, .enter]))
  }

  @Test(arguments: sizes)
  func `head to head`(size: Size) throws {
    try check("compare", Labhost.busy().screen(size, keys: [.character(" "), .down, .down, .character(" "), .character("v")]))
  }

  @Test(arguments: sizes)
  func help(size: Size) throws { try check("help", Labhost.busy().screen(size, keys: [.character("?")])) }

  private func check(_ name: String, _ state: ScreenState, isASCII: Bool = false) throws {
    var canvas = Canvas(state.size, isASCII: isASCII)
    draw(state, on: &canvas)
    let text = Self.text(canvas)
    let file = Self.golden.appending(path: "\(name)-\(state.size.width)x\(state.size.height).txt")
    if ProcessInfo.processInfo.environment["TARE_RECORD"] == "1" {
      try FileManager.default.createDirectory(at: Self.golden, withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
      Issue.record("recorded \(file.lastPathComponent): look at it, then run again without TARE_RECORD")
      return
    }
    let expected = try String(contentsOf: file, encoding: .utf8)
    #expect(text == expected, "\(file.lastPathComponent) differs: if the change is meant, TARE_RECORD=1")
  }

  static func text(_ canvas: Canvas) -> String {
    (0..<canvas.size.height).map { y in
      canvas.row(y).map { canvas.text(of: $0) }.joined().trimmedEnd
    }.joined(separator: "\n") + "\n"
  }
}
