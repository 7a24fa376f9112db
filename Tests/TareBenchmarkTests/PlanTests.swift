import Testing

@testable import TareBenchmark

/// What people write, and what it means.
@Suite struct PlanTests {
  @Test(arguments: [
    ("a b  c", ["a", "b", "c"]), ("  a\tb\n", ["a", "b"]), ("'a b' c", ["a b", "c"]), ("a'b'\"c\"d", ["abcd"]),
    ("a ''", ["a", ""]), ("\"\" x", ["", "x"]), (#"a\ b"#, ["a b"]), (#"'a\b'"#, [#"a\b"#]),
    (#""a\b\"\\\$\`""#, [#"a\b"\$`"#]),
    ("a\\\nb", ["ab"]), ("\"a\\\nb\"", ["ab"]), ("'a\nb'", ["a\nb"]), (#"\'a\'"#, ["'a'"]),
    ("a|b > c $HOME", ["a|b", ">", "c", "$HOME"]),
    ("'it'\\''s'", ["it's"]), ("ä 'ö ü'", ["ä", "ö ü"]),
  ])
  func `words are split as a shell splits them`(text: String, words: [String]) throws {
    #expect(try ShellWords.split(text) == words)
  }

  @Test(arguments: [
    ("echo 'a", 6), ("echo \"a", 6), ("a 'b' 'c", 7), ("echo a\\", 7), ("", 1), ("   ", 1), ("a\0b", 2),
  ])
  func `a broken quote says where it opens`(text: String, position: Int) {
    let failure = #expect(throws: ShellWords.Failure.self) { try ShellWords.split(text) }
    #expect(failure?.position == position)
    #expect(failure?.description.contains("at character \(position)") == true)
  }

  @Test(arguments: ["exit", "stdout:ready|up", "port:8080", "file:/tmp/x:y", "notify", "health"])
  func `a sign of readiness reads back as it was written`(text: String) throws {
    #expect(try Readiness(text).description == text)
  }

  @Test(arguments: [
    "", "soon", "exit:0", "stdout", "stdout:", "stdout:(", "port", "port:", "port:0", "port:65536", "port:http",
    "file:",
    "file:/tmp/", "notify:x",
  ])
  func `what is no sign of readiness is refused`(text: String) {
    #expect(throws: Readiness.Failure.self) { try Readiness(text) }
  }

  @Test(
    arguments: [
      ("median<500ms", nil, BootAssertion.Measure.median, BootAssertion.Comparison.below, 0.5),
      ("web:stop.median<=2s", "web", .stopMedian, .atMost, 2), ("a:b: p99 >= 80us", "a:b", .p99, .atLeast, 80e-6),
      ("mean>1.5 ms", nil, .mean, .above, 0.0015), ("a<b:max<1µs", "a<b", .max, .below, 1e-6),
    ] as [(String, String?, BootAssertion.Measure, BootAssertion.Comparison, Double)])
  func `a bound is read`(
    text: String, name: String?, measure: BootAssertion.Measure, comparison: BootAssertion.Comparison, limit: Double
  ) throws {
    let assertion = try BootAssertion(text)
    #expect(assertion.name == name)
    #expect(assertion.measure == measure)
    #expect(assertion.comparison == comparison)
    #expect(abs(assertion.limit - limit) < 1e-15)
  }

  @Test(arguments: [
    "", "median", "median<", "median<500", "median<ms", "median<-1ms", "median<inf s", "medain<1s", "<1s", "median=1s",
  ])
  func `what is no bound is refused`(text: String) {
    #expect(throws: BootAssertion.Failure.self) { try BootAssertion(text) }
  }

  @Test func `a word that is nearly right is told`() {
    let failure = #expect(throws: BootAssertion.Failure.self) { try BootAssertion("medain<1s") }
    #expect(failure?.description.contains("did you mean median?") == true)
  }

  @Test func `a bound holds or fails by so much, and what is not known holds nothing`() throws {
    let report = Reports.command("a", [0.1, 0.2, 0.3])
    #expect(try BootAssertion("median<=200ms").check(report) == .holds(0.2))
    guard case .fails(0.2, let by) = try BootAssertion("median<150ms").check(report) else {
      Issue.record("it holds")
      return
    }
    #expect(abs(by - 0.05) < 1e-12)
    guard case .unknown(let reason) = try BootAssertion("p90<1s").check(report) else {
      Issue.record("three runs have a percentile")
      return
    }
    #expect(reason.contains("10"))
    guard case .unknown = try BootAssertion("stop.median<1s").check(report) else {
      Issue.record("nothing was stopped")
      return
    }
  }

  @Test func `bounds of one command concern no other`() throws {
    let report = BootReport(
      commands: [Reports.command("a", [0.1]), Reports.command("b", [0.3])], runs: 1, warmups: 0, concurrency: 1,
      wasInterrupted: false)
    let checks = BootCheck.all([try BootAssertion("a:median<200ms"), try BootAssertion("max<200ms")], report)
    #expect(checks.map(\.command) == ["a", "a", "b"])
    #expect(checks.map(\.holds) == [true, true, false])
    #expect(checks[2].text(OutputStyle()) == "b: max < 200.0 ms fails: 300.0 ms, 100.0 ms (50.0 %) above")
    #expect(checks[0].text(OutputStyle()) == "a: median < 200.0 ms holds: 100.0 ms")
  }
}
