import ArgumentParser
import KernelStats
import TareExport
import TareModel
import TareSampling
import TareScreen

struct SnapshotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "snapshot",
    abstract: "Print what every container and VM uses, once or again and again.",
    discussion: """
      Two samples, an interval apart, give the rates. 100 % CPU is one core.

      Examples:
        tare snapshot                                       a table
        tare snapshot --format json | jq '.workloads[].name'
        tare snapshot --count 0 --interval 5s               every five seconds, until Ctrl-C
        tare snapshot --interval 0                          at once, without rates
        tare snapshot --sort cpu
        tare snapshot --sort boot                           the slowest start first
        tare snapshot --filter 'kind=vm,cpu>50'             only those
        tare snapshot --qmp                                 what guests and their VMMs say of themselves
        tare snapshot --users --filter kind=user            what users run in no box
        tare snapshot --root capture                        a host that tare capture copied
        tare snapshot --format svg > tare.svg               the live screen as a picture
        tare snapshot --format svg --size 80x24 --count 30 > tare.svg    after 30 samples
        tare snapshot --wide                                all columns of use, however long the lines
        tare snapshot --columns cpu,memory,memory.kernel_bytes,label.app
        tare snapshot --format csv --count 0 > host.csv     a line for each workload and second; the headings once

      Exit codes: 0 done, 1 failure, 2 usage, 3 nothing could be read, 4 incomplete: a source did \
      not answer within 20 s, 130 interrupted before the first block.
      """)

  @Option(
    help: ArgumentHelp("table, json, csv, svg or text: the last two draw the live screen once.", valueName: "format"))
  var format = "table"

  @Option(help: ArgumentHelp("Time between two samples: 1s, 200ms, 2m; 0 takes one sample.", valueName: "time"))
  var interval = Interval(argument: "1s")!

  @Option(
    help: ArgumentHelp(
      "How many blocks; 0 goes on until stopped. With svg and text, how many samples before the one picture.",
      valueName: "n"))
  var count: UInt = 1

  @Option(
    help: ArgumentHelp(
      "memory, cpu, boot, ready, name, kind, runtime, started, tasks, or any figure of the JSON such as cpu.wait_percent.",
      valueName: "field"))
  var sort = "memory"

  @Option(
    help: ArgumentHelp(
      "Columns of table, csv, svg and text, joined by commas: what --sort takes, and label.NAME. JSON is always whole.",
      valueName: "names"))
  var columns: String?

  @Flag(help: "The table with all columns of use to people, not cut to the terminal.")
  var wide = false

  @Flag(help: "Unix users too, with what they run in no container and no VM.")
  var users = false

  @Option(help: ArgumentHelp("A captured host instead of this machine.", valueName: "dir"))
  var root: String?

  @OptionGroup var wanted: FilterOption
  @OptionGroup var starts: StartOptions
  @OptionGroup var guests: GuestOption
  @OptionGroup var still: StillOptions

  mutating func validate() throws {
    try wanted.check()
    try starts.check()
    try guests.check(root: root)
    let formats = allExporters.map(\.name) + StillScreen.Format.allCases.map(\.rawValue)
    guard formats.contains(format) else {
      throw ValidationError("--format \(format): expected one of \(formats.joined(separator: ", "))")
    }
    try still.check(for: format)
    try checkColumns()
    if count == 0, StillScreen.Format(rawValue: format) != nil {
      throw ValidationError("--format \(format) draws one picture: expected --count 1 or more")
    }
    guard RowOrder(named: sort) != nil else {
      throw ValidationError("--sort: \(UnknownColumn(name: sort))".harmless)
    }
    if interval.nanoseconds > 0, interval.nanoseconds < 10_000_000 {
      throw ValidationError("--interval: expected 0 or at least 10ms: the kernel counts CPU time in ticks of that size")
    }
    if interval.nanoseconds == 0, count != 1 {
      throw ValidationError("--interval 0 takes one sample: leave --count away or give an interval")
    }
  }

  func run() throws {
    let interrupts = Interrupts()
    let isOnce = interval.nanoseconds == 0
    let session = try Session(
      root: root, waits: true, watches: count != 1, readyMarker: starts.pattern(),
      guests: guests.asked(samples: isOnce ? 1 : count == 1 ? 2 : 0))
    if let format = StillScreen.Format(rawValue: format) { return try draw(format, session, interrupts) }
    let choice = try ExportChoice(columns: chosenColumns(), isWide: wide, room: Output.columns)
    guard let exporter = allExporters.first(where: { $0.name == format })?.with(choice) else { return }
    let order = RowOrder(named: sort)!
    let filter = try wanted.parsed()
    var head = exporter.head
    let unanswered = try session.run(
      interval: interval.nanoseconds, count: count, users: users, interrupts: interrupts
    ) { frame in
      defer { head = "" }
      return head + exporter.text(frame, order: order.rows(frame).filter { filter?.matches(frame, $0) ?? true })
    }
    try Session.checkWhole(unanswered)
  }

  /// Nil where none were given.
  private func chosenColumns() throws -> [RowKey]? {
    guard let columns else { return nil }
    do throws(UnknownColumn) {
      return try RowKey.list(columns)
    } catch {
      throw ValidationError("--columns: \(error)".harmless)
    }
  }

  private func checkColumns() throws {
    if wide, format != "table" { throw ValidationError("--wide is for --format table, not for \(format)") }
    if wide, columns != nil {
      throw ValidationError("--wide and --columns both choose columns: leave one of them away")
    }
    guard try chosenColumns() != nil else { return }
    if let exporter = allExporters.first(where: { $0.name == format }), !exporter.hasColumns {
      throw ValidationError("--columns is for table, csv, svg and text: \(format) is always whole")
    }
  }

  private func draw(_ format: StillScreen.Format, _ session: Session, _ interrupts: Interrupts) throws {
    let traits = session.source.traits
    let screen = StillScreen(
      format, try still.settings(sort: sort, columns: chosenColumns(), users: users), size: still.cells,
      traits, filter: try wanted.parsed())
    // All that is stored: the graphs show it.
    let samples = traits.isStored ? 0 : count
    let unanswered = try session.run(
      interval: interval.nanoseconds, count: samples, users: users, interrupts: interrupts
    ) { frame in
      screen.take(frame)
      return ""
    }
    try session.print(screen.text())
    try Session.checkWhole(unanswered)
  }
}
