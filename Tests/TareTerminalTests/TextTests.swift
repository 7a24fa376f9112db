import Testing

@testable import TareTerminal

@Suite struct TextTests {
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy"),
    ("한", "7ZWc"),
  ])
  func `the clipboard gets what RFC 4648 says`(text: String, expected: String) {
    #expect(base64(Array(text.utf8)) == expected)
  }

  @Test func `the first variable that is set says whether characters are UTF-8`() {
    #expect(asksForUnicode([nil, nil, "ko_KR.UTF-8"]))
    #expect(asksForUnicode(["", nil, "en_US.utf8"]))
    #expect(!asksForUnicode(["C", nil, "en_US.UTF-8"]))
    #expect(!asksForUnicode([nil, nil, nil]))
  }
}
