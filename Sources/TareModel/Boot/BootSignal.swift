/// One thing that tells of a phase of a start.
public struct BootSignal: Sendable, Hashable {
  /// What tells, for each phase the best first.
  public enum Kind: Int, Sendable, Hashable, CaseIterable, Comparable {
    // requested
    case engineEvent, engineState, launcherArguments, launcherStart
    // spawned
    case forkEvent, taskstats, processStat
    // isolated
    case runtimeState, scopeStart, kernelEvent, kernelFolder, cgroupMade
    // executing
    case execEvent, guestThread, engineStart, stateFolder, vmmBoot, vcpuThread, programSeen, afterIsolated
    // userspace, and ready
    case notify, guestAgent, vmmTimer, serialMarker, engineHealth, listening, firstPacket, firstIdle

    /// Seen from outside, by what it does; nobody said so.
    var isSeen: Bool { [.listening, .firstPacket, .firstIdle].contains(self) }

    public static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }
  }

  public let phase: BootTimeline.Phase
  public let kind: Kind
  public let mark: BootTimeline.Mark

  public init(_ phase: BootTimeline.Phase, _ kind: Kind, _ mark: BootTimeline.Mark) {
    self.phase = phase
    self.kind = kind
    self.mark = mark
  }
}

extension BootTimeline {
  /// The best signal of each phase. Of two of the same kind the earlier one counts. Where a phase then comes before one
  /// that it must follow, both are doubtful; neither is moved.
  /// A container has no kernel to boot: its user space is there when the payload executes.
  /// A request that was for another start is not in it.
  /// - Parameter haltedFrom: see ``haltedFrom``.
  public init(
    _ signals: [BootSignal], of kind: Workload.Kind = .vm, as start: Kind = .boot, haltedFrom: UInt64? = nil
  ) {
    self.init()
    self.kind = start
    self.haltedFrom = haltedFrom
    for phase in Phase.allCases {
      self[phase] = signals.filter { $0.phase == phase }.min { ($0.kind, $0.mark.at) < ($1.kind, $1.mark.at) }?.mark
    }
    if start != .boot || isRequestOfAnother { self[.requested] = nil }
    if kind != .vm, self[.userspace] == nil { self[.userspace] = self[.executing] }
    takeReady(signals)
    for (place, phase) in Phase.allCases.enumerated() {
      for earlier in Phase.allCases[..<place] where Self.isOutOfOrder(self[earlier], self[phase]) {
        self[earlier]?.isDoubtful = true
        self[phase]?.isDoubtful = true
      }
    }
  }

  /// Nothing is ready before it runs: what was seen of it before, such as its runtime that came to rest, tells nothing.
  private mutating func takeReady(_ signals: [BootSignal]) {
    guard let begin = self[.userspace] ?? self[.executing], let ready = self[.ready] else { return }
    if Self.isOutOfOrder(begin, ready) {
      let later = signals.filter { signal in
        signal.phase == .ready && (!signal.kind.isSeen || !Self.isOutOfOrder(begin, signal.mark))
      }
      self[.ready] = later.min { ($0.kind, $0.mark.at) < ($1.kind, $1.mark.at) }?.mark
    }
    // Both within their brackets: of the two the one that is less sure gives way.
    guard var ready = self[.ready], !Self.isOutOfOrder(begin, ready), ready.at < begin.at else { return }
    ready.at = min(begin.at, ready.hi ?? begin.at)
    ready.lo = max(ready.lo ?? 0, begin.lo ?? 0)
    self[.ready] = ready
    guard ready.at < begin.at, let phase = [Phase.userspace, .executing].first(where: { self[$0] == begin }) else {
      return
    }
    self[phase]?.at = ready.at
    self[phase]?.hi = ready.hi
  }

  /// Whether the second ended before the first began, whatever the truth in their brackets is.
  private static func isOutOfOrder(_ first: Mark?, _ second: Mark?) -> Bool {
    guard let begin = first?.lo, let end = second?.hi else { return false }
    return end < begin
  }
}
