internal import KernelStats
internal import TareModel

/// What the kernel tells of a start, whatever runtime or hypervisor it was: the same for all sources.
extension DiscoveryContext {
  /// - Returns: the signals that the source found, and the kernel's.
  func bootSignals(of finding: Finding, _ description: Description) -> [BootSignal] {
    var signals = description.signals.map(bracketed)
    if let launcher = description.launcher { signals += spawnedSignals(launcher) }
    switch finding.kind {
    case .container, .pod:
      if !description.hidesPayload { signals += containerSignals(finding.main, description) }
      if let mark = finding.own.identityFolder(layout).flatMap(groupMark) {
        signals.append(BootSignal(.isolated, .cgroupMade, mark))
      }
      if let mark = scopeMark(finding.own) { signals.append(BootSignal(.isolated, .scopeStart, mark)) }
    case .vm: signals += machineSignals(finding.main, description)
    case .user: break
    }
    return signals
  }

  /// What an engine wrote down of the payload's start is the instant at which it wrote: some do so before they let the
  /// payload go, some after.
  private func bracketed(_ signal: BootSignal) -> BootSignal {
    guard signal.kind == .engineStart else { return signal }
    var mark = signal.mark
    mark.lo = mark.at &- 1_000_000_000
    mark.hi = min(now.realtime, mark.at &+ 1_000_000_000)
    return BootSignal(signal.phase, signal.kind, mark)
  }

  private func spawnedSignals(_ process: Process) -> [BootSignal] {
    var signals = [BootSignal(.spawned, .processStat, startMark(process))]
    if let mark = accountedStart(ofTask: process.pid, ticks: process.start) {
      signals.append(BootSignal(.spawned, .taskstats, mark))
    }
    if let forked = watch?.birth(of: process.pid, near: monotonicStart(process))?.forked {
      signals.append(BootSignal(.spawned, .forkEvent, forkMark(forked)))
    }
    return signals
  }

  /// The kernel tells of a fork when the child is made and before it runs: that takes up to a fifth of a millisecond.
  private func forkMark(_ at: UInt64) -> BootTimeline.Mark {
    watchedMark(at, before: 200_000, after: 50_000, "fork, by the proc connector")
  }

  /// What is ready to run gets its turn within this time, if not at once: nanoseconds.
  private static let firstTurn: UInt64 = 10_000_000

  // MARK: Containers

  /// Runtimes that are gone when their container runs.
  private static let runtimes = ["runc", "crun"]

  private func containerSignals(_ main: Process, _ description: Description) -> [BootSignal] {
    var signals: [BootSignal] = []
    let birth = watch?.birth(of: main.pid, near: monotonicStart(main))
    if let executed = birth?.executed {
      let mark = watchedMark(executed, before: 1000, after: Self.firstTurn, "exec, by the proc connector")
      signals.append(BootSignal(.executing, .execEvent, mark))
    }
    if description.launcher == nil {
      signals.append(contentsOf: runtimeSignals(main, birth))
    }
    if let isolated = description.signals.first(where: { $0.phase == .isolated })?.mark {
      // The runtime writes its state before it lets the payload go; when that was, nobody kept. A look that comes long
      // after is no end of a bracket that would be worth the name.
      let isFresh = now.realtime < isolated.at &+ 1_000_000_000
      let after = BootTimeline.Mark(
        at: isolated.at, lo: isolated.at, hi: isFresh && hasExecuted(main) ? now.realtime : nil, clock: isolated.clock,
        label: .inferred, source: isolated.source)
      signals.append(BootSignal(.executing, .afterIsolated, after))
      if let mark = description.stateFolder.flatMap({ startedMark($0, created: isolated.at, main) }) {
        signals.append(BootSignal(.executing, .stateFolder, mark))
      }
    }
    return signals
  }

  /// The kernel tells of a cgroup when it is there; it was not when the watch last looked.
  private func groupMark(_ folder: String) -> BootTimeline.Mark? {
    guard let made = watch?.made(folder) else { return nil }
    return BootTimeline.Mark(
      at: realtime(monotonic: made.upperBound), lo: realtime(monotonic: made.lowerBound),
      hi: realtime(monotonic: made.upperBound), clock: .monotonic, label: .measured, source: "mkdir of \(folder)")
  }

  /// Where systemd makes the cgroups, it writes down what it was asked for when it makes one. The time of a file is up to
  /// 10 ms behind the clock.
  private func scopeMark(_ own: OwnCgroups) -> BootTimeline.Mark? {
    guard let name = own.leading?.cgroupNames.last, name.hasSuffix(".scope"),
      let at = root.modified("/run/systemd/transient/\(name)")
    else { return nil }
    return BootTimeline.Mark(
      at: at, lo: at, hi: at + 20_000_000, clock: .realtime, label: .inferred, source: "unit file of \(name)")
  }

