internal import KernelStats
internal import TareModel

/// Looks at each sample whether workloads that are coming up are up. What is found lies between two looks.
final class BootProgress {
  /// A workload that is not known to be ready.
  private struct Open {
    /// When its first process began, monotonic nanoseconds.
    let begun: UInt64
    var lookedAt: UInt64
    /// What it had used then, nanoseconds.
    var cpu: UInt64?
    var wasBusy = false
    /// When to look at its sockets again: the longer it takes, the seldomer.
    var nextLook: UInt64 = 0
    /// How long the machine had slept in all, nanoseconds.
    let slept: UInt64
    /// Since when it has been idle.
    var idleSince: UInt64?
    var hasSent: Bool
    var isHealthy: Bool
  }

  /// A service that does not answer by then does not listen at all. Nanoseconds since the start.
  private static let timeout: UInt64 = 120_000_000_000
  /// One that was found later than this after its start is no start that was seen.
  private static let startupWindow: UInt64 = 20_000_000_000

  private let root: KernelRoot
  var layout: CgroupLayout
  private let watch: StartMonitor
  private var open: [UInt64: Open] = [:]
  private var done: Set<UInt64> = []
  /// What was found, by serial.
  private var signals: [UInt64: [BootSignal]] = [:]
  /// Since when some have stood still for a while, by serial: realtime nanoseconds.
  private var halts: [UInt64: UInt64] = [:]
  /// A health check is under way: its engine is worth asking.
  private(set) var awaitsHealth = false

  init(_ root: KernelRoot, _ layout: CgroupLayout, _ watch: StartMonitor) {
    self.root = root
    self.layout = layout
    self.watch = watch
  }

  /// Forgets workloads that are gone.
  func keep(_ serials: [UInt64]) {
    guard open.count + done.count + signals.count + halts.count > 0 else { return }
    let alive = Set(serials)
    open = open.filter { alive.contains($0.key) }
    signals = signals.filter { alive.contains($0.key) }
    halts = halts.filter { alive.contains($0.key) }
    done.formIntersection(alive)
  }

  /// All that was found since.
  func found(_ row: Discovery.Row) -> [BootSignal] { signals[row.serial] ?? [] }

  /// From when on it stood still while somebody looked, or the machine slept: realtime nanoseconds.
  func haltedFrom(_ row: Discovery.Row) -> UInt64? { halts[row.serial] }

  /// - Parameters:
  ///   - sample: with this tick's readings of these rows.
  ///   - isBoot: whether it is no restart: what engines said of its health may be of the run before.
  ///   - names: what engines say by now.
  /// - Returns: whether anything was found about this row.
  func look(
    at row: Discovery.Row, _ place: Int, isBoot: Bool = true, in sample: Sample, _ names: [String: EngineName],
    buffer: inout [UInt8]
  ) -> Bool {
    guard !done.contains(row.serial) else { return false }
    let now = root.now()
    let start = row.finding.main.start &* root.facts.tick &- (now.boottime &- now.monotonic)
    let age = now.monotonic > start ? now.monotonic - start : 0
    let named = row.description.engineID.flatMap { names[$0] }
    let health = named == nil ? row.description.healthFile?.read(root) : named?.health
    let sent = sample[place, row.finding.kind == .vm ? .networkSent : .networkReceived].number ?? 0
    guard var state = open[row.serial] else {
      guard age < Self.startupWindow else {
        done.insert(row.serial)
        return false
      }
      open[row.serial] = Open(
        begun: start, lookedAt: start, cpu: nil, slept: now.boottime &- now.monotonic, hasSent: false,
        isHealthy: health == .healthy && (age > Self.startupWindow || !isBoot))
      return look(at: row, place, isBoot: isBoot, in: sample, names, buffer: &buffer)
    }
    defer {
      state.lookedAt = now.monotonic
      open[row.serial] = state
      if age > Self.timeout { done.insert(row.serial) }
    }
    var found: [BootSignal] = []
    let between = state.lookedAt...now.monotonic
    // What waits to be let go on has not come to rest.
    let standsStill =
      isHalted(row, state, now, &buffer) || [.paused, .pausing].contains(sample.runState(row: place))
    let isNewHalt = standsStill && halts[row.serial] == nil
    if isNewHalt { halts[row.serial] = state.lookedAt &+ (now.realtime &- now.monotonic) }
    if health == .starting {
      awaitsHealth = true
      state.isHealthy = false
    }
    if health == .healthy, !state.isHealthy {
      state.isHealthy = true
      found.append(signal(.engineHealth, between, .reported, "the engine's health check", now))
    }
    let cpu = sample[place, .cpuUsage].number
    switch row.finding.kind {
    case .container, .pod:
      let ran = cpu == nil || cpu != state.cpu
      if let instants = listening(row, ran, &state, between, &buffer) {
        found.append(signal(.listening, instants, .measured, "a listening socket", now))
      }
    case .vm:
      for (phase, instants) in watch.told(by: row.finding.main.pid) where !has(row.serial, phase, .serialMarker) {
        found.append(signal(.serialMarker, instants, .reported, "its serial line", now, phase))
      }
      if sent > 0, !state.hasSent {
        state.hasSent = true
        found.append(signal(.firstPacket, between, .measured, "its first packet", now))
      }
    case .user: break
    }
    if standsStill { (state.cpu, state.idleSince) = (cpu, nil) }
    if !standsStill, !isComingUp(row), let idle = idle(&state, cpu, now.monotonic), !has(row.serial, .ready, .firstIdle)
    {
      found.append(signal(.firstIdle, idle, .inferred, "the CPU settled", now))
    }
    guard !found.isEmpty else { return isNewHalt }
    signals[row.serial, default: []] += found
    // What is sure needs no more looking; of a VM, user space may come after the first packet.
    if found.contains(where: { $0.kind == .listening || $0.kind == .engineHealth }) || isWhole(row) {
      done.insert(row.serial)
    }
    return true
  }

