/// Where a start's duration comes from: no figure of the catalogue, because it is known phase by phase.
public struct BootExplanation: Sendable {
  public static let name = "boot"
  public static let formula =
    "from the request to user space; ready: to the answer of the service. Each phase is told by whoever knows it best"

  public let workload: Workload

  public init(_ workload: Workload) { self.workload = workload }

  public var parts: [ExplanationPart] { [Self.formulaPart, phases, Self.others] }

  /// What is to be said whatever the workload.
  public static let parts = [formulaPart, phasesPart, others]

  private static let formulaPart = ExplanationPart("FORMULA", [.init(name, formula)])

  private static let phasesPart = ExplanationPart(
    "PHASES", BootTimeline.Phase.allCases.map { .init($0.rawValue, $0.meaning) })

  private static let others = ExplanationPart(
    "OTHER TOOLS",
    [
      .init("time docker run", "until the container has ended, with the client and the pull of its image"),
      .init(
        "systemd-analyze", "in a guest: from its kernel's start; what the VMM and firmware did before is not in it"),
      .init("docker inspect", "Created and StartedAt: two of the phases, as the engine says"),
    ])

  private var phases: ExplanationPart {
    let boot = workload.boot
    guard let start = boot.start?.mark.at else {
      return ExplanationPart("PHASES", [.init("", "Nothing is known of its phases.")])
    }
    let halt = boot.haltedFrom.map { from in
      ExplanationPart.Line(
        "halted",
        "from \(seconds(from, since: start)) s on it stood still, or may have: later phases took at most so long")
    }
    return ExplanationPart(
      "PHASES",
      BootTimeline.Phase.allCases.map { phase in
        guard let mark = boot[phase] else { return .init(phase.rawValue, "unknown") }
        let doubt = mark.isDoubtful ? ", contradicts another" : ""
        return .init(
          phase.rawValue, "\(seconds(mark.at, since: start)) s, \(mark.label.rawValue)\(doubt): \(mark.source)")
      } + [halt].compactMap { $0 })
  }

  private func seconds(_ at: UInt64, since start: UInt64) -> String {
    let nanoseconds = at > start ? at - start : start - at
    let fraction = String(nanoseconds / 1000 % 1_000_000)
    let zeros = String(repeating: "0", count: 6 - fraction.count)
    return "\(at < start ? "-" : "")\(nanoseconds / 1_000_000_000).\(zeros)\(fraction)"
  }
}

extension BootTimeline.Phase {
  /// What has happened then.
  public var meaning: String {
    switch self {
    case .requested: "the engine or launcher was asked"
    case .spawned: "the first process of its own: shim, runtime, VMM"
    case .isolated: "namespaces and cgroup, or the KVM VM, exist"
    case .executing: "the payload's execve, or the guest's first instruction"
    case .userspace: "PID 1 of the guest; for a container the same as executing"
    case .ready: "the service answers"
    }
  }
}
