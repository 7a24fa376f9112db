import Glibc
import LinuxSystem
import Synchronization
import TareEngines
import TareModel

/// Names, and what was done, that Docker and Podman give over their sockets: those at the usual places, those that the environment names,
/// and those of engines that run.
final class SocketNames: EngineNames {
  private struct State {
    var directory: EngineDirectory?
    var endpoints: Set<EngineEndpoint> = []
    /// What earlier directories said; an old name is better than none.
    var names: [String: EngineName] = [:]
    var revision = -1
    var hasWaited = false
    /// Monotonic instant of the last time that they were asked, and how long to wait for the next after a failure.
    var asked: ContinuousClock.Instant?
    var pause = SocketNames.shortest
  }

  /// For an engine's whole answer, where nobody waits for it.
  private static let deadline = Duration.seconds(10)
  /// Between two questions to an engine that did not answer the first; doubled each time.
  private static let shortest = Duration.seconds(1)
  private static let longest = Duration.seconds(30)
  /// Seconds back from the beginning for which engines are asked what happened: it tells a restart from a first start.
  private static let past: UInt64 = 3600
  /// Seconds for which it is said that events may have been missed.
  private static let gapNotice: UInt64 = 60

  private let known: [EngineEndpoint]
  /// Those that the user named: what goes wrong with them is worth a word.
  private let asked: Set<EngineEndpoint>
  private let waits: Bool
  private let state = Mutex(State())
  /// Nil where nobody listens to events.
  private let listener: EngineListener?
  /// Variables of the environment that lead nowhere, one line each.
  let complaints: [String]

  /// - Parameters:
  ///   - waits: whether asking for the first time waits for the answers, as long as a first pass may take.
  ///   - listens: whether to listen to what engines do, from the first time on that they are asked.
  init(waits: Bool, listens: Bool = false) {
    self.waits = waits
    let now = Self.now()
    listener =
      listens
      ? EngineListener(since: now > Self.past ? now - Self.past : 0, deadline: .seconds(5), now: Self.now) : nil
    var asked: [EngineEndpoint] = []
    var complaints: [String] = []
    for variable in ["DOCKER_HOST", "CONTAINER_HOST"] {
      guard let url = environment(variable) else { continue }
      do throws(EngineError) {
        asked.append(try EngineEndpoint.parse(url, from: variable))
      } catch {
        complaints.append("\(error)")
      }
    }
    var places = ["/run/docker.sock", "/run/podman/podman.sock"]
    if let home = environment("XDG_RUNTIME_DIR") { places += ["\(home)/docker.sock", "\(home)/podman/podman.sock"] }
    // A socket that is not there costs nothing more than this look.
    let usual = places.filter { unsafe access($0, F_OK) == 0 }.map { EngineEndpoint(path: $0) }
    self.asked = Set(asked)
    known = asked + usual.filter { place in !asked.contains { Self.isSame($0.path, place.path) } }
    self.complaints = complaints
  }

  func refresh(running: [EngineSocket]) {
    let found = running.filter { socket in !known.contains { Self.isSame($0.path, socket.path) } }
      .map { EngineEndpoint(path: $0.path, expectedPeer: .process($0.pid)) }
    let endpoints = Set(known + found)
    guard !endpoints.isEmpty else { return }
    let directory = state.withLock { state in
      if state.directory == nil || state.endpoints != endpoints {
        Self.collect(&state)
        state.directory = EngineDirectory(endpoints: Array(endpoints), deadline: Self.deadline)
        state.endpoints = endpoints
        state.revision = -1
      }
      return state.directory
    }
    listener?.listen(to: endpoints)
    let isFirst = state.withLock { state in
      defer { state.hasWaited = true }
      state.asked = .now
      return !state.hasWaited
    }
    guard waits, isFirst else { return directory?.refresh() ?? () }
    _ = directory?.ask(within: Waiting.timeout) { late in Waiting.say(late.map(EngineError.place)) }
  }

  /// An engine that did not answer, or broke off, may do so a moment later; one that may not be asked is not asked again.
  var wantsRetry: Bool {
    state.withLock { state in
      let failures = state.directory?.current.failures.values.map(\.reason) ?? []
      guard failures.contains(where: Self.passes) else {
        state.pause = Self.shortest
        return false
      }
      guard !waits, let asked = state.asked, asked.duration(to: .now) > state.pause else { return false }
      state.pause = min(state.pause * 2, Self.longest)
      return true
    }
  }

  /// Engines that hung while somebody waited for them: what they would have said of names is not known.
  var unanswered: Set<String> {
    guard waits else { return [] }
    let failures = state.withLock { $0.directory?.current.failures ?? [:] }
    return Set(
      failures.filter { if case .deadline = $0.value.reason { true } else { false } }.keys.map(EngineError.place))
  }