  /// To be called before the rows of a tick.
  func begin() { awaitsHealth = false }

  private func isWhole(_ row: Discovery.Row) -> Bool {
    has(row.serial, .userspace, .serialMarker) && has(row.serial, .ready, .serialMarker)
  }

  private func has(_ serial: UInt64, _ phase: BootTimeline.Phase, _ kind: BootSignal.Kind) -> Bool {
    signals[serial]?.contains { $0.phase == phase && $0.kind == kind } ?? false
  }

  private func signal(
    _ kind: BootSignal.Kind, _ instants: ClosedRange<UInt64>, _ label: BootTimeline.Label, _ source: String,
    _ now: Instant, _ phase: BootTimeline.Phase = .ready
  ) -> BootSignal {
    let offset = now.realtime &- now.monotonic
    return BootSignal(
      phase, kind,
      BootTimeline.Mark(
        at: instants.upperBound &+ offset, lo: instants.lowerBound &+ offset, hi: instants.upperBound &+ offset,
        clock: .monotonic, label: label, source: source))
  }

  /// What starts computes; when it stops doing so for two looks it waits for work.
  private func idle(_ state: inout Open, _ cpu: UInt64?, _ now: UInt64) -> ClosedRange<UInt64>? {
    defer { state.cpu = cpu }
    guard let cpu, let before = state.cpu, cpu >= before, now > state.lookedAt else { return nil }
    let share = Double(cpu - before) / Double(now - state.lookedAt)
    if share >= 0.5 {
      state.wasBusy = true
      state.idleSince = nil
    } else if share < 0.25, state.wasBusy {
      if let since = state.idleSince { return since...state.lookedAt }
      state.idleSince = state.lookedAt
    }
    return nil
  }

  /// Until its payload executes a container is its runtime, which comes to rest too.
  private func isComingUp(_ row: Discovery.Row) -> Bool {
    row.finding.kind.isContainer && !row.description.hidesPayload && row.finding.main.isOfRuntime
  }

  /// Whether its first process is stopped by a signal, or by whoever traces it, or the machine has slept since the first look.
  private func isHalted(_ row: Discovery.Row, _ state: Open, _ now: Instant, _ buffer: inout [UInt8]) -> Bool {
    if now.boottime &- now.monotonic > state.slept &+ 100_000_000 { return true }
    guard let count = try? root.read("/proc/\(row.finding.main.pid)/stat", into: &buffer),
      let stat = try? ProcessStat(buffer.span.extracting(first: count))
    else { return false }
    return stat.isStopped || stat.isTraced
  }

  // MARK: Sockets

  /// Between what instants one of the workload's processes began to listen: as the watch saw it, else since the last look.
  private func listening(
    _ row: Discovery.Row, _ ran: Bool, _ state: inout Open, _ between: ClosedRange<UInt64>, _ buffer: inout [UInt8]
  ) -> ClosedRange<UInt64>? {
    let folder = row.finding.own.identityFolder(layout)
    if let instants = folder.flatMap({ watch.listening($0) }) { return instants }
    // Where nothing ran nobody began to listen.
    guard ran, between.upperBound >= state.nextLook else { return nil }
    let main = row.finding.main.pid
    let inside = folder.flatMap { SocketProbe.processes(in: $0, root, &buffer) } ?? [main]
    let sockets = SocketProbe.sockets(of: inside, root)
    if !SocketProbe.listening(sockets, in: main, root, &buffer).isEmpty { return between }
    // The longer it takes, the seldomer.
    state.nextLook = between.upperBound + (between.upperBound - state.begun) / 10
    return nil
  }
}
