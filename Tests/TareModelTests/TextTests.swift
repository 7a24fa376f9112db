import TareModel
import TestSupport
import Testing

struct TextTests {
  @Test(arguments: [
    (999.0, "999"), (1000, "1k"), (1309, "1k"), (1999, "2k"), (999_499, "999k"), (999_500, "1M"), (0, "0"),
    (2.4e12, "2T"), (.infinity, "?"),
  ])
  func `a short number is rounded, and none is another with digits cut off`(value: Double, text: String) {
    #expect(Scaled.short(value) == text)
  }

  @Test func `a number that is too long is rounded or stands in thousands, and keeps its signs`() {
    #expect("1234567.8".shortenedNumber(to: 7) == "1234568")
    #expect("≥1234567.8 ".shortenedNumber(to: 7) == "≥1235k")
    #expect("123456.78r".shortenedNumber(to: 7) == "123457r")
    #expect("12.5".shortenedNumber(to: 7) == "12.5" && "a-long-name".shortenedNumber(to: 4) == "a-long-name")
  }

  @Test func `a note has all of its number, or a round one, or none`() {
    let sample = makeSample([(makeWorkload("a"), 1, [.memoryOomKills: .value(1309)])])
    let note = Frame(previous: nil, current: sample).note(row: 0)
    #expect(note?.text == "!OOM 1309")
    #expect([9, 8, 7, 5].map { note?.text(in: $0) } == ["!OOM 1309", "!OOM1309", "!OOM1k", "!OOM"])
  }

  @Test(arguments: Array(0x00...0x1f) + Array(0x7f...0x9f))
  func `a control character becomes a replacement character`(code: UInt32) throws {
    let scalar = try #require(Unicode.Scalar(code))
    #expect("a\(Character(scalar))b".harmless.unicodeScalars.elementsEqual("a\u{fffd}b".unicodeScalars))
  }

  @Test(arguments: [
    0x061c, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069,
    0xfeff, 0xfff9, 0xfffa, 0xfffb, 0xe0001, 0xe0041, 0xe007f, 0xad, 0x034f, 0x115f, 0x1160, 0x180e, 0x200b, 0x2060,
    0x2064,
    0x206f, 0x3164, 0xffa0, 0xe0100,
  ])
  func `a mark of direction or an invisible one becomes a replacement character`(code: UInt32) throws {
    let scalar = try #require(Unicode.Scalar(code))
    #expect("\(Character(scalar))".harmless == "\u{fffd}")
  }

  @Test(arguments: [0x200c, 0x200d])
  func `a joiner stays where it may join`(code: UInt32) throws {
    let joiner = Character(try #require(Unicode.Scalar(code)))
    #expect("we\(joiner)b".harmless == "we\u{fffd}b")
    #expect("\(joiner)web".harmless == "\u{fffd}web")
    for text in ["می\(joiner)خواهم", "👨\(joiner)👩"] { #expect(text.harmless == text && text.isHarmless) }
  }

  @Test(arguments: hostileNames)
  func `no hostile name keeps a character that a terminal obeys`(name: String) {
    #expect(!name.harmless.unicodeScalars.contains { $0.isHarmful })
    #expect(name.harmless.harmless == name.harmless)
  }

  @Test(arguments: ["web", "한글", "café", "👨‍👩‍👧", "a b", "名前", "\u{fffd}"])
  func `a harmless name stays as it is`(name: String) {
    #expect(name.harmless == name)
  }

  @Test(arguments: [
    ("", 0), ("abc", 3), ("한글", 4), ("ㄱ", 2), ("e\u{301}", 1), ("a\u{301}\u{302}\u{303}", 1), ("全角", 4), ("ﾊﾝｶｸ", 4),
    ("👍", 2), ("👨‍👩‍👧‍👦", 2), ("🇰🇷", 2), ("\u{1112}\u{1161}\u{11ab}", 2), ("\u{200b}", 0), ("—…", 2), ("Ａ", 2), ("日本", 4),
    ("👍🏽", 2), ("〈", 2), ("\u{2329}", 2), ("\u{17000}", 2), ("\u{1b000}", 2), ("éß", 2), ("\u{fffd}", 1),
    ("ไทย", 3), ("क", 1), ("█▓░", 3),
  ])
  func `a text is as wide as a terminal draws it`(text: String, width: Int) {
    #expect(text.displayWidth == width)
  }

  @Test(arguments: hostileNames, [0, 1, 2, 3, 5, 18, 19, 80])
  func `a fitted text takes just its cells`(name: String, width: Int) {
    #expect(name.harmless.fitted(to: width).displayWidth == width)
    #expect(name.harmless.fitted(to: width, atEnd: true).displayWidth == width)
  }

  @Test(arguments: [
    ("abc", 5, "abc  "), ("abcdef", 4, "abc…"), ("한글이름", 5, "한글…"), ("한글이름", 4, "한… "), ("한글", 1, "…"), ("a한", 2, "a…"),
    ("abc", 3, "abc"), ("", 2, "  "), ("한글", 4, "한글"),
  ])
  func `a wide character at the edge leaves a blank`(text: String, width: Int, expected: String) {
    #expect(text.fitted(to: width) == expected)
  }

  @Test func `a number is fitted at its end`() {
    #expect("12.3".fitted(to: 6, atEnd: true) == "  12.3")
  }

  @Test func `a character is one cell wide however many marks sit on it`() {
    let name = "a" + String(repeating: "\u{301}", count: 100_000) + "b"
    #expect(name.displayWidth == 2)
  }
}
