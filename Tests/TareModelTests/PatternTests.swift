import TareModel
import Testing

@Suite struct PatternTests {
  @Test(arguments: [
    ("login: *$", "debian login: ", true), ("login: *$", "login: root", false), ("^a|b$", "cab", true),
    ("Run .+ as init process|^x", "[ 0.5] Run /init as init process", true), ("", "anything", true),
    ("[[:digit:]]{3}", "ab12c", false), ("한.+글", "한국글", true),
  ])
  func `it is found as grep -E finds it`(expression: String, text: String, isFound: Bool) throws {
    #expect(try Pattern(expression).matches(text) == isFound)
  }

  @Test(arguments: ["(", "[a", "a{2,1}", "*["])
  func `what is no expression says so, with the words of the library`(expression: String) {
    #expect { try Pattern(expression) } throws: { error in
      "\(error)".hasPrefix("not a regular expression: \(expression): ")
    }
  }
}
