import TareModel
import TestSupport
import Testing

@testable import TareExport

/// Records of RFC 4180, read strictly: every line ends in CR LF, quotes enclose whole fields and are doubled in them.
private struct Records {
  struct Wrong: Error {
    let at: Int
  }

  private(set) var rows: [[String]] = []

  init(_ text: String) throws {
    let scalars = Array(text.unicodeScalars)
    var (at, row) = (0, [String]())
    func isEnd() -> Bool { at + 1 < scalars.count && scalars[at] == "\r" && scalars[at + 1] == "\n" }
    while at < scalars.count {
      var field = String.UnicodeScalarView()
      if scalars[at] == "\"" {
        at += 1
        while at < scalars.count, scalars[at] != "\"" || at + 1 < scalars.count && scalars[at + 1] == "\"" {
          if scalars[at] == "\"" { at += 1 }
          field.append(scalars[at])
          at += 1
        }
        guard at < scalars.count else { throw Wrong(at: at) }
        at += 1
      } else {
        while at < scalars.count, scalars[at] != ",", !isEnd() {
          guard !"\"\r\n".unicodeScalars.contains(scalars[at]) else { throw Wrong(at: at) }
          field.append(scalars[at])
          at += 1
        }
      }
      row.append(String(field))
      if isEnd() {
        rows.append(row)
        (at, row) = (at + 2, [])
      } else {
        guard at < scalars.count, scalars[at] == "," else { throw Wrong(at: at) }
        at += 1
      }
    }
    guard row.isEmpty else { throw Wrong(at: at) }
  }
}

struct CSVTests {
  private func rows(_ frame: Frame, columns: String? = nil) throws -> [[String]] {
    let exporter = CSVExporter().with(ExportChoice(columns: try columns.map { try RowKey.list($0) }))
    return try Records(exporter.head + exporter.text(frame, order: Array(frame.current.workloads.indices))).rows
  }

  private static let formulas = [
    "=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", "=HYPERLINK(\"http://x\";\"y\")",
  ]
  private static let awkward = ["a,b", "a;b", "a\"b", "\"", "\"\"", " a", "a ", "'", ",,,", "a\r\nb,c", ""]

  @Test func `every record has a field for each heading, whatever the names are`() throws {
    let names = hostileNames + Self.formulas + Self.awkward
    let rows = try rows(makeFrame(names: names))
    #expect(rows.count == names.count + 1)
    #expect(rows.allSatisfy { $0.count == rows[0].count })
    #expect(Set(rows[0]).count == rows[0].count)
    let place = try #require(rows[0].firstIndex(of: "name"))
    for (name, row) in zip(names, rows.dropFirst()) {
      #expect(row[place] == name.harmless || row[place] == "'" + name.harmless)
      #expect(!row.joined().unicodeScalars.contains { $0.isHarmful })
    }
  }

  @Test(arguments: formulas + ["=cmd|'/c calc'!A1"])
  func `what a spreadsheet would reckon is a text`(name: String) throws {
    let row = try rows(makeFrame(names: [name]), columns: "name")[1]
    #expect(row[1] == "'" + name.harmless)
  }

  @Test(arguments: formulas)
  func `all foreign texts are defused, and labels' names too`(text: String) throws {
    var workload = makeWorkload(text, name: text)
    workload.image = text
    workload.pod = text
    workload.namespace = text
    workload.parent = text
    workload.cgroup = text
    workload.labels = [text.harmless: text]
    let frame = Frame(previous: nil, current: makeSample([(workload, 1, [:])]))
    let columns = "id,name,image,pod,namespace,parent,cgroup,label.\(text.harmless.split(separator: ",")[0])"
    for field in try rows(frame, columns: columns)[1].dropFirst() where !field.isEmpty { #expect(field.first == "'") }
  }

  @Test func `numbers are numbers: exact, with a point, and never a text`() throws {
    var workload = makeWorkload("docker:1", name: "web")
    workload.mainPid = 42
    workload.startedAt = 1_700_000_000_123_456_789
    let before = makeSample(at: 10, [(workload, 1, [.cpuUsage: .value(0)])])
    let now = makeSample(
      at: 11,
      [
        (
          workload, 1,
          [
            .cpuUsage: .value(125_000_000), .memoryCurrent: .value(UInt64.max / 2), .memoryLimit: .unlimited,
            .memoryInactiveFile: .value(0), .cpuLimit: .value(2_500_000),
          ]
        )
      ])
    let frame = Frame(previous: before, current: now)
    let columns = "cpu,memory.current_bytes,memory.limit_bytes,cpu.limit_cores,pid,started,up,limit"
    let rows = try rows(frame, columns: columns)
    #expect(
      rows == [
        [
          "time", "cpu_usage_percent", "memory_current_bytes", "memory_limit_bytes", "cpu_limit_cores", "main_pid",
          "started_at", "up_seconds", "memory_of_limit_percent", "memory_of_limit_bound",
        ],
        [
          "2023-11-14T22:13:31.000000000Z", "12.5", "9223372036854775807", "", "2.5", "42",
          "2023-11-14T22:13:20.123456789Z", "10.876543", "", "",
        ],
      ])
    #expect(CSVText.number(-1.5) == "-1.5")
    #expect(CSVText.number(.nan) == "" && CSVText.number(.infinity) == "")
  }

  @Test func `the headings come once, and are the JSON's names`() throws {
    let frame = makeFrame(names: ["a", "b"])
    let exporter = CSVExporter()
    #expect(!exporter.text(frame, order: [0, 1]).contains("cpu_usage_percent"))
    #expect(exporter.text(frame, order: []).isEmpty)
    let head = try #require(try Records(exporter.head).rows.first)
    for figure in Figure.catalogue { #expect(head.contains(figure.name.split(separator: ".").joined(separator: "_"))) }
    #expect(head.first == "time")
  }

  @Test func `a bound has the word that says so beside it`() throws {
    var workload = makeWorkload("vm", kind: .vm)
    workload.boot[.executing] = BootTimeline.Mark(
      at: 2_000_000_000, lo: 1_000_000_000, hi: 2_000_000_000, clock: .realtime, label: .inferred, source: "test")
    let frame = Frame(previous: nil, current: makeSample([(workload, 1, [:])]))
    let rows = try rows(frame, columns: "boot,boot.bound,ready")
    let names = ["time", "boot_seconds", "boot_bound", "boot_label", "ready_seconds", "ready_bound", "ready_label"]
    #expect(rows[0] == names)
  }
}
