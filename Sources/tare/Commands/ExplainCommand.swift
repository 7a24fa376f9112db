import ArgumentParser
import TareExport
import TareModel

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
      be read, 4 not found where a source did not answer within 20 s, 130 interrupted.
      """)

  @Argument(help: ArgumentHelp("Name of a figure or column, or boot.", valueName: "figure"))
  var figure: String?

  @Argument(help: ArgumentHelp("Name or id of a workload, or the beginning of an id.", valueName: "name"))
  var name: String?

  @OptionGroup var options: WorkloadOptions

  mutating func validate() throws {
    try options.check()
    if options.format == "json", name == nil {
      throw ValidationError("--format json: expected a figure and a name with it")
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
    guard let name else { return try print(text.text(choice(figure, nil), on: options.host)) }
    try options.show(name) { frame, row, inspection, _ in
      let workload = frame.current.workloads[row]
      let choice = try choice(figure, workload.kind)
      if options.format == "text" { return text.text(choice, frame, row: row, inspection) }
      guard let figure = choice.figure else { return ExplainJSON().text(bootOf: workload, at: frame.current.realtime) }
      return ExplainJSON().text(
        Explanation(figure, frame, row: row, inspection: inspection), at: frame.current.realtime)
    }
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
