import TareScreen
import TestSupport
import Testing

/// Canvases as text and as SVG.
@Suite struct PictureTests {
  static let palettes = Palette.Ground.allCases.flatMap { ground in
    Palette.Depth.allCases.map { Palette(ground: ground, depth: $0) }
  }

  /// Blocks, lines, wide and joined characters, and names that would like to be markup.
  static func mixed() -> Canvas {
    var canvas = Canvas(Size(40, 9))
    canvas.put("▁▂▃▄▅▆▇█▏▎▍▌▋▊▉░▒▓▀▐▖▟⣿⠁", x: 0, y: 0, .container)
    canvas.put("┌──┬─┐│├┼┤└┴┘╭╮╰╯━┃", x: 0, y: 1, .dim)
    canvas.put("웹서버-한국어 e\u{301}clair 👨‍👩‍👧‍👦 ≥1", x: 0, y: 2, .vm)
    canvas.put("<script>&\"']]>-->", x: 0, y: 3, .warning)
    canvas.put("\u{1b}[31m\u{202e}\u{ffff}\u{fffe}x", x: 0, y: 4)
    canvas.put("selected row", x: 0, y: 5, Style(.text, [.selected, .bold]))
    canvas.put("reverse 한", x: 0, y: 6, Style(.text, .reverse))
    canvas.fill("█", x: 30, y: 7, width: 10, .vm)
    canvas.put("end", x: 37, y: 8)
    return canvas
  }

  @Test func `text has a line for each row, without blanks at its end`() {
    var canvas = Canvas(Size(8, 4))
    canvas.put(" 한글 a", x: 0, y: 0)
    canvas.put("b", x: 7, y: 2)
    #expect(canvas.plainText == " 한글 a\n\n       b\n")
  }

  @Test func `styles have a sign each, and a legend`() {
    let styles = (0..<Style.count).map { index in
      Style(Style.Ink.allCases[index / 8], Style.Flags(rawValue: UInt8(index % 8)))
    }
    #expect(Set(styles.map(\.sign)).count == Style.count)
    var canvas = Canvas(Size(8, 2))
    canvas.put("C", x: 0, y: 0, .container)
    canvas.put("a b", x: 2, y: 0)
    canvas.put("!", x: 6, y: 0, Style(.warning, .selected))
    #expect(canvas.styleText == "c . . ?\n\n\n. text\nc container\n? warning, selected")
  }

  @Test(arguments: palettes)
  func `a picture is well-formed XML for every palette`(palette: Palette) throws {
    let svg = Self.mixed().svg(palette, title: "a <b> & \"c\"\u{1b}")
    let words = try Markup(svg).texts
    #expect(words.first == "a <b> & \"c\"\u{FFFD}")
    for word in ["<script>&\"']]>-->", "웹", "e\u{301}", "👨‍👩‍👧‍👦", "≥", "selected", "end"] {
      #expect(words.contains(word), "\(word)")
    }
    #expect(!svg.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    #expect(!svg.contains("<script"))
  }

  @Test func `a second opinion: an XML parser reads it`() throws {
    let folder = try TemporaryFolder()
    try folder.write("picture.svg", Self.mixed().svg(Palette(ground: .dark, depth: .many)))
    let script = "import sys, xml.etree.ElementTree as tree; tree.parse(sys.argv[1])"
    guard let code = runPython(["-c", script, folder.absolute("picture.svg")]) else { return }
    #expect(code == 0)
  }

  @Test func `every cell that is written is in the picture, in its place`() throws {
    let state = Labhost.busy().screen(Size(120, 40))
    var canvas = Canvas(state.size)
    draw(state, on: &canvas)
    let markup = try Markup(canvas.svg(Palette(ground: .dark, depth: .many)))
    var seen: [String: String] = [:]
    for text in markup.elements where text.name == "text" {
      guard let x = text.attributes["x"].flatMap({ Double($0) }), let y = text.attributes["y"].flatMap({ Int($0) })
      else { continue }
      var column = Int(x / 9)
      for character in text.text {
        seen["\(column) \((y - 14) / 18)"] = String(character)
        column += 1
      }
    }
    for y in 0..<40 {
      for x in 0..<120 {
        let text = canvas.text(of: canvas[x, y])
        guard text != " ", !text.isEmpty, !isDrawn(text) else { continue }
        #expect(seen["\(x) \(y)"] == text, "\(x) \(y)")
      }
    }
  }

  private func isDrawn(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { (0x2500...0x259f).contains($0.value) || (0x2800...0x28ff).contains($0.value) }
  }

  @Test func `blocks of a row are one shape, so that nothing shines through`() {
    var canvas = Canvas(Size(10, 2))
    canvas.fill("█", x: 0, y: 0, width: 10, .vm)
    canvas.fill("█", x: 0, y: 1, width: 10, .vm)
    canvas.fill("▒", x: 5, y: 1, width: 2, .vm)
    let svg = canvas.svg(Palette(ground: .dark, depth: .many))
    #expect(svg.contains("<path fill=\"#ffaf00\" d=\"M0 0h90v18h-90zM0 18h45v18h-45zM63 18h27v18h-27z\"/>"))
    #expect(svg.contains("<path fill=\"#ffaf00\" fill-opacity=\"0.5\" d=\"M45 18h18v18h-18z\"/>"))
  }

  @Test func `a great screen is less than 150 kB`() {
    let state = Labhost.busy().screen(Size(200, 60))
    var canvas = Canvas(state.size)
    draw(state, on: &canvas)
    #expect(canvas.svg(Palette(ground: .dark, depth: .many)).utf8.count < 150_000)
  }

  @Test func `an empty canvas is a picture too`() throws {
    #expect(try Markup(Canvas(Size(0, 0)).svg(Palette(ground: .light, depth: .none))).texts == ["tare"])
    #expect(Canvas(Size(0, 0)).plainText.isEmpty)
  }
}
