/// All starts of one command.
public struct CommandReport: Sendable, Hashable {
  public let name: String
  /// As it was given.
  public let command: String
  /// As ``Readiness/description``.
  public let readiness: String
  /// As ``Readiness/inWords``.
  public let readyAt: String
  public let runs: [BootRun]
  /// It was given up after so many failures in a row at its beginning.
  public let isGivenUp: Bool

  public init(
    name: String, command: String, readiness: String, readyAt: String, runs: [BootRun], isGivenUp: Bool = false
  ) {
    self.name = name
    self.command = command
    self.readiness = readiness
    self.readyAt = readyAt
    self.runs = runs
    self.isGivenUp = isGivenUp
    counted = runs.filter { $0.kind == .measured && $0.failure == nil }
    starting = Summary(counted.compactMap(\.ready))
    stopping = Summary(counted.compactMap(\.stop))
  }

  /// The runs that the statistics are of: measured, and succeeded.
  public let counted: [BootRun]
  /// Of the times until ready; nil without any.
  public let starting: Summary?
  /// Of the times that stopping took; nil where nothing was stopped.
  public let stopping: Summary?

  /// The very first run.
  public var cold: BootRun? { runs.first { $0.kind == .cold } }
  /// All that failed, whatever their kind.
  public var failed: [BootRun] { runs.filter { $0.failure != nil } }
  /// Times until ready, in the order of the runs.
  public var times: [Double] { counted.compactMap(\.ready) }
  public var outliers: [BootRun] { Outliers.indices(times).map { counted[$0] } }

  /// The mean CPU time of a run; nil where it is not known of all.
  public var user: Double? { Self.mean(counted.map(\.user)) }
  public var system: Double? { Self.mean(counted.map(\.system)) }

  private static func mean(_ values: [Double?]) -> Double? {
    let known = values.compactMap { $0 }
    return known.isEmpty || known.count < values.count ? nil : known.reduce(0, +) / Double(known.count)
  }
}

/// All commands of one benchmark.
public struct BootReport: Sendable, Hashable {
  public let commands: [CommandReport]
  /// Asked for, a command.
  public let runs: Int
  public let warmups: Int
  /// Copies that are started at once.
  public let concurrency: Int
  /// Ctrl-C came before the end.
  public let wasInterrupted: Bool

  public init(commands: [CommandReport], runs: Int, warmups: Int, concurrency: Int, wasInterrupted: Bool) {
    self.commands = commands
    self.runs = runs
    self.warmups = warmups
    self.concurrency = concurrency
    self.wasInterrupted = wasInterrupted
  }

  /// Fewer runs of one of two commands have no verdict.
  public static let leastForVerdict = 10

  /// How a command compares with the fastest.
  public struct Comparison: Sendable, Hashable {
    public let name: String
    public let fastest: String
    public let interval: RatioInterval
    /// Why there is no verdict: too few runs. Nil where there is one.
    public let refusal: String?
  }

  /// The command with the smallest median.
  public var fastest: CommandReport? {
    commands.filter { $0.starting != nil }.min { ($0.starting?.median ?? 0) < ($1.starting?.median ?? 0) }
  }

  /// All others beside the fastest, from the next one on.
  public var comparisons: [Comparison] {
    guard let index = commands.firstIndex(where: { $0 == fastest }) else { return [] }
    let best = commands[index]
    let others = commands.indices.filter { $0 != index }.map { commands[$0] }
    return others.compactMap { other in
      guard let interval = RatioInterval(of: other.times, over: best.times) else { return nil }
      let fewest = min(other.times.count, best.times.count)
      let refusal =
        fewest < Self.leastForVerdict
        ? "no verdict from \(fewest) run\(fewest == 1 ? "" : "s"): it needs \(Self.leastForVerdict) of each" : nil
      return Comparison(name: other.name, fastest: best.name, interval: interval, refusal: refusal)
    }.sorted { $0.interval.ratio < $1.interval.ratio }
  }
}
