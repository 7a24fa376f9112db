import ArgumentParser
import KernelStats
import TareModel
import TareSampling

/// What commands about one container or VM have in common: how to print, and what to sample.
struct WorkloadOptions: ParsableArguments {
  @Option(help: ArgumentHelp("text or json.", valueName: "format"))
  var format = "text"

  @Option(help: ArgumentHelp("Time between two samples: 1s, 200ms, 2m; 0 takes one sample.", valueName: "time"))
  var interval = Interval(argument: "1s")!

  @Option(help: ArgumentHelp("A captured host instead of this machine.", valueName: "dir"))
  var root: String?

  @OptionGroup var guests: GuestOption

  func check() throws {
    try guests.check(root: root)
    guard ["text", "json"].contains(format) else {
      throw ValidationError("--format \(format): expected text or json")
    }
    if interval.nanoseconds > 0, interval.nanoseconds < 10_000_000 {
      throw ValidationError("--interval: expected 0 or at least 10ms: the kernel counts CPU time in ticks of that size")
    }
  }

  /// Whose files are meant where no workload is; nil where nothing can be read.
  var host: Host? {
    guard let kernel = try? root.map({ try KernelRoot(replaying: $0) }) ?? KernelRoot() else { return nil }
    return try? Sampler(kernel, environment: [:], names: FixedEngineNames(), budget: DescriptorBudget(0)).host
  }

  /// Samples, finds the workload that is called so, looks into it, and prints what is made of that.
  /// - Parameter text: of its row, what was seen in it, and the engines' sockets.
  func show(_ name: String, _ text: (Frame, Int, Inspection, SocketNames?) throws -> String) throws {
    let interrupts = Interrupts()
    let isOnce = interval.nanoseconds == 0
    // Engines are waited for: a name that has not come yet would not be found.
    let session = try Session(root: root, waits: true, guests: guests.asked(samples: isOnce ? 1 : 2))
    let (source, sockets) = (session.source, session.sockets)
    var failure: [String]?
    var seen: (frame: Frame, row: Int, inspection: Inspection)?
    // Rates of what is stored are those of its last two samples.
    let count: UInt = source.traits.isStored ? 0 : 1
    let unanswered = try session.run(interval: interval.nanoseconds, count: count, interrupts: interrupts) { frame in
      switch WorkloadName(name).row(in: frame.current.workloads, hidden: frame.current.host.hidden) {
      case .found(let row):
        failure = nil
        if let inspection = source.inspect(frame.current.workloads[row].id) { seen = (frame, row, inspection) }
      case .failed(let lines): failure = lines
      }
      return ""
    }
    if let failure {
      for line in failure { Output.note(line) }
      // It may be one of those that are not known.
      try Session.checkWhole(unanswered)
      throw Exit.usage
    }
    guard let seen else {
      Output.note("\(name.harmless) has ended")
      throw Exit.failure
    }
    try session.print(text(seen.frame, seen.row, seen.inspection, sockets))
  }
}
