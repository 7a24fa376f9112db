import TareScreen
import TareTerminal
import Testing

@Suite struct AppearanceTests {
  private let xterm = TerminalKind(name: "xterm-256color", colors: 256)

  private func appearance(
    _ change: (inout Settings) -> Void = { _ in }, kind: TerminalKind? = nil, variable: String? = nil,
    isUnicode: Bool = true
  ) -> Appearance {
    var settings = Settings()
    change(&settings)
    return Appearance(settings, kind ?? xterm, colorVariable: variable, isUnicode: isUnicode)
  }

  @Test func `the ground is what was chosen, then what was answered, then what the environment says`() {
    var found = appearance(variable: "0;15")
    #expect(found.palette.ground == .light)
    found.answeredGround = .dark
    #expect(found.palette.ground == .dark)
    #expect(found.wantsGround)
    var chosen = appearance({ $0.theme = .hall }, variable: "0;15")
    chosen.answeredGround = .dark
    #expect(chosen.palette.ground == .hall)
    #expect(!chosen.wantsGround)
  }

  @Test(arguments: [
    ("15;0", Palette.Ground.dark), ("0;15", .light), ("0;default;7", .light), ("7;default;8", .dark), ("", .unknown),
    ("default;default", .unknown), ("0;99", .unknown),
  ])
  func `COLORFGBG names the ground last`(variable: String, ground: Palette.Ground) {
    #expect(appearance(variable: variable).palette.ground == ground)
  }

  @Test(arguments: [
    (nil, 256, Palette.Depth.many), (nil, 88, .sixteen), (nil, 8, .eight), (nil, 0, .none), (0, 256, .none),
    (16, 256, .sixteen), (256, 8, .eight), (nil, 0x100_0000, .many),
  ])
  func `no more colours than the terminal has`(wanted: Int?, has: Int, depth: Palette.Depth) {
    let kind = TerminalKind(name: "xterm", colors: has)
    #expect(appearance({ $0.colors = wanted }, kind: kind).depth == depth)
    #expect(appearance({ ($0.colors, $0.theme) = (wanted, .mono) }, kind: kind).depth == .none)
  }

  @Test func `ASCII where it was chosen, without UTF-8, and where lines would be too wide`() {
    #expect(!appearance().isASCII)
    #expect(appearance({ $0.ascii = true }).isASCII)
    #expect(appearance(isUnicode: false).isASCII)
    #expect(appearance({ $0.ascii = false }, isUnicode: false).isASCII)
    var wide = appearance()
    wide.drawsWide = true
    #expect(wide.isASCII)
    var forced = appearance { $0.ascii = false }
    forced.drawsWide = true
    #expect(!forced.isASCII)
  }

  @Test(arguments: ["linux", "vt100", "vt220", "cons25", "dumb", "ansi"])
  func `terminals that would show a question are asked nothing`(name: String) {
    let found = appearance(kind: TerminalKind(name: name, colors: 8))
    #expect(Questions(found, size: Size(80, 24)).text.isEmpty)
    #expect(!Questions(found, size: Size(80, 24)).isWaiting)
  }

  @Test func `answers change what they are about, once`() {
    var found = appearance()
    var questions = Questions(found, size: Size(80, 24))
    #expect(questions.isWaiting)
    #expect(questions.text.hasSuffix("\u{1b}[c"))
    #expect(questions.take(.background(red: 1, green: 1, blue: 0.9), &found))
    #expect(found.palette.ground == .light)
    #expect(!questions.take(.background(red: 1, green: 1, blue: 0.9), &found))
    #expect(!questions.take(.cursor(row: 2, column: 4), &found))
    #expect(questions.take(.cursor(row: 2, column: 5), &found))
    #expect(found.isASCII)
    #expect(!questions.take(.attributes, &found))
    #expect(!questions.isWaiting)
  }

  @Test func `nothing is asked that was chosen, and no width where there is no room`() {
    #expect(Questions(appearance { ($0.theme, $0.ascii) = (.dark, true) }, size: Size(80, 24)).text.isEmpty)
    #expect(!Questions(appearance(), size: Size(1, 1)).text.contains("[6n"))
  }

  @Test func `every style of every palette has its colours, in no more than 63 pairs`() {
    for ground in Palette.Ground.allCases {
      for depth in Palette.Depth.allCases {
        let palette = Palette(ground: ground, depth: depth)
        let table = ColorPairs(palette)
        #expect(table.pairs.count < 64)
        for ink in Style.Ink.allCases {
          for flags in 0..<UInt8(8) {
            let style = Style(ink, Style.Flags(rawValue: flags))
            let look = palette.look(style)
            let entry = table.entries[style.index]
            let pair = entry.pair == 0 ? nil : table.pairs[entry.pair - 1]
            #expect((pair?.foreground ?? -1) == (look.foreground.map(Int.init) ?? -1))
            #expect((pair?.background ?? -1) == (look.background.map(Int.init) ?? -1))
            #expect(entry.isBold == look.isBold)
            #expect(entry.isReverse == look.isReverse)
            #expect(depth != .none || entry.pair == 0)
          }
        }
      }
    }
  }

  @Test func `a terminal without a description is taken for its nearest kin`() {
    #expect(TerminalKind.substitutes(for: "xterm-ghostty").first == "xterm-256color")
    #expect(TerminalKind.substitutes(for: "wyse60") == ["vt100"])
    #expect(TerminalKind.isDumb(nil))
    #expect(!TerminalKind.isDumb("vt100"))
  }
}
