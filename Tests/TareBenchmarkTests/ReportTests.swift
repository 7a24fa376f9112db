import TareModel
import TestSupport
import Testing

@testable import TareBenchmark

/// What is written of times that are given.
@Suite struct ReportTests {
  @Test func `text for people`() {
    let expected = """
      1  fast  run fast
        ready     at its end
        median       10.1 ms   p90    10.4 ms   p99    10.4 ms  the largest of 12
        mean         10.2 ms ± 148.5 µs σ   [user 5.09 ms, system 2.54 ms]
        range        10.0 ms … 10.4 ms   12 runs
        spread      225.0 µs   the middle half from 10.1 ms to 10.3 ms
        cold         20.0 ms   the first run of all, not counted

      2  slow, \u{FFFD}[2J  run slow, \u{FFFD}[2J
        ready     at its end
        median       20.4 ms   p90    20.8 ms   p99   900.0 ms  the largest of 12
        mean         93.7 ms ± 253.9 ms σ   [user 46.8 ms, system 23.4 ms]
        range        20.0 ms … 900.0 ms   12 runs
        spread      500.0 µs   the middle half from 20.2 ms to 20.7 ms
        stop         2.00 ms   range 2.00 ms … 2.00 ms
        cold        500.0 ms   the first run of all, not counted
        outliers  run 7 (900.0 ms)
        failed    1 of 14 runs, not counted
                  run 13: ended with exit code 3
                  | no such\u{FFFD}[31m thing

      Ratio of medians, with its 95 % interval
        slow, \u{FFFD}[2J    2.01 × fast  (1.97 … 2.05)
        fast starts 2.01 times faster than slow, \u{FFFD}[2J

      """
    let text = TextReport.text(Reports.two, OutputStyle(width: 100))
    #expect(
      text.split(separator: "\n").map { String($0).trimmedEnd } == expected.split(separator: "\n").map { String($0) })
  }

  @Test func `without Unicode and colour it is plain ASCII`() {
    let text = TextReport.text(Reports.two, OutputStyle(isUnicode: false, hasHistograms: true))
    #expect(text.unicodeScalars.allSatisfy { $0.isASCII && ($0.value >= 32 || $0 == "\n") })
    #expect(text.contains("20.0 ms [@"))
  }

  @Test func `a reader with colours gets the same words`() {
    var style = OutputStyle(hasColor: true)
    let colored = TextReport.text(Reports.two, style)
    style.hasColor = false
    var plain = ""
    var isCode = false
    for character in colored {
      if character == "\u{1B}" {
        isCode = true
      } else if isCode {
        isCode = character != "m"
      } else {
        plain.append(character)
      }
    }
    #expect(plain == TextReport.text(Reports.two, style))
    #expect(colored != plain)
  }

  @Test func `fewer than ten runs have figures and no verdict`() {
    let report = BootReport(
      commands: [Reports.command("a", [0.1, 0.1, 0.1]), Reports.command("b", [0.3, 0.3, 0.3])], runs: 3, warmups: 0,
      concurrency: 1, wasInterrupted: false)
    let text = TextReport.text(report, OutputStyle())
    #expect(text.contains("3.00 × a"))
    #expect(text.contains("no verdict from 3 runs: it needs 10 of each"))
    #expect(text.contains("p90 and p99 need 10 runs"))
    #expect(!text.contains("times faster"))
  }

  @Test func `a difference that may be chance is no verdict`() {
    let one = (0..<12).map { 0.010 + Double($0 % 5) * 0.001 }
    let report = BootReport(
      commands: [Reports.command("a", one), Reports.command("b", one.map { $0 * 1.001 })], runs: 12, warmups: 0,
      concurrency: 1, wasInterrupted: false)
    let text = TextReport.text(report, OutputStyle())
    #expect(text.contains("no difference can be told"))
    #expect(!text.contains("times faster"))
  }

  @Test func `JSON has hyperfine's fields, and tare's beside them`() throws {
    let json = try JSONValue(
      parsing: JSONReport.text(Reports.two, checks: BootCheck.all([try BootAssertion("median<1s")], Reports.two)))
    let results = json["results"].array
    #expect(results.count == 2)
    for result in results {
      for field in ["mean", "stddev", "median", "user", "system", "min", "max"] {
        #expect(result[field].number != nil, "\(field)")
      }
      #expect(result["times"].array.count == 12)
      #expect(result["exit_codes"].array == Array(repeating: .number(0), count: 12))
      #expect(result["memory_usage_byte"].array.first == .number(1_048_576))
    }
    #expect(results[0]["command"] == .string("fast"))
    #expect(results[0]["tare"]["stop"] == .null)
    let tare = results[1]["tare"]
    #expect(tare["cold"] == .number(0.5))
    #expect(tare["outliers"].array == [.number(7)])
    #expect(tare["failed"] == .number(1))
    #expect(tare["stop"]["median"] == .number(0.002))
    #expect(tare["runs"].array.count == 14)
    #expect(tare["runs"].array[0]["kind"] == .string("cold"))
    #expect(tare["runs"].array[0]["phases"]["spawned"] == .number(0.0005))
    #expect(tare["runs"].array[1]["failure"] == .string("ended with exit code 3"))
    #expect(tare["runs"].array[1]["output"].array.count == 1)
    #expect(json["tare"]["schema"] == .string("tare.boot/1"))
    #expect(json["tare"]["comparisons"].array[0]["fastest"] == .string("fast"))
    #expect(json["tare"]["assertions"].array.map { $0["holds"] } == [.bool(true), .bool(true)])
  }

  @Test func `comma-separated values begin as hyperfine's do`() {
    let lines = CSVReport.text(Reports.two).split(separator: "\n")
    #expect(lines[0].hasPrefix("command,mean,stddev,median,user,system,min,max,"))
    #expect(lines[2].hasPrefix("\"slow, \u{FFFD}[2J\",0.09"))
    #expect(lines[2].hasSuffix(",0.002,0.5,12,1"))
  }

  @Test func `Markdown is a table with one unit`() {
    let lines = MarkdownReport.text(Reports.two).split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines[0].hasPrefix("| Command | Median [ms] | Mean [ms] |"))
    #expect(lines[2].hasPrefix("| `fast` | 10.1 | 10.2 ± 0.1 | 10.4 | 10.4 | 10.0 | 10.4 | – | 20.0 | 12 | 1.00 |"))
    #expect(lines[3].contains("| 2.0 | 500.0 | 12 | 2.01 (1.97 … 2.05) |"))
  }

  @Test func `a command without a run that succeeded says so everywhere`() throws {
    let command = CommandReport(
      name: "x", command: "x", readiness: "exit", readyAt: "its end", runs: [Reports.failed(1, "cannot start x")],
      isGivenUp: true)
    let report = BootReport(commands: [command], runs: 1, warmups: 0, concurrency: 1, wasInterrupted: false)
    let text = TextReport.text(report, OutputStyle())
    #expect(text.contains("no run succeeded"))
    #expect(text.contains("given up"))
    #expect(try JSONValue(parsing: JSONReport.text(report))["results"].array[0]["mean"] == .null)
    #expect(CSVReport.text(report).hasSuffix("\nx,,,,,,,,,,,,,0,1\n"))
    #expect(MarkdownReport.text(report).contains("| `x` | ? | ? |"))
  }
}
