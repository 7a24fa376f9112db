import TareModel
import Testing

@Suite struct BootTimelineTests {
  private let base: UInt64 = 1_700_000_000_000_000_000

  private func mark(_ milliseconds: Int, width: Int = 0, isOpen: Bool = false) -> BootTimeline.Mark {
    func at(_ value: Int) -> UInt64 { UInt64(Int(base) + value * 1_000_000) }
    return BootTimeline.Mark(
      at: at(milliseconds), lo: at(milliseconds - width), hi: isOpen ? nil : at(milliseconds + width), clock: .realtime,
      label: .measured, source: "\(milliseconds)")
  }

  @Test func `of several signals of a phase the best counts, whatever their order`() {
    let signals = [
      BootSignal(.spawned, .processStat, mark(7)), BootSignal(.spawned, .forkEvent, mark(9)),
      BootSignal(.spawned, .taskstats, mark(8)),
    ]
    #expect(BootTimeline(signals)[.spawned] == mark(9))
    #expect(BootTimeline(signals.reversed())[.spawned] == mark(9))
  }

  @Test func `of two of the same kind the earlier counts`() {
    let signals = [BootSignal(.ready, .listening, mark(9)), BootSignal(.ready, .listening, mark(8))]
    #expect(BootTimeline(signals)[.ready] == mark(8))
  }

  @Test func `the preference within each phase is the documented one`() {
    let orders: [[BootSignal.Kind]] = [
      [.engineEvent, .engineState, .launcherArguments, .launcherStart], [.forkEvent, .taskstats, .processStat],
      [.runtimeState, .scopeStart, .kernelEvent, .kernelFolder, .cgroupMade],
      [.execEvent, .guestThread, .engineStart, .stateFolder, .vmmBoot, .vcpuThread, .programSeen, .afterIsolated],
      [.notify, .guestAgent, .vmmTimer, .serialMarker, .engineHealth, .listening, .firstPacket, .firstIdle],
    ]
    for order in orders { #expect(order == order.sorted()) }
    #expect(Set(orders.joined()) == Set(BootSignal.Kind.allCases))
  }

  @Test func `a phase before one that it must follow makes both doubtful, and moves neither`() {
    let boot = BootTimeline([
      BootSignal(.spawned, .forkEvent, mark(50)), BootSignal(.isolated, .runtimeState, mark(20)),
      BootSignal(.ready, .listening, mark(90)),
    ])
    #expect(boot[.spawned]?.isDoubtful == true && boot[.isolated]?.isDoubtful == true)
    #expect(boot[.ready]?.isDoubtful == false)
    #expect(boot[.spawned]?.at == mark(50).at && boot[.isolated]?.at == mark(20).at)
  }

  @Test func `nothing is ready before it runs`() {
    let executed = BootSignal(.executing, .execEvent, mark(50))
    let idle = BootSignal(.ready, .firstIdle, mark(30))
    // The runtime came to rest, not what it made.
    #expect(BootTimeline([executed, idle], of: .container)[.ready] == nil)
    #expect(
      BootTimeline([executed, idle, BootSignal(.ready, .firstIdle, mark(80))], of: .container)[.ready] == mark(80))
    let packet = BootSignal(.ready, .firstPacket, mark(30))
    #expect(BootTimeline([BootSignal(.userspace, .serialMarker, mark(50)), packet], of: .vm)[.ready] == nil)
    // What somebody said stays, to be seen.
    let healthy = BootTimeline([executed, BootSignal(.ready, .engineHealth, mark(30))], of: .container)
    #expect(healthy[.ready]?.at == mark(30).at && healthy[.ready]?.isDoubtful == true)
  }

  @Test func `within their brackets the answer comes after the execution`() {
    let boot = BootTimeline(
      [BootSignal(.executing, .stateFolder, mark(50, width: 20)), BootSignal(.ready, .listening, mark(45, width: 20))],
      of: .container)
    #expect(boot[.ready]!.at >= boot[.userspace]!.at && boot[.ready]!.lo! >= boot[.userspace]!.lo!)
    #expect(!boot[.ready]!.isDoubtful)
  }

  @Test func `brackets that overlap contradict nothing`() {
    let boot = BootTimeline([
      BootSignal(.spawned, .processStat, mark(25, width: 10)), BootSignal(.isolated, .runtimeState, mark(20)),
      BootSignal(.executing, .afterIsolated, mark(10, isOpen: true)),
    ])
    #expect(BootTimeline.Phase.allCases.allSatisfy { boot[$0]?.isDoubtful != true })
  }

  @Test func `a container's user space is there when it executes; a machine's is not`() {
    let signals = [BootSignal(.executing, .execEvent, mark(30))]
    #expect(BootTimeline(signals, of: .container)[.userspace] == mark(30))
    #expect(BootTimeline(signals, of: .vm)[.userspace] == nil)
  }

  @Test func `what is doubtful is no better than inferred`() {
    var late = BootTimeline([
      BootSignal(.requested, .engineState, mark(0)), BootSignal(.isolated, .runtimeState, mark(80)),
      BootSignal(.userspace, .serialMarker, mark(60)),
    ])
    #expect(late.span(to: .userspace) == .exact(0.06, .inferred))
    late[.isolated] = nil
    #expect(BootTimeline([]).span(to: .userspace) == .unknown)
  }
}
