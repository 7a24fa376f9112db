internal import KernelStats
internal import TareModel

/// Looks at each sample whether workloads that are coming up are up. What is found lies between two looks.
final class BootProgress {
  /// A workload that is not known to be ready.
  private struct Open {
    var lookedAt: UInt64
    /// What it had used then, nanoseconds.
    var cpu: UInt64?
    var wasBusy = false
    /// When to look at its sockets again: the longer it takes, the seldomer.
    var nextLook: UInt64 = 0
    /// Since when it has been idle.
    var idleSince: UInt64?
    var hasSent: Bool
    var isHealthy: Bool
  }

  /// A service that does not answer by then does not listen at all. Nanoseconds since the start.
  private static let patience: UInt64 = 120_000_000_000
  /// One that was found later than this after its start is no start that was seen.
  private static let youth: UInt64 = 20_000_000_000

  private let root: KernelRoot
  private let layout: CgroupLayout
  private let watch: StartWatch
  private var open: [UInt64: Open] = [:]
  private var done: Set<UInt64> = []
  /// What was found, by serial.
  private var signals: [UInt64: [BootSignal]] = [:]
  /// A health check is under way: its engine is worth asking.
  private(set) var awaitsHealth = false

  init(_ root: KernelRoot, _ layout: CgroupLayout, _ watch: StartWatch) {
    self.root = root
    self.layout = layout
    self.watch = watch
  }

  /// Forgets workloads that are gone.
  func keep(_ serials: [UInt64]) {
    guard open.count + done.count + signals.count > 0 else { return }
    let alive = Set(serials)
    open = open.filter { alive.contains($0.key) }
    signals = signals.filter { alive.contains($0.key) }
    done.formIntersection(alive)
  }

  /// The timeline with all that was found since, and with what the guest told.
  func timeline(_ row: Discovery.Row, _ told: [BootSignal] = []) -> BootTimeline {
    guard let more = signals[row.serial] else { return row.timeline(told) }
    return BootTimeline(row.signals + more + told, of: row.finding.kind)
  }

  /// - Parameters:
  ///   - sample: with this tick's readings of these rows.
  ///   - names: what engines say by now.
  /// - Returns: whether anything was found about this row.
  func look(
    at row: Discovery.Row, _ place: Int, in sample: Sample, _ names: [String: EngineName], buffer: inout [UInt8]
  ) -> Bool {
    guard !done.contains(row.serial) else { return false }
    let now = root.now()
    let start = row.finding.main.start &* root.facts.tick &- (now.boottime &- now.monotonic)
    let age = now.monotonic > start ? now.monotonic - start : 0
    let health = row.description.engineID.flatMap { names[$0]?.health }
    let sent = sample[place, row.finding.kind == .vm ? .networkSent : .networkReceived].number ?? 0
    guard var state = open[row.serial] else {
      guard age < Self.youth else {
        done.insert(row.serial)
        return false
      }
      open[row.serial] = Open(
        lookedAt: start, cpu: nil, hasSent: false, isHealthy: health == .healthy && age > Self.youth)
      return look(at: row, place, in: sample, names, buffer: &buffer)
    }
    defer {
      state.lookedAt = now.monotonic
      open[row.serial] = state
      if age > Self.patience { done.insert(row.serial) }
    }
    var found: [BootSignal] = []
    let between = state.lookedAt...now.monotonic
    if health == .starting { awaitsHealth = true }
    if health == .healthy, !state.isHealthy {
      state.isHealthy = true
      found.append(signal(.engineHealth, between, .reported, "the engine's health check", now))
    }
    switch row.finding.kind {
    case .container:
      // Where nothing ran nobody began to listen.
      let cpu = sample[place, .cpuUsage].number
      let ran = cpu == nil || cpu != state.cpu
      state.cpu = cpu
      if ran, now.monotonic >= state.nextLook, listens(row, &buffer) {
        found.append(signal(.listening, between, .measured, "a listening socket", now))
      } else if ran, now.monotonic >= state.nextLook {
        state.nextLook = now.monotonic + age / 10
      }
    case .vm:
      for (phase, instants) in watch.told(by: row.finding.main.pid) where !has(row.serial, phase, .serialMarker) {
        found.append(signal(.serialMarker, instants, .reported, "its serial line", now, phase))
      }
      if sent > 0, !state.hasSent {
        state.hasSent = true
        found.append(signal(.firstPacket, between, .measured, "its first packet", now))
      }
      if let idle = idle(&state, sample[place, .cpuUsage].number, now.monotonic),
        !has(row.serial, .ready, .firstIdle)
      {
        found.append(signal(.firstIdle, idle, .inferred, "the CPU settled", now))
      }
    }
    guard !found.isEmpty else { return false }
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

  /// A machine computes while it starts; when it stops doing so for two looks it waits for work.
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

  // MARK: Sockets

  /// Whether one of the workload's own processes listens. With the host's network, or one that several share, the table
  /// has others' sockets too.
  private func listens(_ row: Discovery.Row, _ buffer: inout [UInt8]) -> Bool {
    let pid = row.finding.main.pid
    var inodes: Set<UInt64> = []
    for name in ["tcp", "tcp6"] {
      guard let count = try? root.read("/proc/\(pid)/net/\(name)", into: &buffer),
        let table = try? ListeningSockets(buffer.span.extracting(first: count))
      else { continue }
      inodes.formUnion(table.inodes)
    }
    guard !inodes.isEmpty else { return false }
    return processes(of: row, &buffer).prefix(64).contains { holds(one: inodes, $0) }
  }

  private func processes(of row: Discovery.Row, _ buffer: inout [UInt8]) -> [Int32] {
    guard let folder = row.finding.own.identityFolder(layout),
      let count = try? root.read("\(folder)/cgroup.procs", into: &buffer)
    else { return [row.finding.main.pid] }
    return buffer[..<count].split(separator: UInt8(ascii: "\n")).compactMap {
      Int32(String(decoding: $0, as: UTF8.self))
    }
  }

  private func holds(one inodes: Set<UInt64>, _ pid: Int32) -> Bool {
    ((try? root.list("/proc/\(pid)/fd")) ?? []).contains { name in
      guard let target = try? root.link("/proc/\(pid)/fd/\(name)", kept: { _ in false }), target.hasPrefix("socket:[")
      else { return false }
      return UInt64(target.dropFirst(8).dropLast()).map(inodes.contains) ?? false
    }
  }
}
