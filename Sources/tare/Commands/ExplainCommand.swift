import ArgumentParser
import KernelStats
import TareExport
import TareModel
import TareSampling

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say where a figure comes from: formula, files, raw values, and what other tools show for it.",
    discussion: """
      FIGURE is a name of the JSON, cpu.usage_percent, or of a column, cpu, memory, tare, boot; without one all are listed. With NAME, \
      a container or VM, also what was read of it, and what was made of it: two samples, an interval apart.

      Examples:
        tare explain                                          all figures
        tare explain cpu                                      why docker stats shows another number
        tare explain tare web                                 what the box of web weighs, share by share
        tare explain cpu.wait_percent db --format json        raw values, exact
        tare explain memory web --root capture                of a host that tare capture copied

      Exit codes: 0 done, 1 failure, 2 usage, no such figure, and no or more than one workload of this name, 3 nothing could \
      be read, 130 interrupted.
      """)

  @Argument(help: ArgumentHelp("Name of a figure or column, or boot.", valueName: "figure"))
  var figure: String?

  @Argument(help: ArgumentHelp("Name or id of a workload, or the beginning of an id.", valueName: "name"))
  var name: String?

  @Option(help: ArgumentHelp("text or json; json needs a name.", valueName: "format"))
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
    if format == "json", name == nil { throw ValidationError("--format json: expected a figure and a name with it") }
    if interval.nanoseconds > 0, interval.nanoseconds < 10_000_000 {
      throw ValidationError("--interval: expected 0 or at least 10ms: the kernel counts CPU time in ticks of that size")
    }
    if let figure { _ = try choice(figure, nil) }
  }

  private func choice(_ name: String, _ kind: Workload.Kind?) throws -> FigureChoice {
    do throws(UnknownFigure) {
      return try FigureChoice(named: name, kind: kind)
    } catch {
      throw ValidationError("\(error)".harmless)
    }
  }

  func run() throws {
    let text = ExplainText(width: Output.columns ?? 100)
    guard let figure else { return try print(text.list()) }
    guard let name else { return try print(text.text(choice(figure, nil))) }
    let interrupts = Interrupts()
    let isOnce = interval.nanoseconds == 0
    var session = try Session(root: root, waits: true, guests: guests.asked(samples: isOnce ? 1 : 2))
    let sampler = session.sampler
    var failure: [String]?
    var said = ""
    // Rates of a replay are those of its last two samples.
    let count: UInt = session.root.isLive ? 1 : .max
    try session.run(interval: interval.nanoseconds, count: count, interrupts: interrupts) { frame in
      switch WorkloadName(name).row(in: frame.current.workloads) {
      case .found(let row):
        let workload = frame.current.workloads[row]
        let inspection = sampler.inspect(workload.id)
        guard let choice = try? choice(figure, workload.kind) else { return "" }
        failure = nil
        if format == "text" {
          said = text.text(choice, frame, row: row, inspection)
        } else if let figure = choice.figure {
          let explanation = Explanation(figure, frame, row: row, inspection: inspection)
          said = ExplainJSON().text(explanation, at: frame.current.realtime)
        } else {
          said = ExplainJSON().text(bootOf: workload, at: frame.current.realtime)
        }
      case .failed(let lines): failure = lines
      }
      return ""
    }
    if let failure {
      for line in failure { Output.note(line) }
      throw Exit.usage
    }
    try session.print(said)
  }

  private func print(_ text: String) throws {
    do {
      _ = try Output.write(text)
    } catch {
      Output.note("\(error)")
      throw Exit.failure
    }
  }
}
