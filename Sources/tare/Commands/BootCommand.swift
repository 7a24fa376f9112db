import ArgumentParser
import Glibc
import TareBenchmark
import TareLab
import TareModel

struct BootCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "boot",
    abstract: "Start things again and again, and say how long it takes until they are ready and until they are gone.",
    discussion: """
      Each COMMAND is one string, split into words as a shell does, and started without a shell. All are started in turn: \
      first once each for the cold start, then --warmup times, then --runs times. What was ready is ended by SIGTERM to its \
      process group, and by SIGKILL after --grace; the time until nothing is left is its stop time.

      --ready says when it has started: exit (its own end with exit code 0), stdout:REGEX (a line of its output), port:N (on \
      127.0.0.1 or ::1), file:PATH, notify (READY=1 on NOTIFY_SOCKET), health (of the container whose id it prints, as \
      docker run -d does). --ready, --prepare, --cleanup are given once for all COMMANDs, or once for each.

      Examples:
        tare boot 'python3 -c pass' 'perl -e 1'
        tare boot --ready port:8000 'python3 -m http.server 8000'
        tare boot --name runc --name crun --cleanup 'runc delete -f x' --cleanup 'crun delete -f x' \\
          'runc run -d -b /tmp/bundle x' 'crun run -d -b /tmp/bundle x'
        tare boot --preset process,container,vm --runs 10
        tare boot --runs 10 --assert 'median<500ms' --export-json boot.json ./start

      Exit codes: 0 done, 1 no run of a command succeeded or an assertion fails, 2 wrong use, 130 interrupted.
      """)

  @Option(help: ArgumentHelp("Measured runs of each command.", valueName: "n"))
  var runs: Int = 30

  @Option(help: ArgumentHelp("Runs of each before, which do not count.", valueName: "n"))
  var warmup: Int = 3

  @Option(name: .customLong("name"), help: ArgumentHelp("What a command is called; once for each.", valueName: "name"))
  var names: [String] = []

  @Option(help: ArgumentHelp("When it has started. (default: exit)", valueName: "sign"))
  var ready: [String] = []

  @Option(help: ArgumentHelp("What is run before each run.", valueName: "command"))
  var prepare: [String] = []

  @Option(help: ArgumentHelp("What is run after each run.", valueName: "command"))
  var cleanup: [String] = []

  @Option(help: ArgumentHelp("Copies that are started at once: a run lasts until all are ready.", valueName: "k"))
  var concurrency: Int = 1

  @Option(help: ArgumentHelp("How long a run may take until it is ready.", valueName: "time"))
  var timeout = BootTime(argument: "60s")!

  @Option(help: ArgumentHelp("Time between SIGTERM and SIGKILL.", valueName: "time"))
  var grace = BootTime(argument: "5s")!

  @Option(help: ArgumentHelp("Any of process, container, vm: the same service in each.", valueName: "list"))
  var preset: String?

  @Option(help: ArgumentHelp("auto, kvm or tcg, for the preset's vm.", valueName: "how"))
  var accel = environment("TARE_ACCEL") ?? "auto"

  @Option(
    name: .customLong("assert"),
    help: ArgumentHelp("Fail unless it holds, as in 'median<500ms' or 'web:stop.median<=2s'.", valueName: "bound"))
  var assertions: [String] = []

  @Option(help: ArgumentHelp("Where the JSON goes, in hyperfine's shape.", valueName: "file"))
  var exportJSON: String?

  @Option(help: ArgumentHelp("Where a Markdown table goes.", valueName: "file"))
  var exportMarkdown: String?

  @Option(help: ArgumentHelp("Where comma-separated values go.", valueName: "file"))
  var exportCSV: String?

  @Argument(help: ArgumentHelp("What is started.", valueName: "command"))
  var commands: [String] = []

  /// What the words mean, found when they are checked.
  private struct Meaning {
    var presets: [BootPreset.Kind] = []
    var subjects: [CommandSubject] = []
    var bounds: [BootAssertion] = []
  }

  mutating func validate() throws { _ = try meaning(nil) }

  func run() throws {
    let signals = StopSignals()
    var laboratory: Laboratory?
    do {
      let files = try (
        json: exportJSON.map { try BootFile($0) }, markdown: exportMarkdown.map { try BootFile($0) },
        csv: exportCSV.map { try BootFile($0) }
      )
      let phases = BootKernelPhases()
      let meaning = try meaning(phases)
      let made = try meaning.presets.isEmpty ? nil : self.laboratory(meaning.presets, signals)
      laboratory = made
      let presets = made.map { made in
        meaning.presets.map { BootPreset($0, made, Accelerator(rawValue: accel)!, phases) }
      }
      let subjects: [any BootSubject] = (presets ?? []) + meaning.subjects
      let live = BootManner.isTerminal(STDERR_FILENO) ? BootLive() : nil
      let plan = Benchmark.Plan(runs: runs, warmups: warmup, copies: concurrency)
      let report = Benchmark(plan, subjects, signals: signals, show: live.map { live in { live.show($0) } }).run()
      live?.clear()
      try laboratory?.removeAll()
      laboratory = nil
      let checks = BootCheck.all(meaning.bounds, report)
      try files.json?.write(JSONReport.text(report, checks: checks))
      try files.markdown?.write(MarkdownReport.text(report))
      try files.csv?.write(CSVReport.text(report))
      try tell(report, checks)
    } catch let code as ExitCode {
      throw code
    } catch {
      try? laboratory?.removeAll()
      if error is Cancelled { throw Exit.interrupted }
      Output.note("\(error)".harmless)
      throw Exit.failure
    }
  }

  private func tell(_ report: BootReport, _ checks: [BootCheck]) throws {
    let style = BootManner.of(STDOUT_FILENO)
    var text = report.commands.allSatisfy { $0.runs.isEmpty } ? "" : TextReport.text(report, style)
    // An interrupted benchmark has no say: its figures are of fewer runs than were asked for.
    if !report.wasInterrupted {
      for check in checks { text += check.text(style) + "\n" }
    }
    _ = try Output.write(text)
    if report.wasInterrupted { throw Exit.interrupted }
    if report.commands.contains(where: { $0.starting == nil }) || checks.contains(where: { !$0.holds }) {
      throw Exit.failure
    }
  }

  private func laboratory(_ presets: [BootPreset.Kind], _ signals: StopSignals) throws -> Laboratory {
    let surroundings = try LabEnvironment(environment: allEnvironment())
    try Laboratory.sweep(in: surroundings, say: Output.note)
    let laboratory = try Laboratory(service: try DemoCommand.servicePath(), in: surroundings, say: Output.note)
    do {
      if presets.contains(.vm) { try laboratory.prepareVirtualMachines { signals.count > 0 } }
    } catch {
      try? laboratory.removeAll()
      throw error
    }
    return laboratory
  }
}

