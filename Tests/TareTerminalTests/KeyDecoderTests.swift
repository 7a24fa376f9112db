import TareScreen
import TareTerminal
import TestSupport
import Testing

@Suite struct KeyDecoderTests {
  private func decode(_ text: String) -> [Input] {
    var decoder = KeyDecoder()
    return decoder.decode(text.utf8, at: 0) + decoder.giveUp()
  }

  static let keys: [(String, Key)] = [
    ("q", .character("q")), ("한", .character("한")), ("ㅂ", .character("ㅂ")), ("é", .character("é")),
    ("👨‍👩‍👧‍👦", .character("👨‍👩‍👧‍👦")), (" ", .character(" ")), ("\u{1}", .control("a")), ("\u{3}", .control("c")),
    ("\u{1a}", .control("z")), ("\u{1c}", .control("\\")), ("\r", .enter), ("\n", .enter), ("\t", .tab),
    ("\u{7f}", .backspace), ("\u{8}", .backspace), ("\u{1b}", .escape), ("\u{1b}[Z", .backTab),
    ("\u{1b}[A", .up), ("\u{1b}OA", .up), ("\u{1b}[B", .down), ("\u{1b}OB", .down), ("\u{1b}[C", .right),
    ("\u{1b}OD", .left), ("\u{1b}[1;2A", .up), ("\u{1b}[1;5D", .left),
    ("\u{1b}[H", .home), ("\u{1b}OH", .home), ("\u{1b}[1~", .home), ("\u{1b}[7~", .home), ("\u{1b}[7$", .home),
    ("\u{1b}[F", .end), ("\u{1b}OF", .end), ("\u{1b}[4~", .end), ("\u{1b}[8~", .end),
    ("\u{1b}[2~", .insert), ("\u{1b}[3~", .delete), ("\u{1b}[5~", .pageUp), ("\u{1b}[6~", .pageDown),
    ("\u{1b}OP", .function(1)), ("\u{1b}[11~", .function(1)), ("\u{1b}[[A", .function(1)), ("\u{1b}OQ", .function(2)),
    ("\u{1b}OR", .function(3)), ("\u{1b}[R", .function(3)), ("\u{1b}[1;2R", .function(3)), ("\u{1b}OS", .function(4)),
    ("\u{1b}[[E", .function(5)), ("\u{1b}[15~", .function(5)), ("\u{1b}[17~", .function(6)),
    ("\u{1b}[20~", .function(9)), ("\u{1b}[21~", .function(10)), ("\u{1b}[23~", .function(11)),
    ("\u{1b}[24~", .function(12)), ("\u{1b}OM", .enter), ("\u{1b}Ok", .character("+")), ("\u{1b}Oq", .character("1")),
  ]

  @Test(arguments: keys)
  func `a key is known by what terminals send for it`(text: String, key: Key) {
    #expect(decode(text) == [.key(key)])
  }

  @Test(arguments: [
    "\u{1b}x", "\u{1b}한", "\u{1b}\r", "\u{1b}[1;3A", "\u{1b}[99~", "\u{1b}[I", "\u{1b}[O", "\u{1b}[200~quit\u{1b}[201~",
    "\u{1b}[?1;2$y", "\u{1b}[>0;276;0c", "\0", "\u{1b}]11;?\u{7}", "\u{85}", "\u{1b}[M\u{23}!!", "\u{1b}[<0;1;1m",
    "\u{1b}[<35;4;4M", "\u{1b}]", "\u{1b}[", "\u{1b}O",
  ])
  func `Alt, what was pasted and what nobody asked for do nothing`(text: String) {
    #expect(decode(text).isEmpty)
    #expect(decode("a\(text)").first == .key(.character("a")))
  }

  @Test func `a damaged sequence does not take the key after it away`() {
    #expect(decode("\u{1b}[1\u{1b}[Aj") == [.key(.up), .key(.character("j"))])
    #expect(decode("\u{1b}[12\rj") == [.key(.enter), .key(.character("j"))])
    #expect(decode("\u{1b}]q") == [.key(.character("q"))])
    #expect(decode("\u{1b}[200~q").isEmpty)
  }