  /// Without an engine the runtime's own process is the first, and asking for the container was starting it.
  private func runtimeSignals(_ main: Process, _ birth: StartMonitor.Birth?) -> [BootSignal] {
    if let birth, let forked = watch?.oldest(above: birth, named: Self.runtimes)?.1.forked {
      let mark = forkMark(forked)
      return [
        BootSignal(.spawned, .forkEvent, mark),
        BootSignal(.requested, .launcherStart, mark.inferred("start of the runtime")),
      ]
    }
    let own = accountedStart(ofTask: main.pid, ticks: main.start) ?? startMark(main)
    // The runtime came before the container's first process; when is gone with it.
    let mark = BootTimeline.Mark(
      at: own.at, lo: nil, hi: own.hi, clock: own.clock, label: .inferred,
      source: "before the first process, \(own.source)")
    return [BootSignal(.spawned, .processStat, mark)]
  }

  /// Until then the first process is the runtime's own program.
  private func hasExecuted(_ main: Process) -> Bool { !main.isOfRuntime }

  /// The first process ran its runtime's program at a look, and its own at this one.
  /// - Parameter before: realtime nanoseconds of the look before.
  func executedMark(since before: UInt64) -> BootSignal {
    let mark = BootTimeline.Mark(
      at: now.realtime, lo: min(before, now.realtime), hi: now.realtime, clock: .realtime, label: .inferred,
      source: "its runtime ran at one look, its own program at the next")
    return BootSignal(.executing, .programSeen, mark)
  }

  /// The runtime takes a file out of its state folder when it lets the payload go, which is 4 to 12 ms before the payload
  /// executes. Later changes, of limits for instance, write the state anew. Files are stamped with a clock that is up to a
  /// tick late.
  private func startedMark(_ folder: StateFolder, created: UInt64, _ main: Process) -> BootTimeline.Mark? {
    guard hasExecuted(main), let changed = root.modified(folder.path), let written = root.modified(folder.file),
      changed &+ 10_000_000 >= created, written < created &+ 5_000_000_000
    else { return nil }
    return BootTimeline.Mark(
      at: max(changed, created), lo: max(created, changed &- 10_000_000),
      hi: min(now.realtime, changed &+ 1_000_000_000),
      clock: .realtime, label: .inferred, source: "mtime of \(folder.path)")
  }

  // MARK: Virtual machines

  private func machineSignals(_ main: Process, _ description: Description) -> [BootSignal] {
    var signals: [BootSignal] = []
    if let spawned = BootTimeline(spawnedSignals(main))[.spawned] {
      signals.append(BootSignal(.requested, .launcherStart, spawned.inferred("start of the VMM")))
    }
    watch?.follow(main.pid)
    guard description.machine?.accelerator == .kvm else { return signals }
    let tasks = tasks(of: main)
    if let made = watch?.machine(madeBy: tasks.map(\.tid)) {
      // The kernel says it the moment that it is so; it was not so when the watch last looked.
      let from = max(made.lowerBound, monotonicStart(main))
      let mark = BootTimeline.Mark(
        at: realtime(monotonic: made.upperBound), lo: realtime(monotonic: min(from, made.upperBound)),
        hi: realtime(monotonic: made.upperBound), clock: .monotonic, label: .measured, source: "KVM's uevent")
      signals.append(BootSignal(.isolated, .kernelEvent, mark))
    } else if let mark = kernelFolderMark(main) {
      signals.append(BootSignal(.isolated, .kernelFolder, mark))
    }
    for task in tasks {
      // The kernel starts this one when a virtual CPU runs for the first time: x86, Linux 6.14 and later.
      let isGuest = task.comm == "kvm-nx-lpage-re"
      guard isGuest || HypervisorTraits.vcpu(thread: task.comm) == 0 else { continue }
      var mark =
        accountedStart(ofTask: task.tid, ticks: task.start)
        ?? startMark(ticks: task.start, file: "/proc/\(main.pid)/task/\(task.tid)/stat")
      if isGuest {
        mark.hi = mark.hi.map { $0 + Self.firstTurn }
        signals.append(BootSignal(.executing, .guestThread, mark))
      } else {
        // Its thread is there before it runs.
        mark.label = .inferred
        mark.hi = nil
        signals.append(BootSignal(.executing, .vcpuThread, mark))
      }
    }
    return signals
  }

  /// `/sys/kernel/debug/kvm/PID-FD` is made with the machine.
  private func kernelFolderMark(_ main: Process) -> BootTimeline.Mark? {
    let folder = "/sys/kernel/debug/kvm"
    guard let name = (try? root.list(folder))?.filter({ $0.hasPrefix("\(main.pid)-") }).sorted().first,
      let at = root.modified("\(folder)/\(name)")
    else { return nil }
    return BootTimeline.Mark(
      at: at, lo: at &- 10_000_000, hi: at, clock: .realtime, label: .measured, source: "\(folder)/\(name)")
  }

  private func tasks(of process: Process) -> [(tid: Int32, comm: String, start: UInt64)] {
    let folder = "/proc/\(process.pid)/task"
    var buffer = [UInt8](repeating: 0, count: 4096)
    return ((try? root.list(folder)) ?? []).compactMap { name in
      guard let tid = Int32(name), let count = try? root.read("\(folder)/\(name)/stat", into: &buffer),
        let stat = try? ProcessStat(buffer.span.extracting(first: count))
      else { return nil }
      return (tid, stat.comm, stat.start)
    }
  }
}