// MARK: ShellWords

extension BootCommand {
  /// - Throws: `ValidationError` for the first thing that is wrong.
  private func meaning(_ phases: BootKernelPhases?) throws -> Meaning {
    var meaning = Meaning()
    guard runs > 0 else { throw ValidationError("--runs \(runs): expected at least 1") }
    guard warmup >= 0 else { throw ValidationError("--warmup \(warmup): expected 0 or more") }
    guard (1...1000).contains(concurrency) else {
      throw ValidationError("--concurrency \(concurrency): expected 1 to 1000")
    }
    guard Accelerator(rawValue: accel) != nil else {
      throw ValidationError("--accel \(accel.harmless): expected auto, kvm or tcg")
    }
    for word in preset?.split(separator: ",", omittingEmptySubsequences: false) ?? [] {
      guard let kind = BootPreset.Kind(rawValue: String(word)) else {
        throw ValidationError("--preset \(String(word).harmless): expected process, container or vm")
      }
      guard !meaning.presets.contains(kind) else { throw ValidationError("--preset \(kind.rawValue): given twice") }
      meaning.presets.append(kind)
    }
    guard !commands.isEmpty || !meaning.presets.isEmpty else {
      throw ValidationError("expected a command, or --preset")
    }
    if concurrency > 1, !meaning.presets.isEmpty {
      throw ValidationError("--concurrency \(concurrency): the preset starts one at a time")
    }
    meaning.subjects = try subjects(phases)
    let known = meaning.presets.map(\.rawValue) + meaning.subjects.map(\.name)
    if let twice = known.first(where: { name in known.count { $0 == name } > 1 }) {
      throw ValidationError("\(twice.harmless): two commands are called so; give each a --name")
    }
    for text in assertions {
      do throws(BootAssertion.Failure) { meaning.bounds.append(try BootAssertion(text)) } catch {
        throw ValidationError("--assert \(error)")
      }
      if let name = meaning.bounds.last?.name, !known.contains(name) {
        let names = known.map(\.harmless).joined(separator: ", ")
        throw ValidationError("--assert \(text.harmless): no command is called \(name.harmless); there are \(names)")
      }
    }
    return meaning
  }

  private func subjects(_ phases: BootKernelPhases?) throws -> [CommandSubject] {
    guard names.isEmpty || names.count == commands.count else {
      throw ValidationError("--name: given \(names.count) times for \(commands.count) commands: expected one for each")
    }
    let signs = try perCommand(ready, "--ready")
    let before = try perCommand(prepare, "--prepare")
    let after = try perCommand(cleanup, "--cleanup")
    let variables = allEnvironment().map { "\($0.key)=\($0.value)" }.sorted()
    var limits = CommandSubject.Limits()
    (limits.copies, limits.timeout, limits.grace) = (concurrency, timeout.nanoseconds, grace.nanoseconds)
    limits.temporaryFolder = environment("XDG_RUNTIME_DIR") ?? environment("TMPDIR") ?? "/tmp"
    return try commands.indices.map { index in
      let sign: Readiness
      do throws(Readiness.Failure) { sign = try Readiness(signs[index] ?? "exit") } catch {
        throw ValidationError("--ready \(error)")
      }
      if concurrency > 1 {
        switch sign {
        case .port, .file: throw ValidationError("--concurrency \(concurrency): copies cannot share \(sign.inWords)")
        case .exit, .stdout, .notify, .health: break
        }
      }
      // To be told of a process costs it some microseconds: too much for one that only ends.
      let isExit = if case .exit = sign { true } else { false }
      do throws(ShellWords.Failure) {
        return try CommandSubject(
          name: names.isEmpty ? nil : names[index], command: commands[index], ready: sign, prepare: before[index],
          cleanup: after[index], environment: variables, limits: limits, observer: isExit ? nil : phases)
      } catch {
        throw ValidationError("\(error)")
      }
    }
  }

  private func perCommand(_ values: [String], _ option: String) throws -> [String?] {
    switch values.count {
    case 0: return commands.map { _ in nil }
    case 1: return commands.map { _ in values[0] }
    case commands.count: return values
    default:
      throw ValidationError(
        "\(option): given \(values.count) times for \(commands.count) commands: expected once, or once for each")
    }
  }
}