  private static func passes(_ reason: EngineError.Reason) -> Bool {
    switch reason {
    case .deadline, .closedEarly, .noThread, .system, .status, .notHTTP: true
    default: false
    }
  }

  var names: [String: EngineName] {
    state.withLock { state in
      Self.collect(&state)
      return state.names
    }
  }

  func events(of id: String) -> [EngineEvent] { listener?.events(of: id) ?? [] }

  var eventCount: Int { listener?.count ?? 0 }

  var openGroup: String? {
    guard geteuid() != 0 else { return nil }
    let refused = state.withLock { $0.directory?.current.failures ?? [:] }.filter {
      $0.value.reason == .permissionDenied
    }
    let paths = refused.keys.map(\.path).filter { $0.hasSuffix("docker.sock") }.sorted()
    return paths.lazy.compactMap { SocketAccess(of: $0)?.openGroup }.first.map {
      SocketAccess.groupName($0) ?? String($0)
    }
  }

  var problems: [Problem] {
    let failures = state.withLock { $0.directory?.current.failures ?? [:] }
    let unnamed = failures.compactMap { endpoint, error in problem(endpoint, error, "\(error)") }
    return (unnamed + deafness(except: failures)).sorted { $0.message < $1.message }
  }

  /// Engines that give names and are not heard. One line each, and none more where names fail as well.
  private func deafness(except failures: [EngineEndpoint: EngineError]) -> [Problem] {
    guard let listener else { return [] }
    let deaf = listener.failures.filter { failures[$0.key] == nil }
    let now = Self.now()
    let missed = listener.gaps.filter { endpoint, gap in
      deaf[endpoint] == nil && failures[endpoint] == nil && gap.to + Self.gapNotice > now
    }
    return deaf.compactMap { problem($0.key, $0.value, "\($0.value): starts are told by other signs") }
      + missed.map { endpoint, gap in
        let place = EngineError.place(endpoint)
        return Problem(
          source: "engine", message: "\(place): what it did in \(gap.to - gap.from) s may have been missed")
      }
  }

  private func problem(_ endpoint: EngineEndpoint, _ error: EngineError, _ message: String) -> Problem? {
    // At a usual place, not being there or not being allowed is the normal state of things.
    switch error.reason {
    case .notFound, .permissionDenied, .connectionRefused: if !asked.contains(endpoint) { return nil }
    default: break
    }
    return Problem(source: "engine", message: message)
  }

  /// Realtime seconds since 1970.
  @Sendable private static func now() -> UInt64 { SystemClock.realtime.now / 1_000_000_000 }

  /// How large the image of a container is, as the engine says that named it; bytes.
  func imageSize(of id: String) -> Fact<UInt64> {
    let answers = state.withLock { $0.directory?.current } ?? EngineAnswers()
    guard let endpoint = answers.containers.first(where: { $0.value.contains { $0.id == id } })?.key else {
      return .unknown(.notReported, why: "No engine tells how large its image is.")
    }
    do throws(EngineError) {
      return .known(try EngineClient.imageSize(of: id, at: endpoint, deadline: Self.deadline))
    } catch {
      return .unknown(.notReported, why: "\(error)")
    }
  }

  /// Every socket that was asked: how many containers it named, or why none.
  var report: [(path: String, outcome: Swift.Result<Int, EngineError>)] {
    let answers = state.withLock { $0.directory?.current } ?? EngineAnswers()
    let good = answers.containers.filter { answers.failures[$0.key] == nil }
    return
      (good.map { ($0.key.path, .success($0.value.count)) } + answers.failures.map { ($0.key.path, .failure($0.value)) })
      .sorted { $0.0 < $1.0 }
  }

  private static func collect(_ state: inout State) {
    guard let answers = state.directory?.current, answers.revision != state.revision else { return }
    state.revision = answers.revision
    for container in answers.containers.values.joined() {
      guard let name = container.name else { continue }
      state.names[container.id] = EngineName(
        name: name, image: container.image, labels: container.labels, health: Self.health(container.status))
    }
  }

  /// Docker and Podman write it in parentheses behind the time that it is up.
  private static func health(_ status: String?) -> EngineName.Health? {
    guard let status, status.hasSuffix(")"), let word = status.split(separator: "(").last?.dropLast() else {
      return nil
    }
    return switch word {
    case "healthy": .healthy
    case "unhealthy": .unhealthy
    case "health: starting", "starting": .starting
    default: nil
    }
  }

  /// `/run` and `/var/run` are often the same.
  private static func isSame(_ one: String, _ other: String) -> Bool {
    var (first, second) = (stat(), stat())
    guard unsafe stat(one, &first) == 0, unsafe stat(other, &second) == 0 else { return one == other }
    return first.st_dev == second.st_dev && first.st_ino == second.st_ino
  }
}
