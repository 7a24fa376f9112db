import ArgumentParser
import Glibc
import KernelStats
import TareModel
import TareSampling

/// A sampler over this machine or a captured one, and the loop that prints frames.
struct Session {
  let root: KernelRoot
  let sampler: Sampler
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
      root = try Self.open(path)
      let budget = root.holdsDescriptors ? DescriptorBudget.fromLimits() : DescriptorBudget(0)
      sockets = root.isLive ? SocketNames(waits: waits, listens: watches) : nil
      for complaint in sockets?.complaints ?? [] { Output.note(complaint) }
      let names: any EngineNames = sockets ?? FixedEngineNames(root.manifest?.names ?? [:])
      let runtimeFolder = root.isLive ? environment("XDG_RUNTIME_DIR") : nil
      sampler = try Sampler(
        root, environment: runtimeFolder.map { ["XDG_RUNTIME_DIR": $0] } ?? [:], names: names, sources: sources,
        budget: budget, guests: guests.clocks, figures: guests.figures,
        watch: watches && root.isLive ? StartWatch(readyMarker: readyMarker) : nil, looksAhead: watches,
        waiting: waits ? Waiting.sources : .live)
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
  /// - Returns: runtimes, hypervisors and engines that did not answer in time, for any of the blocks.
  @discardableResult
  mutating func run(
    interval: UInt64, count: UInt, interrupts: Interrupts, _ text: (Frame) -> String
  ) throws -> Set<String> {
    var previous = sampler.makeSample()
    var current = sampler.makeSample()
    try take(&previous)
    // From here on a signal is looked for between two samples; a sample that hangs does not keep it waiting.
    interrupts.grant(seconds: max(1, interrupts.grace))
    if interval == 0 {
      _ = try print(text(Frame(previous: nil, current: previous)))
      return previous.unanswered.union(sockets?.unanswered ?? [])
    }
    var unanswered: Set<String> = []
    var printed: UInt = 0
    var next = previous.monotonic
    while count == 0 || printed < count {
      if root.isLive {
        // Ticks lie on a grid, so that the time a sample takes does not add up; a missed one is left out.
        repeat { next += interval } while next <= root.monotonic()
        guard interrupts.wait(until: next, now: { root.monotonic() }) else {
          if printed == 0 { throw Exit.interrupted }
          return unanswered
        }
      } else {
        guard let instants = root.instants, printed + 1 < instants else {
          if printed == 0 { _ = try print(text(Frame(previous: nil, current: previous))) }
          return unanswered
        }
        root.advance()
      }
      try take(&current)
      let block = text(Frame(previous: previous, current: current))
      unanswered.formUnion(current.unanswered.union(sockets?.unanswered ?? []))
      guard try print(block) else { return unanswered }
      if !block.isEmpty { interrupts.hasShown() }
      swap(&previous, &current)
      printed += 1
    }
    return unanswered
  }

  /// - Throws: ``Exit/incomplete`` where something did not answer, with a word about it.
  static func checkWhole(_ unanswered: Set<String>) throws {
    guard !unanswered.isEmpty else { return }
    Output.note("incomplete: \(unanswered.sorted().joined(separator: ", ")) did not answer in time")
    throw Exit.incomplete
  }

  private func take(_ sample: inout Sample) throws {
    do throws(KernelError) {
      try sampler.sample(into: &sample)
    } catch {
      Output.note("nothing can be read: \(error)")
      throw Exit.nothingRead
    }
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
