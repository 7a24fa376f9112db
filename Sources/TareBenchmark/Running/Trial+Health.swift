internal import LinuxSystem
internal import TareModel

/// Containers whose engine says when they are healthy.
extension Trial {
  /// Between two questions.
  private static let pause: UInt64 = 20_000_000

  /// Asks the engine about each container until all are healthy.
  func waitForHealth(_ deadline: UInt64) -> WaitLoop.Ending {
    for copy in copies {
      guard let id = Self.containerID(copy) else {
        let said = copy.firstLine.map { ", found '\($0.prefix(80).description.harmless)'" } ?? ", found nothing"
        result.failure = "expected a container's id on the first line of output, as docker run -d prints it\(said)"
        return .done
      }
      while copy.ready == nil {
        guard SystemClock.monotonic.now < deadline else { return .timedOut }
        switch answer([subject.words[0], "inspect", "--format", "{{.State.Health.Status}}", id], until: deadline) {
        case .success("healthy"): copy.ready = SystemClock.monotonic.now
        case .success("starting"): break
        case .success(let word):
          let none = ["", "none", "<no value>"].contains(word)
          result.failure =
            none
            ? "container \(id.prefix(12)) has no health check: give it one with --health-cmd"
            : "the engine calls it \(word.prefix(40)), not healthy"
          return .done
        case .failure(let failure):
          if wasInterrupted { return .interrupted }
          guard SystemClock.monotonic.now < deadline else { return .timedOut }
          // Docker's template finds no such field then.
          let hasNone = failure.description.contains("Health")
          result.failure =
            hasNone
            ? "container \(id.prefix(12)) has no health check: give it one with --health-cmd"
            : "cannot ask for its health: \(failure.description)"
          return .done
        }
        if copy.ready == nil {
          let ending = pump.run(until: min(deadline, SystemClock.monotonic.now &+ Self.pause)) { _ in false }
          if ending == .interrupted { return .interrupted }
        }
      }
    }
    return .done
  }

  /// Removes the containers that the copies have named.
  /// - Returns: whether there were any.
  func stopContainers() -> Bool {
    guard case .health = subject.ready else { return false }
    var hadAny = false
    for id in copies.compactMap(Self.containerID) {
      hadAny = true
      let limit = SystemClock.monotonic.now &+ subject.limits.timeout
      if case .failure(let failure) = answer([subject.words[0], "rm", "-f", id], until: limit) {
        result.notes.append("the container \(id.prefix(12)) may be left: \(failure.description)")
      }
    }
    return hadAny
  }

  /// A word that can only be an id or a name: it goes to a command line.
  private static func containerID(_ copy: Copy) -> String? {
    guard let line = copy.firstLine?.trimmed, (1...128).contains(line.utf8.count), line.first != "-", line.first != "."
    else {
      return nil
    }
    let isPlain = line.unicodeScalars.allSatisfy {
      $0.isASCII
        && ($0.properties.isAlphabetic || $0.properties.numericType != nil || "_.-".unicodeScalars.contains($0))
    }
    return isPlain ? line : nil
  }
}
