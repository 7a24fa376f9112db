import ArgumentParser
import KernelStats
import TareExport
import TareModel
import TareSampling

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Print all about one container or VM: what it weighs, and what parts it from its host.",
    discussion: """
      NAME is a name, an id, or the beginning of one id: tare snapshot --format json has them. Two samples, an interval apart, \
      give the rates; --interval 0 takes one.

      Examples:
        tare inspect web
        tare inspect docker:9f31                              the beginning of an id
        tare inspect web --format json | jq '.words.warnings'
        tare inspect web --format json | jq -r '.isolation.namespaces | map_values(.sharing)'
        tare inspect db --qmp                                 with what the VM's monitor says of its disks
        tare inspect web --root capture                       of a host that tare capture copied

      Exit codes: 0 done, 1 failure, 2 usage, and no or more than one workload of this name, 3 nothing could be read, \
      130 interrupted.
      """)

  @Argument(help: ArgumentHelp("Name or id, or the beginning of an id.", valueName: "name"))
  var name: String

  @Option(help: ArgumentHelp("text or json.", valueName: "format"))
  var format = "text"

  @Option(help: ArgumentHelp("Time between two samples: 1s, 200ms, 2m; 0 takes one sample.", valueName: "time"))
  var interval = Interval(argument: "1s")!

  @Option(help: ArgumentHelp("A captured host instead of this machine.", valueName: "dir"))
  var root: String?

  @OptionGroup var guests: GuestOption

  mutating func validate() throws {
    try guests.check(root: root)
    guard ["text", "json"].contains(format) else {
      throw ValidationError("--format \(format): expected text or json")
    }
    if interval.nanoseconds > 0, interval.nanoseconds < 10_000_000 {
      throw ValidationError("--interval: expected 0 or at least 10ms: the kernel counts CPU time in ticks of that size")
    }
  }

  func run() throws {
    let interrupts = Interrupts()
    let isOnce = interval.nanoseconds == 0
    // Engines are waited for: a name that has not come yet would not be found.
    var session = try Session(root: root, waits: true, guests: guests.asked(samples: isOnce ? 1 : 2))
    let (sampler, sockets) = (session.sampler, session.sockets)
    var failure: [String]?
    // Rates of a replay are those of its last two samples.
    let count: UInt = session.root.isLive ? 1 : .max
    var text = ""
    try session.run(interval: interval.nanoseconds, count: count, interrupts: interrupts) { frame in
      switch WorkloadName(name).row(in: frame.current.workloads) {
      case .found(let row):
        let workload = frame.current.workloads[row]
        guard var inspection = sampler.inspect(workload.id) else { return "" }
        if let sockets, workload.kind == .container, let id = workload.id.split(separator: ":").last {
          inspection.imageSize = sockets.imageSize(of: String(id))
        }
        text =
          format == "json"
          ? InspectJSON().text(frame, row: row, inspection)
          : InspectText(width: Output.columns ?? 100).text(frame, row: row, inspection)
        failure = nil
      case .failed(let lines): failure = lines
      }
      return ""
    }
    if let failure {
      for line in failure { Output.note(line) }
      throw Exit.usage
    }
    guard !text.isEmpty else {
      Output.note("\(name.harmless) has ended")
      throw Exit.failure
    }
    try session.print(text)
  }
}
