import ArgumentParser
import KernelStats
import TareExport
import TareModel
import TareSampling

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
        tare snapshot --root capture                        a host that tare capture copied

      Exit codes: 0 done, 1 failure, 2 usage, 3 nothing could be read, 130 interrupted before the first block.
      """)

  @Option(help: ArgumentHelp("table or json.", valueName: "format"))
  var format = "table"

  @Option(help: ArgumentHelp("Time between two samples: 1s, 200ms, 2m; 0 takes one sample.", valueName: "time"))
  var interval = Interval(argument: "1s")!

  @Option(help: ArgumentHelp("How many blocks; 0 goes on until stopped.", valueName: "n"))
  var count: UInt = 1

  @Option(
    help: ArgumentHelp(
      "memory, cpu, name, kind, runtime, started, tasks, or any figure of the JSON such as cpu.wait_percent.",
      valueName: "field"))
  var sort = "memory"

  @Option(help: ArgumentHelp("A captured host instead of this machine.", valueName: "dir"))
  var root: String?

  mutating func validate() throws {
    guard allExporters.contains(where: { $0.name == format }) else {
      throw ValidationError("--format \(format): expected \(allExporters.map(\.name).joined(separator: " or "))")
    }
    guard RowOrder(named: sort) != nil else {
      throw ValidationError("--sort \(sort): expected one of \(RowOrder.names.joined(separator: ", "))")
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
    var session = try Session(root: root, waits: interval.nanoseconds == 0)
    let exporter = allExporters.first { $0.name == format }!
    let order = RowOrder(named: sort)!
    try session.run(interval: interval.nanoseconds, count: count, interrupts: interrupts) { frame in
      exporter.text(frame, order: order.rows(frame))
    }
  }
}
