import TareModel
import TestSupport
import Testing

@testable import TareScreen

/// Net and tare on the screen.
@Suite struct WeightScreenTests {
  private func lines(_ state: ScreenState) -> [String] {
    var canvas = Canvas(state.size)
    draw(state, on: &canvas)
    return GoldenScreenTests.text(canvas).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  private func summary(_ rows: [(workload: Workload, serial: UInt64, readings: [Metric: Reading])]) -> Summary {
    Summary(Frame(previous: nil, current: makeSample(rows)))
  }

  private func mebibytes(_ count: UInt64) -> Reading { .value(count << 20) }

  // MARK: The line

  private func line(
    _ rows: [(workload: Workload, serial: UInt64, readings: [Metric: Reading])], _ form: BoxLine.Form = .long,
    units: Settings.Units = .iec
  ) -> [String] {
    BoxLine(summary: summary(rows), units: units).parts(form).map { "\($0.title): \($0.text)" }
  }

  @Test func `what the box weighs is said of each kind that there is, in three lengths`() {
    let rows: [(workload: Workload, serial: UInt64, readings: [Metric: Reading])] = [
      (makeWorkload("a"), 1, [.memoryCurrent: mebibytes(330), .memoryHelpers: mebibytes(36)]),
      (
        makeWorkload("v", kind: .vm), 2,
        [
          .memoryCurrent: mebibytes(700), .memoryVmm: mebibytes(44), .memoryGuestResident: mebibytes(656),
          .memoryGuestTotal: .missing(.noGuestAgent),
        ]
      ),
    ]
    #expect(
      line(rows) == ["containers: 36.0 MiB of 366.0,  9.8 %", "VMs: at least 44.0 MiB of 700.0,  6.3 %"])
    #expect(line(rows, .middle) == ["C: 36.0 MiB of 366.0,  9.8 %", "V: at least 44.0 MiB of 700.0,  6.3 %"])
    #expect(line(rows, .short) == ["C: 36 MiB of 366, 10 %", "V: at least 44 MiB of 700, 6 %"])
    #expect(line([rows[1]]) == ["VMs: at least 44.0 MiB of 700.0,  6.3 %"])
    #expect(line(rows, units: .si)[0] == "containers: 37.7 MB of 383.8,  9.8 %")
    #expect(line([]).isEmpty)
  }

