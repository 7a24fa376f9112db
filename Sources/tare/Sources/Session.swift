import ArgumentParser
import Glibc
import KernelStats
import LinuxSystem
import TareModel
import TareSampling

/// A source of samples, and the loop that prints frames of them.
struct Session {
  let source: LocalSource
  /// Engines' sockets; none in a replay.
  let sockets: SocketNames?

  /// - Parameters:
  ///   - path: a captured host; nil for this machine.
  ///   - waits: whether the first sample waits until all have answered, because nobody looks a second time.
  ///   - watches: whether to see workloads start, because it goes on for long.
  ///   - readyMarker: what VMs say on their serial lines when they are ready; nil is a prompt for a login.
  ///   - guests: who asks machines.
  init(
    root path: String?, waits: Bool, watches: Bool = false, readyMarker: Pattern? = nil,
    sources: [any WorkloadSource] = allSources(), guests: AskedGuests = AskedGuests()
  ) throws {
    do throws(KernelError) {
      let root = try Self.open(path)
      let budget = root.holdsDescriptors ? DescriptorBudget.fromLimits() : DescriptorBudget(0)
      sockets = root.isLive ? SocketNames(waits: waits, listens: watches) : nil
      for complaint in sockets?.complaints ?? [] { Output.note(complaint) }
      let names: any EngineNames = sockets ?? FixedEngineNames(root.manifest?.names ?? [:])
      let runtimeFolder = root.isLive ? environment("XDG_RUNTIME_DIR") : nil
      let sampler = try Sampler(
        root, environment: runtimeFolder.map { ["XDG_RUNTIME_DIR": $0] } ?? [:], names: names, sources: sources,
        budget: budget, guests: guests.clocks, figures: guests.figures,
        watch: watches && root.isLive ? StartMonitor(readyMarker: readyMarker) : nil, looksAhead: watches,
        waiting: waits ? Waiting.sources : .live)
      source = LocalSource(root, sampler)
    } catch {
      Output.note("nothing can be read: \(error)")
      throw Exit.nothingRead
    }
  }

  private static func open(_ path: String?) throws(KernelError) -> KernelRoot {
    guard let path else { return KernelRoot() }
    return try KernelRoot(replaying: path)
  }

  /// Prints a block for each interval.
  /// - Parameter count: of blocks; 0 goes on until the source has no more, or a signal comes.
  /// - Returns: runtimes, hypervisors and engines that did not answer in time, for any of the blocks.
  @discardableResult
  func run(
    interval: UInt64, count: UInt, users: Bool = false, interrupts: Interrupts, _ text: (Frame) -> String
  ) throws -> Set<String> {
    let frames = Frames(source, interval: interval, users: users, interrupts)
    guard let first = try frames.next() else { return [] }
    // From here on a signal is looked for between two samples; a sample that hangs does not keep it waiting.
    interrupts.grant(seconds: max(1, interrupts.grace))
    if interval == 0 {
      _ = try print(text(first))
      return unanswered(in: first)
    }
    var unanswered: Set<String> = []
    var printed: UInt = 0
    while count == 0 || printed < count {
      guard let frame = try frames.next() else {
        guard printed == 0 else { break }
        guard frames.isAtEnd else { throw Exit.interrupted }
        // It has one sample only.
        _ = try print(text(first))
        return self.unanswered(in: first)
      }
      let block = text(frame)
      unanswered.formUnion(self.unanswered(in: frame))
      guard try print(block) else { break }
      if !block.isEmpty { interrupts.hasShown() }
      printed += 1
    }
    return unanswered
  }

  func unanswered(in frame: Frame) -> Set<String> {
    frame.current.unanswered.union(sockets?.unanswered ?? [])
  }

  /// - Throws: ``Exit/incomplete`` where something did not answer, with a word about it.
  static func checkWhole(_ unanswered: Set<String>) throws {
    guard !unanswered.isEmpty else { return }
    Output.note("incomplete: \(unanswered.sorted().joined(separator: ", ")) did not answer in time")
    throw Exit.incomplete
  }

  /// - Returns: false when whoever read has gone.
  @discardableResult
  func print(_ text: String) throws -> Bool {
    do {
      return try Output.write(text) == .written
    } catch {
      Output.note("\(error)")
      throw Exit.failure
    }
  }
}

/// The frames of a source, one an interval, until a signal asks to end.
struct Frames {
  private let driver: FrameDriver
  private let interrupts: Interrupts

  init(_ source: any FrameSource, interval: UInt64, users: Bool = false, _ interrupts: Interrupts) {
    driver = FrameDriver(source, interval: interval, pace: .steady) { SystemClock.monotonic.now }
    driver.request.users = users
    self.interrupts = interrupts
  }

  /// Whether the source has no more.
  var isAtEnd: Bool { driver.isAtEnd }

  /// - Returns: nil at the end, and where a signal came first.
  func next() throws -> Frame? {
    do {
      return try driver.next { due in interrupts.wait(until: due) { SystemClock.monotonic.now } }
    } catch {
      Output.note("nothing can be read: \(error)")
      throw Exit.nothingRead
    }
  }
}

/// The whole environment.
func allEnvironment() -> [String: String] {
  var variables: [String: String] = [:]
  var entry = unsafe environ
  while let text = unsafe entry.pointee {
    let pair = unsafe String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    if pair.count == 2 { variables[String(pair[0])] = String(pair[1]) }
    unsafe entry += 1
  }
  return variables
}

/// A variable of the environment; empty counts as not set.
func environment(_ name: String) -> String? {
  guard let value = unsafe getenv(name) else { return nil }
  let text = unsafe String(cString: value)
  return text.isEmpty ? nil : text
}

extension CaptureManifest {
  var names: [String: TareModel.EngineName] {
    let pairs = engineNames.map { ($0.id, TareModel.EngineName(name: $0.name, image: $0.image)) }
    return Dictionary(pairs) { first, _ in first }
  }
}
