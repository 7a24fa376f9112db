import TareModel
import TareScreen

/// Starts of every kind: measured, reported, inferred, unknown, bounds, doubtful ones, a restart, one of which nothing is
/// known, and two that still come up.
extension Labhost {
  /// What one instant is: seconds since the start was asked for, how it is known, and how far it may be off.
  struct Instant {
    var at: Double
    var label = BootTimeline.Label.measured
    var before: Double? = 0
    var after: Double? = 0
    var source = "test"
    var isDoubtful = false

    static func measured(_ at: Double) -> Instant { Instant(at: at) }
    static func reported(_ at: Double, _ source: String = "runc state.json") -> Instant {
      Instant(at: at, label: .reported, source: source)
    }
    static func inferred(_ at: Double, before: Double? = 0.005, after: Double? = 0.005) -> Instant {
      Instant(at: at, label: .inferred, before: before, after: after, source: "mtime of its state folder")
    }
  }

  private static let now: UInt64 = 1_700_000_060_000_000_000

  static func timeline(_ instants: [BootTimeline.Phase: Instant], ago: Double) -> BootTimeline {
    var boot = BootTimeline()
    let zero = Int64(now) - Int64(ago * 1e9)
    for (phase, instant) in instants {
      func at(_ seconds: Double) -> UInt64 { UInt64(zero + Int64(seconds * 1e9)) }
      var mark = BootTimeline.Mark(
        at: at(instant.at), lo: instant.before.map { at(instant.at - $0) },
        hi: instant.after.map { at(instant.at + $0) },
        clock: instant.label == .reported ? .realtime : .monotonic, label: instant.label, source: instant.source)
      mark.isDoubtful = instant.isDoubtful
      boot[phase] = mark
    }
    return boot
  }

  static func started(
    _ name: String, _ runtime: Workload.Runtime, ago: Double = 8000, as kind: BootTimeline.Kind = .boot,
    _ instants: [BootTimeline.Phase: Instant]
  ) -> Box {
    var instants = instants
    if let executing = instants[.executing] { instants[.userspace] = executing }
    var box = container(name, runtime, image: nil, 40, 2, boot: nil)
    box.workload.startedAt = now - UInt64(ago * 1e9)
    box.workload.boot = timeline(instants, ago: ago)
    box.workload.boot.kind = kind
    return box
  }

  static func booted(
    _ name: String, ago: Double = 8000, _ instants: [BootTimeline.Phase: Instant],
    accelerator: Workload.Accelerator = .kvm
  ) -> Box {
    var box = machine(name, .qemu, 600, 30, given: 1024, accelerator: accelerator, boot: nil)
    box.workload.startedAt = now - UInt64(ago * 1e9)
    box.workload.boot = timeline(instants, ago: ago)
    return box
  }

  static func starts() -> Labhost {
    let docker = "dockerd config.v2.json"
    return Labhost(boxes: [
      started(
        "web", .docker,
        [
          .requested: .reported(0, docker), .spawned: .measured(0.104), .isolated: .reported(0.17),
          .executing: .measured(0.21), .ready: .measured(0.32),
        ]),
      started(
        "api", .docker,
        [
          .requested: .reported(0, docker), .spawned: .measured(0.107), .isolated: .reported(0.171),
          .executing: .reported(0.24, docker), .ready: .reported(1.42, "the engine's health check"),
        ]),
      started(
        "cache", .podman,
        [
          .requested: .reported(0), .spawned: .measured(0.08), .isolated: .reported(0.13), .executing: .measured(0.17),
          .ready: .measured(0.20),
        ]),
      started(
        "job", .runc,
        [.spawned: .inferred(0.02, before: nil), .isolated: .reported(0.04), .executing: .inferred(0.06, after: 0.01)]),
      started(
        "hog", .crun,
        [
          .requested: .inferred(0), .spawned: .measured(0), .isolated: .measured(0.03),
          .executing: .inferred(0.05, after: nil),
        ]),
      started(
        "again", .docker, as: .restart,
        [
          .spawned: .measured(0), .isolated: .reported(0.07),
          .executing: .measured(0.11), .ready: .measured(0.15),
        ]),
      started(
        "odd", .docker,
        [
          .requested: .reported(0, docker),
          .spawned: Instant(at: 0.2, isDoubtful: true),
          .isolated: Instant(at: 0.1, label: .reported, source: "runc state.json", isDoubtful: true),
          .executing: .measured(0.3),
        ]),
      started("dark", .crun, [:]),
      booted(
        "db",
        [
          .requested: .reported(0), .spawned: .measured(0.02), .isolated: .measured(0.09), .executing: .measured(0.12),
          .userspace: .reported(2.64, "its serial line"), .ready: .reported(3.91, "its serial line"),
        ]),
      booted(
        "legacy",
        [
          .requested: .inferred(0), .spawned: .measured(0.26), .executing: .inferred(0.4),
          .ready: .inferred(5.6, before: 0.7, after: 0),
        ]),
      booted("mute", [.requested: .inferred(0), .spawned: .measured(0), .executing: .inferred(0.05, after: nil)]),
      booted(
        "late",
        [.requested: .reported(0), .spawned: .measured(0.03), .userspace: .reported(1.8).bounded]),
    ])
  }

  /// Two that came up just now: a container that has not answered yet, a VM whose kernel boots.
  static func coming() -> Labhost {
    var host = starts()
    host.boxes =
      Array(host.boxes.prefix(2)) + [
        started(
          "fresh", .docker, ago: 3.4,
          [
            .requested: .reported(0), .spawned: .measured(0.1), .isolated: .reported(0.16), .executing: .measured(0.2),
          ]),
        booted(
          "guest", ago: 7.2,
          [.requested: .inferred(0), .spawned: .measured(0), .isolated: .measured(0.06), .executing: .measured(0.09)]),
      ]
    return host
  }
}

extension Labhost.Instant {
  /// Only the latest instant is known.
  fileprivate var bounded: Labhost.Instant {
    var copy = self
    copy.before = nil
    return copy
  }
}
