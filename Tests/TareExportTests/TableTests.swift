import TareModel
import TestSupport
import Testing

@testable import TareExport

struct TableTests {
  private func lines(_ frame: Frame, sorted: String = "name") -> [String] {
    let order = RowOrder(named: sorted)!.rows(frame)
    return TableExporter().text(frame, order: order).split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
  }

  @Test func `a busy host fits eighty cells`() throws {
    for line in lines(try makeBusyFrame()) { #expect(line.displayWidth <= 80, "\(line)") }
  }

  @Test func `with room there is a column more, and without it there is not`() throws {
    let frame = try makeBusyFrame()
    func text(_ room: Int) -> String {
      TableExporter(room: room).text(frame, order: RowOrder(named: "name")!.rows(frame))
    }
    #expect(text(89) == text(80) && text(0) == text(80))
    #expect(!text(80).contains("READY"))
    #expect(text(90).contains(" BOOT s   READY s       UP\n"))
    #expect(text(90).split(separator: "\n").allSatisfy { String($0).displayWidth <= 90 })
  }

  @Test(arguments: hostileNames, Workload.Kind.allCases)
  func `no name breaks a line, moves a column or takes more than eighty cells`(name: String, kind: Workload.Kind) {
    let plain = lines(makeFrame(names: ["plain"], kind: kind))
    let lines = lines(makeFrame(names: [name], kind: kind))
    #expect(lines.count == plain.count)
    #expect(lines.allSatisfy { $0.displayWidth <= 80 })
    #expect(lines.allSatisfy { line in !line.unicodeScalars.contains { $0.isHarmful } })
    let (row, other) = (lines[3], plain[3])
    #expect(row.displayWidth == other.displayWidth)
  }

  @Test(arguments: hostileNames + [String(repeating: "=x", count: 2000)], [true, false])
  func `no name breaks a table of columns that somebody chose`(name: String, isWide: Bool) throws {
    let columns = isWide ? nil : try RowKey.list("id,name,image,cgroup,cpu,label.a")
    func lines(_ name: String) -> [String] {
      var sample = makeFrame(names: [name, "other"]).current
      sample.workloads[0].image = name
      sample.workloads[0].cgroup = name
      let text = TableExporter().with(ExportChoice(columns: columns, isWide: isWide)).text(
        Frame(previous: nil, current: sample), order: [0, 1])
      return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
    let (plain, lines) = (lines("plain"), lines(name))
    #expect(lines.count == plain.count)
    #expect(lines.allSatisfy { line in !line.unicodeScalars.contains { $0.isHarmful } })
    #expect(lines.allSatisfy { $0.displayWidth < 700 })
  }

  @Test func `columns stand as they were chosen, and what can be added up has its sum below it`() throws {
    let frame = try makeBusyFrame()
    let exporter = TableExporter().with(ExportChoice(columns: try RowKey.list("memory,pid,name,cpu")))
    let lines = exporter.text(frame, order: RowOrder(named: "name")!.rows(frame)).split(separator: "\n")
    #expect(lines[1].hasPrefix("  NAME "))
    #expect(lines[1].hasSuffix("MEMORY  PID  CPU %"))
    let web = try #require(lines.first { $0.hasPrefix("C web") })
    #expect(web.hasSuffix(" 40.0 MiB  200   25.0"))
    let rest = try #require(lines.first { $0.hasPrefix("  rest of host") })
    #expect(rest.count <= web.count && rest.contains("iB"))
    #expect(!lines.contains { $0.contains("BOOT") })
    let without = TableExporter().with(ExportChoice(columns: try RowKey.list("pid"))).text(frame, order: [0])
    #expect(!without.contains("rest of host"))
  }

  @Test func `a row right below the one that it runs in is indented, and no other`() {
    let outer = makeWorkload("pod", name: "outer")
    var (inner, next) = (makeWorkload("a", name: "inner"), makeWorkload("b", name: "next"))
    (inner.parent, next.parent) = ("pod", "pod")
    let frame = Frame(previous: nil, current: makeSample([(outer, 1, [:]), (inner, 2, [:]), (next, 3, [:])]))
    func names(_ order: [Int]) -> [String] {
      TableExporter().text(frame, order: order).split(separator: "\n").dropFirst(2).prefix(3).map {
        String($0.prefix(10)).trimmedEnd
      }
    }
    #expect(names([0, 1, 2]) == ["C outer", "C └ inner", "C └ next"])
    #expect(names([1, 0, 2]) == ["C inner", "C outer", "C └ next"])
    #expect(names([1, 2, 0]) == ["C inner", "C next", "C outer"])
  }

  @Test(arguments: hostileNames)
  func `no host name breaks the table`(name: String) {
    var sample = makeSample([(makeWorkload("a"), 1, [:])])
    sample.host = makeHost(name: name, cpus: 4096)
    sample.host.kernelRelease = name
    let lines = lines(Frame(previous: nil, current: sample))
    #expect(lines.allSatisfy { $0.displayWidth <= 80 })
    #expect(lines.allSatisfy { line in !line.unicodeScalars.contains { $0.isHarmful } })
  }

  @Test func `the first line is whole where no terminal cuts it, and as wide as one where there is one`() {
    var sample = makeSample([(makeWorkload("a"), 1, [:])])
    sample.host = makeHost(name: "a-host-with-quite-a-long-name.example.org", cpus: 128)
    sample.host.kernelRelease = "6.12.117+deb13-cloud-amd64-with-more"
    sample.host.virtualization = "kvm"
    let frame = Frame(previous: nil, current: sample)
    func first(_ choice: ExportChoice) -> String {
      String(TableExporter().with(choice).text(frame, order: [0]).prefix { $0 != "\n" })
    }
    let whole =
      "tare  a-host-with-quite-a-long-name.example.org  Linux 6.12.117+deb13-cloud-amd64-with-more  128 CPUs  cgroup v2  in kvm"
    #expect(first(ExportChoice()) == whole)
    #expect(first(ExportChoice(isWide: true, room: 80)) == whole)
    #expect(first(ExportChoice(room: 80)).displayWidth <= 80 && first(ExportChoice(room: 100)).hasSuffix("in kvm"))
  }

  @Test func `what is paused is named below the table, and has its state in a column`() {
    var sample = makeSample([(makeWorkload("a", name: "still"), 1, [:]), (makeWorkload("b", name: "busy"), 2, [:])])
    (sample.states[0], sample.states[1]) = (.paused, .running)
    let frame = Frame(previous: nil, current: sample)
    #expect(lines(frame).contains("  paused: still"))
    let keys = ["state", "note"].compactMap(RowKey.named)
    let text = TableExporter().with(ExportChoice(columns: keys)).text(frame, order: [0, 1])
    #expect(text.contains("paused   paused") && text.contains("running"))
    #expect((try? Filter("state=paused"))?.matches(frame, 0) == true)
    #expect((try? Filter("state=paused"))?.matches(frame, 1) == false)
  }

  @Test func `memory that may only be bounded has the sign before it`() {
    let machine = (
      makeWorkload("v", name: "vm", kind: .vm), UInt64(1),
      [Metric.memoryCurrent: Reading.missing(.noPermission), .memoryResident: .value(9 << 20)]
    )
    let frame = Frame(previous: nil, current: makeSample([machine]))
    #expect(lines(frame).contains { $0.contains(" ≤9.0 MiB") })
    #expect(frame.pair(0).memoryWeight[.gross]?.bound == .atMost)
    #expect(frame.bounds(row: 0).map(\.name) == ["tare.memory.gross_bytes"])
  }

  @Test(arguments: [UInt64.max, 1 << 62, 0, 1_000_000_000_000_000])
  func `no number breaks the table`(number: UInt64) {
    let readings = Dictionary(uniqueKeysWithValues: Metric.allCases.map { ($0, Reading.value(number)) })
    let zeros = Dictionary(uniqueKeysWithValues: Metric.allCases.map { ($0, Reading.value(0)) })
    for kind in Workload.Kind.allCases {
      var workload = makeWorkload("a", kind: kind)
      workload.startedAt = number
      let frame = Frame(
        previous: makeSample(at: 10, [(workload, 1, zeros)]), current: makeSample(at: 11, [(workload, 1, readings)]))
      for line in lines(frame) { #expect(line.displayWidth <= 80, "\(line)") }
    }
  }

  @Test func `figures stand in their columns`() throws {
    let lines = lines(try makeBusyFrame())
    let web = try #require(lines.first { $0.contains("web") })
    #expect(web.hasPrefix("C web "))
    #expect(web.contains(" docker "))
    #expect(web.contains(" 25.0 "))
    #expect(web.contains(" 40.0 MiB "))
    let lab = try #require(lines.first { $0.contains("lab") })
    #expect(lab.hasPrefix("V lab "))
    #expect(lab.contains(" qemu/tcg "))
    #expect(lab.contains("≤"))
  }

  @Test func `an empty host says so and shows itself`() {
    let lines = lines(makeFrame(names: []))
    #expect(lines.contains { $0.hasPrefix("No container or VM runs here.") })
    #expect(lines.contains { $0.contains("rest of host") })
  }

  @Test func `where ticks caught less than the workloads used, their sum is the bound`() {
    let made = makeFrame(names: ["web"])
    var (previous, current) = (made.current, made.current)
    current.monotonic = previous.monotonic + 1_000_000_000
    current.hostReadAt = previous.hostReadAt + 1_000_000_000
    current.readAt[0] = previous.readAt[0] + 1_000_000_000
    previous[0, .cpuUsage] = .value(0)
    current[0, .cpuUsage] = .value(120_000_000)
    previous.hostReadings.cpuBusy = .value(0)
    current.hostReadings.cpuBusy = .value(90_000_000)
    let text = lines(Frame(previous: previous, current: current))
    #expect(text.contains { $0.hasPrefix("  rest of host") && $0.contains(" ~0.0") })
    #expect(text.contains { $0.contains(" used ") && $0.contains("≥12.0") })
  }

  @Test func `problems are shown, harmless`() {
    var sample = makeSample()
    sample.problems = [Problem(source: "docker", message: "\u{1b}[31mbad\nnews")]
    let text = TableExporter().text(Frame(previous: nil, current: sample), order: [])
    #expect(text.contains("! docker: \u{fffd}[31mbad\u{fffd}news\n"))
  }

  @Test(
    arguments: [
      (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1_048_524, "1023.9 KiB"), (1_048_575, "1.0 MiB"),
      (50 * 1_048_576, "50.0 MiB"), (1.5 * 1_073_741_824, "1.5 GiB"), (2e15, "1.8 PiB"),
      (18_446_744_073_709_551_616, "16.0 EiB"),
    ] as [(Double, String)])
  func `bytes have one decimal and the largest unit that fits`(bytes: Double, text: String) {
    #expect(Scaled.bytes(bytes) == text)
  }

  @Test(
    arguments: [
      (0, 1, "0.0"), (99.95, 1, "100.0"), (12.34, 2, "12.34"), (-1.5, 1, "-1.5"), (.nan, 1, "?"), (.infinity, 1, "?"),
      (1e18, 1, "?"), (1.005, 2, "1.00"), (0.004, 2, "0.00"), (3, 2, "3.00"),
    ] as [(Double, Int, String)])
  func `a number has its decimals`(number: Double, digits: Int, text: String) {
    #expect(Scaled.decimal(number, digits: digits) == text)
  }

  @Test(
    arguments: [
      (0, "0 s"), (119, "119 s"), (120, "2 min"), (7199, "119 min"), (7200, "2 h"), (172_799, "47 h"), (172_800, "2 d"),
    ] as [(UInt64, String)])
  func `an age is in the unit that people would say`(seconds: UInt64, text: String) {
    #expect(Scaled.age(seconds * 1_000_000_000) == text)
  }
}