  @Test func `what is not known of a box is said in words and never as 0`() {
    #expect(line([(makeWorkload("a"), 1, [.memoryCurrent: .missing(.noController)])]) == ["containers: not known"])
    let shut: [Metric: Reading] = [
      .memoryCurrent: mebibytes(5), .memoryHelpers: .missing(.noPermission),
      .memoryHelpersResident: .missing(.noPermission),
    ]
    #expect(line([(makeWorkload("a"), 1, shut)]) == ["containers: not known, of 5.0 MiB"])
    let resident: [Metric: Reading] = [
      .memoryCurrent: mebibytes(6), .memoryHelpers: .missing(.noPermission), .memoryHelpersResident: mebibytes(2),
    ]
    #expect(line([(makeWorkload("a"), 1, resident)]) == ["containers: at most 2.0 MiB of 8.0, 25.0 %"])
    #expect(
      line([(makeWorkload("a"), 1, resident), (makeWorkload("b"), 2, shut)]) == [
        "containers: not known, of 13.0 MiB"
      ])
    let bare: [Metric: Reading] = [.memoryCurrent: mebibytes(6), .memoryHelpers: .value(0)]
    #expect(line([(makeWorkload("a"), 1, bare)]) == ["containers: 0.0 MiB of 6.0,  0.0 %"])
  }

  @Test func `large boxes are in a larger unit`() {
    let large: [Metric: Reading] = [.memoryCurrent: mebibytes(65536), .memoryHelpers: mebibytes(1024)]
    #expect(line([(makeWorkload("a"), 1, large)]) == ["containers: 1.00 GiB of 65.0,  1.5 %"])
  }

  @Test(arguments: [Size(60, 16), Size(80, 20), Size(80, 24), Size(100, 30), Size(120, 40), Size(200, 60)])
  func `the line stands between the panels and the list, and the first row of the list is where keys look for it`(
    size: Size
  ) throws {
    let state = Labhost.busy().screen(size)
    let lines = lines(state)
    let box = try #require(lines.firstIndex { $0.contains("THE BOX WEIGHS") })
    let heading = try #require(lines.firstIndex { $0.contains("NAME") })
    #expect(box < heading && box > 4)
    #expect(lines[heading + 2].hasPrefix("▸V db"))
    #expect(WorkloadGrid.firstRow(in: Overview.Layout(size, hasUsers: false).table) == heading + 2)
    #expect(lines.allSatisfy { $0.displayWidth <= size.width })
  }

  // MARK: Bars

  @Test func `the heaviest bar is as wide as its place, and of every other there is something to see`() {
    var random = SplitMix(seed: 11)
    for _ in 0..<500 {
      let width = Int.random(in: 1...60, using: &random)
      let values = (0..<3).map { _ in
        Bool.random(using: &random) ? Double.random(in: 0...1000, using: &random) : 0
      }
      let gross = values.reduce(0, +)
      for top in [gross, gross * Double.random(in: 1...500, using: &random)] {
        var canvas = Canvas(Size(70, 1))
        let parts = zip(values, "█▒░".unicodeScalars).map { Bar.Part(value: $0, fill: $1, style: .vm) }
        Bar(top: top).draw(parts, on: &canvas, x: 2, y: 0, width: width)
        let text = canvas.row(0).map { canvas.text(of: $0) }.joined().trimmedEnd.trimmedStart
        #expect(text.count <= width)
        if gross > 0 { #expect(!text.isEmpty, "\(values) of \(top) in \(width)") }
        if gross > 0, top == gross { #expect(text.count == width, "\(values) in \(width)") }
        let cells = text.filter { $0 == "░" }.count
        #expect(abs(Double(cells) - values[2] / max(top, 1e-9) * Double(width)) <= 1.01)
      }
    }
  }

  // MARK: Columns

  @Test(arguments: 0..<8)
  func `each column adds up to the total below it, as printed`(seed: Int) throws {
    var random = SplitMix(seed: UInt64(seed))
    var host = Labhost.busy()
    for index in host.boxes.indices where host.boxes[index].workload.kind != .vm {
      host.boxes[index].memory = Double.random(in: 0...900, using: &random)
      host.boxes[index].helpers = Double.random(in: 0...90, using: &random)
      host.boxes[index].inactive = seed == 0 ? 0 : Double.random(in: 0...host.boxes[index].memory, using: &random)
    }
    let state = host.screen(Size(120, 40), keys: seed < 6 ? [] : [.function(4)] + "kind=c".map { .character($0) })
    let lines = lines(state)
    let heading = try #require(lines.first { $0.contains("MEMORY MiB") })
    let used = try #require(lines.firstIndex { $0.contains("labhost used") })
    #expect(lines[used].contains("with their caches") == (seed != 0))
    for (title, cells) in [("MEMORY MiB", 10), ("TARE  ", 4)] {
      let column = try #require(heading.firstRange(of: title))
      let end = heading.distance(from: heading.startIndex, to: column.lowerBound) + cells
      let numbers = lines[0...used].dropFirst(15).compactMap { number($0, upTo: end) }
      let total = try #require(numbers.last)
      let sum = numbers.dropLast().reduce(0, +)
      #expect(abs(sum - total) <= 0.05 * Double(numbers.count) + 0.01, "\(title): \(numbers)")
    }
  }

  /// The number that ends in this column.
  private func number(_ line: String, upTo end: Int) -> Double? {
    let text = line.prefix(end)
    guard text.count == end else { return nil }
    return Double(String(text.reversed().prefix { "0123456789.".contains($0) }.reversed()))
  }

  @Test func `a figure of the weight has a mark or the sign of a bound, and is cut nowhere`() {
    func cells(_ readings: [Metric: Reading], kind: Workload.Kind = .container) -> [String] {
      let frame = Frame(previous: nil, current: makeSample([(makeWorkload("a", kind: kind), 1, readings)]))
      return ["gross", "net", "tare"].map { Column.named($0)?.cell(frame, 0, Settings()).text ?? "" }
    }
    var guest: [Metric: Reading] = [
      .memoryCurrent: mebibytes(743), .memoryVmm: mebibytes(43), .memoryGuestResident: mebibytes(700),
      .memoryGuestTotal: .missing(.noGuestAgent),
    ]
    #expect(cells(guest, kind: .vm) == ["743.0 ", "≤ 700.0 ", "≥ 43.0 "])
    (guest[.memoryGuestTotal], guest[.memoryGuestFree]) = (mebibytes(600), mebibytes(100))
    #expect(cells(guest, kind: .vm) == ["743.0 ", "500.0r", "243.0~"])
    #expect(cells([.memoryCurrent: mebibytes(8), .memoryHelpers: mebibytes(2)]) == ["10.0 ", "8.0 ", "2.0 "])
    #expect(cells([.memoryCurrent: .missing(.noController)]) == ["? ", "? ", "? "])
    #expect(
      cells([.memoryCurrent: mebibytes(8), .memoryHelpers: .missing(.ended), .memoryHelpersResident: .missing(.ended)])
        == ["≥ 8.0 ", "8.0 ", "? "])
    #expect("≥ 43.7 ".squeezed(to: 9) == "≥ 43.7 ")
    #expect("≥ 12345.6 ".squeezed(to: 9) == "≥12345.6 ")
    #expect("≥ 123456.7 ".squeezed(to: 9) == "≥123456.7")
  }

  @Test func `memory is what the host pays, only the table has the working set, and rows stand by what is shown`() {
    var host = Labhost.busy()
    // Mostly cache: the first of the containers in the overview, the last in the table.
    host.boxes[3].memory = 400
    host.boxes[3].inactive = 399.5
    func names(_ lines: [String]) -> [String] {
      lines.filter { $0.hasPrefix(" C ") && $0.contains("runc") || $0.contains("docker ") || $0.contains("podman ") }
        .map { $0.dropFirst(3).prefix { $0 != " " }.description }
    }
    let overview = lines(host.screen(Size(120, 40)))
    let table = lines(host.screen(Size(120, 40), keys: [.character("2")]))
    #expect(names(overview) == ["job", "api", "cache", "web", "hog"])
    #expect(names(table) == ["api", "cache", "web", "hog", "job"])
    #expect(overview.contains { $0.contains(" job ") && $0.contains(" 400.0 ") })
    #expect(table.contains { $0.contains(" job ") && $0.contains(" 0.5 ") })
    let back = lines(host.screen(Size(120, 40), keys: [.character("2"), .character("1")]))
    #expect(names(back) == names(overview))
  }

  @Test func `sorted by tare a machine that nobody looks into stands by what is known of it`() throws {
    let lines = lines(Labhost.busy().screen(Size(120, 40), keys: [.character("W")]))
    let heading = try #require(lines.firstIndex { $0.contains("NAME") })
    #expect(lines[heading].contains("TARE▾"))
    let names = lines[(heading + 2)...].prefix(7).map { $0.dropFirst(3).prefix { $0 != " " }.description }
    #expect(names == ["db", "legacy", "api", "web", "hog", "cache", "job"])
  }

  @Test func `a machine that nobody looks into has a note and a remedy, and of many there is one line`() {
    let lines = lines(Labhost.busy().screen(Size(120, 40)))
    #expect(lines.contains { $0.contains(" legacy ") && $0.contains("▒ shut") })
    #expect(
      lines.contains { $0.contains("▒ legacy  guest not asked: what its 699.2 MiB hold is unknown. Remedy: --qmp") })
    var host = Labhost.busy()
    host.boxes[5].guestUsed = nil
    let both = self.lines(host.screen(Size(120, 40)))
    #expect(both.contains { $0.contains("▒ 2 VMs  not asked: what their 1570.6 MiB hold is unknown.") })
    #expect(self.lines(host.screen(Size(80, 24))).contains { $0.contains("▒shut") })
  }

  @Test func `details begin with gross, net and tare, and say a share once`() {
    let lines = lines(Labhost.busy().screen(Size(120, 60), keys: [.down, .enter]))
    for text in ["gross               742.9 MiB", "net               ≤ 699.2 MiB", "tare               ≥ 43.7 MiB"] {
      #expect(lines.contains { $0.contains(text) }, "\(text)")
    }
    #expect(lines.filter { $0.contains("VMM  ") && $0.contains("43.7 MiB") }.count == 1)
  }
}