  @Test func `a syllable in its parts is one character, also when the parts come one by one`() {
    var decoder = KeyDecoder()
    let parts = ["\u{1112}", "\u{1161}", "\u{11ab}"]
    #expect(parts.flatMap { decoder.decode($0.utf8, at: 0) } == [.key(.character("\u{d55c}"))])
    guard case .key(.character(let character)) = decode("\u{1112}\u{1161}").first else { return #expect(Bool(false)) }
    #expect(Array(character.unicodeScalars) == ["\u{d558}"])
    // Keys in Korean mode send single letters of another kind, which wait for nothing.
    #expect(decoder.decode("ㅂ".utf8, at: 0) == [.key(.character("ㅂ"))])
    #expect(decoder.timeout == nil)
  }

  static let everything = """
    q한\u{1b}[A\u{1b}OP\u{1b}[15~\u{1b}[<0;3;4M\u{1b}[200~x\u{1b}[A\u{1b}[201~y\u{1b}[2;4R\u{1b}]11;rgb:0000/8080/ffff\u{1b}\\\
    \u{1b}[?62;4cé\u{1b}[[E\r\u{1b}xz
    """

  @Test func `however the bytes are split, the same comes out`() {
    let bytes = Array(Self.everything.utf8)
    let whole = decode(Self.everything)
    #expect(whole.count == 14)
    for cut in 1..<bytes.count {
      var decoder = KeyDecoder()
      let found = decoder.decode(bytes[..<cut], at: 0) + decoder.decode(bytes[cut...], at: 0) + decoder.giveUp()
      #expect(found == whole, "cut at \(cut)")
    }
    var decoder = KeyDecoder()
    #expect(bytes.flatMap { decoder.decode([$0], at: 0) } == whole)
  }

  @Test func `any bytes at all leave nothing behind`() {
    var generator = SplitMix(seed: 7)
    for _ in 0..<20_000 {
      var decoder = KeyDecoder()
      _ = decoder.decode(generator.damaged(Array(Self.everything.utf8)), at: 0)
      _ = decoder.giveUp()
      #expect(decoder.timeout == nil)
      #expect(decoder.decode("j".utf8, at: 0) == [.key(.character("j"))])
    }
  }

  @Test func `Esc waits a moment for what may follow, and nothing else makes a key wait`() {
    var decoder = KeyDecoder()
    #expect(decoder.decode("\u{1b}".utf8, at: 0).isEmpty)
    #expect(decoder.timeout == 25_000_000)
    #expect(decoder.giveUp() == [.key(.escape)])
    #expect(decoder.decode("\u{1b}\u{1b}".utf8, at: 0) == [.key(.escape)])
    #expect(decoder.giveUp() == [.key(.escape)])
    #expect(decoder.decode("q".utf8, at: 0) == [.key(.character("q"))])
    #expect(decoder.timeout == nil)
  }

  @Test func `answers are told from keys`() {
    #expect(decode("\u{1b}[2;5R") == [.answer(.cursor(row: 2, column: 5))])
    #expect(decode("\u{1b}[?1;2c") == [.answer(.attributes)])
    #expect(decode("\u{1b}]11;rgb:ff/00/80\u{7}") == [.answer(.background(red: 1, green: 0, blue: 128.0 / 255))])
    #expect(decode("\u{1b}]11;rgba:ffff/ffff/ffff/8000\u{1b}\\") == [.answer(.background(red: 1, green: 1, blue: 1))])
  }

  @Test func `the mouse is pressed, pressed twice and its wheel turned`() {
    var decoder = KeyDecoder()
    func send(_ text: String, _ milliseconds: UInt64) -> [Input] {
      decoder.decode(text.utf8, at: milliseconds * 1_000_000)
    }
    #expect(send("\u{1b}[<0;3;4M\u{1b}[<0;3;4m", 0) == [.mouse(Mouse(.press, x: 2, y: 3))])
    #expect(send("\u{1b}[<0;3;4M", 200) == [.mouse(Mouse(.doublePress, x: 2, y: 3))])
    #expect(send("\u{1b}[<0;3;4M", 300) == [.mouse(Mouse(.press, x: 2, y: 3))])
    #expect(send("\u{1b}[<0;9;4M", 400) == [.mouse(Mouse(.press, x: 8, y: 3))])
    #expect(send("\u{1b}[<0;9;4M", 2000) == [.mouse(Mouse(.press, x: 8, y: 3))])
    #expect(send("\u{1b}[<64;200;100M\u{1b}[<65;1;1M\u{1b}[<68;1;1M", 0).count == 3)
    #expect(send("\u{1b}[<2;3;4M\u{1b}[<0;0;0M", 0).isEmpty)
    #expect(send("\u{1b}[M !\"", 9000) == [.mouse(Mouse(.press, x: 0, y: 1))])
  }
}
