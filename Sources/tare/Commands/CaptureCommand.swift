import ArgumentParser
import KernelStats
import TareModel
import TareSampling

struct CaptureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "capture",
    abstract: "Copy what sampling reads here into a new folder, which replays as this machine.",
    discussion: """
      A bug report is a folder, and the folder is a test. Two samples are copied, or --count, an interval apart. Of command lines and \
      configuration only the options that tare reads are kept; environments, labels and the names of open files are not. \
      Names of containers, VMs, images and processes are: look through the folder before you share it.

      Examples:
        tare capture /tmp/myhost
        tare snapshot --root /tmp/myhost
        tare capture /tmp/minute --count 60
        tare live --root /tmp/minute
        tare capture --users /tmp/users              with what tare snapshot --users --root /tmp/users needs
      """)

  @Argument(help: ArgumentHelp("A folder that does not exist yet.", valueName: "dir"))
  var folder: String

  @Option(help: ArgumentHelp("Time between two samples.", valueName: "time"))
  var interval = Interval(argument: "1s")!

  @Option(help: ArgumentHelp("How many samples, 1 to 600.", valueName: "n"))
  var count: UInt = 2

  @Flag(help: "What Unix users run in no container and no VM, for --users; with the users' names.")
  var users = false

  mutating func validate() throws {
    guard (1...600).contains(count) else { throw ValidationError("--count \(count): expected 1 to 600") }
  }

  func run() throws {
    let interrupts = Interrupts(grace: 3)
    let unanswered: Set<String>
    do {
      let recorder = try Recorder(making: folder)
      let root = KernelRoot(recorder: recorder)
      let names = SocketNames(waits: true)
      let environment = environment("XDG_RUNTIME_DIR").map { ["XDG_RUNTIME_DIR": $0] } ?? [:]
      let sampler = try Sampler(
        root, environment: environment, names: names, budget: DescriptorBudget(0), waiting: Waiting.sources)
      let source = LocalSource(root, sampler)
      let frames = Frames(source, interval: interval.nanoseconds, users: users, interrupts)
      var sample = source.makeSample()
      for _ in 0..<(interval.nanoseconds > 0 ? count : 1) {
        guard let frame = try frames.next() else { break }
        sample = frame.current
        for workload in sample.workloads { _ = source.inspect(workload.id) }
        recorder.mark(root.now())
      }
      try recorder.finish(facts: root.facts, engineNames: kept(names.names, sample.workloads))
      for problem in sample.problems { Output.note("\(problem.source): \(problem.message)".harmless) }
      let count = sample.workloads.count
      Output.note(
        "captured \(count) workload\(count == 1 ? "" : "s"); replay: tare snapshot --root \(Self.word(folder))")
      unanswered = sample.unanswered.union(names.unanswered)
    } catch let code as ExitCode {
      throw code
    } catch {
      Output.note("\(error)")
      throw Exit.failure
    }
    try Session.checkWhole(unanswered)
  }

  /// As one word for a shell.
  private static func word(_ path: String) -> String {
    let isPlain = path.utf8.allSatisfy { byte in
      let isLetter = (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
      return isLetter || "/._-+:@%".utf8.contains(byte)
    }
    return isPlain ? path : "'\(path.harmless.replacing("'", with: #"'\''"#))'"
  }

  /// Only of containers that run; labels may hold secrets.
  private func kept(_ names: [String: EngineName], _ workloads: [Workload]) -> [CaptureManifest.EngineName] {
    names.filter { id, _ in workloads.contains { $0.id.hasSuffix(":\(id)") } }
      .map { CaptureManifest.EngineName(id: $0.key, name: $0.value.name, image: $0.value.image) }
      .sorted { $0.id < $1.id }
  }
}
