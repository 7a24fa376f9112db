import TareModel
import TestSupport
import Testing

struct TimestampTests {
  @Test(
    arguments: [
      ("1970-01-01T00:00:00.000000000Z", 0),
      ("2000-02-29T23:59:59.999999999Z", 951_868_799_999_999_999),
      ("2024-02-29T00:00:00.000000001Z", 1_709_164_800_000_000_001),
      ("2100-03-01T00:00:00.000000000Z", 4_107_542_400_000_000_000),
      ("2026-11-23T18:51:16.974024338Z", 1_795_459_876_974_024_338),
      ("2554-07-21T23:34:32.999999999Z", 18_446_744_072_999_999_999),
    ] as [(String, UInt64)])
  func `an instant is written and read the same`(text: String, nanoseconds: UInt64) {
    #expect(Timestamp.text(nanoseconds) == text)
    #expect(Timestamp.parse(text) == nanoseconds)
  }

  @Test func `what was written is read back`() {
    var random = SplitMix(seed: 1)
    for _ in 0..<2000 {
      let instant = UInt64.random(in: 0...18_446_744_072_999_999_999, using: &random)
      #expect(Timestamp.parse(Timestamp.text(instant)) == instant)
    }
  }

  @Test(arguments: [
    "2023-11-14T22:13:20Z", "2023-11-14t22:13:20z", "2023-11-14 22:13:20Z", "2023-11-14T23:13:20+01:00",
    "2023-11-15T07:13:20+09:00", "2023-11-14T16:43:20-05:30", "2023-11-14T22:13:20.0+00:00",
    "2023-11-14T22:13:20.000000000000000Z",
  ])
  func `offsets and fractions are understood`(text: String) {
    #expect(Timestamp.parse(text) == 1_700_000_000_000_000_000)
  }

  @Test func `a tenth is a hundred million nanoseconds`() {
    #expect(Timestamp.parse("1970-01-01T00:00:00.1Z") == 100_000_000)
    #expect(Timestamp.parse("1970-01-01T00:00:00.1234567899Z") == 123_456_789)
  }

  @Test(arguments: [
    "0001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "1970-01-01T00:00:00+00:01", "0000-00-00T00:00:00Z",
    "2555-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
  ])
  func `an instant before 1970 or beyond the counter is none`(text: String) {
    #expect(Timestamp.parse(text) == nil)
  }

  @Test(arguments: [
    "", "Z", "2023", "2023-11-14", "2023-11-14T22:13:20", "2023-13-14T22:13:20Z", "2023-00-14T22:13:20Z",
    "2023-11-00T22:13:20Z", "2023-11-31T22:13:20Z", "2023-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
    "2023-11-14T24:00:00Z", "2023-11-14T22:60:00Z", "2023-11-14T22:13:61Z", "2023-11-14T22:13:20.Z",
    "2023-11-14T22:13:20+1:00", "2023-11-14T22:13:20+24:00", "2023-11-14T22:13:20+00:60", "2023-11-14T22:13:20Zjunk",
    "2023-11-14T22:13:20ZZ", "-023-11-14T22:13:20Z", "٢٠٢٣-11-14T22:13:20Z", " 2023-11-14T22:13:20Z",
    "2023/11/14T22:13:20Z", "2023-11-14T22:13:20 Z", "2023-11-14T22:13:20.12.3Z", "\0",
  ])
  func `garbage is no instant`(text: String) {
    #expect(Timestamp.parse(text) == nil)
  }

  @Test func `no beginning of an instant is another instant`() {
    let text = "2023-11-14T22:13:20.123456789+01:00"
    for count in 0..<text.count { #expect(Timestamp.parse(String(text.prefix(count))) == nil) }
  }

  @Test func `random bytes never crash it`() {
    var random = SplitMix(seed: 2)
    let text = Array("2023-11-14T22:13:20.123456789+01:00".utf8)
    for _ in 0..<5000 { _ = Timestamp.parse(String(decoding: random.damaged(text), as: UTF8.self)) }
  }
}
