import TareModel

@testable import TareBenchmark

/// Reports of times that nobody measured.
enum Reports {
  static func run(_ number: Int, _ time: Double, kind: BootRun.Kind = .measured, stop: Double? = nil) -> BootRun {
    var run = BootRun()
    (run.kind, run.number, run.copies, run.stop) = (kind, number, [time], stop)
    run.phases = [
      BootRun.Phase(.requested, at: 0), BootRun.Phase(.spawned, at: 0.0005), BootRun.Phase(.ready, at: time),
    ]
    (run.user, run.system, run.memory, run.exitCode) = (time / 2, time / 4, 1_048_576, 0)
    return run
  }

  static func failed(_ number: Int, _ why: String, output: [String] = []) -> BootRun {
    var run = BootRun()
    (run.number, run.failure, run.output, run.exitCode) = (number, why, output, 3)
    return run
  }

  static func command(_ name: String, _ times: [Double], stop: Double? = nil, more: [BootRun] = []) -> CommandReport {
    let runs = times.enumerated().map { run($0.offset + 1, $0.element, stop: stop) }
    return CommandReport(
      name: name, command: "run \(name)", readiness: "exit", readyAt: "its end", runs: more + runs)
  }

  /// Two commands: one that is twice as slow, is stopped, has an outlier, a cold start and failures.
  static var two: BootReport {
    let fast = (0..<12).map { 0.010 + Double($0 % 5) * 0.0001 }
    var slow = fast.map { $0 * 2 }
    slow[6] = 0.9
    return BootReport(
      commands: [
        command("fast", fast, more: [run(1, 0.02, kind: .cold)]),
        command(
          "slow, \u{1B}[2J", slow, stop: 0.002,
          more: [
            run(1, 0.5, kind: .cold, stop: 0.002),
            failed(13, "ended with exit code 3", output: ["no such\u{1B}[31m thing"]),
          ]),
      ], runs: 13, warmups: 0, concurrency: 1, wasInterrupted: false)
  }
}
