internal import LinuxSystem

/// Starts several things again and again, in turn: A B A B. What disturbs the machine for a while disturbs all of them.
public final class Benchmark {
  public struct Plan: Sendable {
    /// Measured runs of each.
    public var runs: Int
    /// Runs of each that do not count, behind the first one of all.
    public var warmups: Int
    public var copies: Int

    public init(runs: Int, warmups: Int, copies: Int) {
      self.runs = runs
      self.warmups = warmups
      self.copies = copies
    }
  }

  /// How far it is.
  public struct Progress: Sendable {
    /// Of all runs.
    public let done: Int
    public let total: Int
    /// What runs at the moment; nil between two runs.
    public let current: String?
    /// Seconds, from the runs until now; nil before the first.
    public let left: Double?
    /// Name and times until ready of each, in the order of the commands.
    public let times: [(name: String, times: [Double], isGivenUp: Bool)]
  }

  /// Something that has failed so often at its beginning is not tried again.
  static let mostFailures = 3

  private let plan: Plan
  private let subjects: [any BootSubject]
  private let signals: StopSignals?
  private let show: ((Progress) -> Void)?
  private var runs: [[BootRun]]
  private var givenUp: Set<Int> = []
  /// Seconds that the runs of each took, all around.
  private var durations: [[Double]]

  /// - Parameter show: called before and while things run, where somebody looks on.
  public init(
    _ plan: Plan, _ subjects: [any BootSubject], signals: StopSignals? = nil, show: ((Progress) -> Void)? = nil
  ) {
    self.plan = plan
    self.subjects = subjects
    self.signals = signals
    self.show = show
    runs = subjects.map { _ in [] }
    durations = subjects.map { _ in [] }
  }

  public func run() -> BootReport {
    let began = SystemClock.monotonic.now
    let kinds =
      [(BootRun.Kind.cold, 1)] + (0..<plan.warmups).map { (.warmup, $0 + 1) }
      + (0..<plan.runs).map { (.measured, $0 + 1) }
    for (kind, number) in kinds {
      for index in subjects.indices where !givenUp.contains(index) {
        let start = SystemClock.monotonic.now
        show?(progress(index, since: start))
        let context = BootContext(
          signals: signals, tick: show.map { show in { [unowned self] in show(progress(index, since: start)) } })
        do throws(BootInterrupted) {
          var run = try subjects[index].run(context)
          (run.kind, run.number, run.began) = (kind, number, seconds(from: began, to: start))
          durations[index].append(seconds(from: start, to: SystemClock.monotonic.now))
          runs[index].append(run)
          if runs[index].count >= Self.mostFailures, runs[index].allSatisfy({ $0.failure != nil }) {
            givenUp.insert(index)
          }
        } catch {
          return report(wasInterrupted: true)
        }
      }
    }
    return report(wasInterrupted: false)
  }

  private func report(wasInterrupted: Bool) -> BootReport {
    BootReport(
      commands: subjects.indices.map { index in
        let subject = subjects[index]
        return CommandReport(
          name: subject.name, command: subject.command, readiness: subject.readiness, readyAt: subject.readyAt,
          runs: runs[index], isGivenUp: givenUp.contains(index))
      }, runs: plan.runs, warmups: plan.warmups, concurrency: plan.copies, wasInterrupted: wasInterrupted)
  }

  private func progress(_ current: Int, since start: UInt64) -> Progress {
    let perCommand = 1 + plan.warmups + plan.runs
    var left: Double? = 0
    for index in subjects.indices where !givenUp.contains(index) {
      // The first one is cold: the others say more.
      let known = durations[index].count > 1 ? Array(durations[index].dropFirst()) : durations[index]
      guard !known.isEmpty else {
        left = nil
        break
      }
      left? += known.reduce(0, +) / Double(known.count) * Double(perCommand - durations[index].count)
    }
    left = left.map { max(0, $0 - seconds(from: start, to: SystemClock.monotonic.now)) }
    let given = givenUp.reduce(0) { $0 + perCommand - durations[$1].count }
    return Progress(
      done: durations.reduce(0) { $0 + $1.count } + given, total: perCommand * subjects.count,
      current: subjects[current].name, left: left,
      times: subjects.indices.map { index in
        let counted = runs[index].filter { $0.kind == .measured }.compactMap(\.ready)
        return (subjects[index].name, counted, givenUp.contains(index))
      })
  }
}
