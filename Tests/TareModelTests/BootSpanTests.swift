import TareModel
import Testing

@Suite struct BootSpanTests {
  private let base: UInt64 = 1_700_000_000_000_000_000

  private func mark(
    _ milliseconds: Int, _ label: BootTimeline.Label = .reported, lo: Int? = nil, hi: Int? = nil, isOpen: Bool = false
  ) -> BootTimeline.Mark {
    func at(_ value: Int) -> UInt64 { UInt64(Int(base) + value * 1_000_000) }
    return BootTimeline.Mark(
      at: at(milliseconds), lo: at(lo ?? milliseconds), hi: isOpen ? nil : at(hi ?? milliseconds), clock: .realtime,
      label: label, source: "test")
  }

  private func span(_ marks: [BootTimeline.Phase: BootTimeline.Mark], to phase: BootTimeline.Phase = .userspace)
    -> BootSpan
  {
    var boot = BootTimeline()
    for (phase, mark) in marks { boot[phase] = mark }
    return boot.span(to: phase)
  }

  @Test func `with both ends it is exact, and as sure as the weaker of them`() {
    #expect(span([.requested: mark(0, .measured), .userspace: mark(240)]) == .exact(0.24, .reported))
    #expect(span([.requested: mark(0), .userspace: mark(240, .inferred)]) == .exact(0.24, .inferred))
    #expect(span([.requested: mark(0), .ready: mark(500)], to: .ready) == .exact(0.5, .reported))
  }

  @Test func `without the request it is at least what is known`() {
    #expect(span([.spawned: mark(100, lo: 100, hi: 110), .userspace: mark(240)]) == .atLeast(0.13))
    #expect(span([.isolated: mark(200), .userspace: mark(240)]) == .atLeast(0.04))
    #expect(span([.userspace: mark(240)]) == .unknown)
  }

  @Test func `an end that is open is a bound`() {
    #expect(span([.requested: mark(0), .userspace: mark(240, isOpen: true)]) == .atLeast(0.24))
    // All that is known is that it was created: nothing, rather than 0.
    #expect(span([.isolated: mark(240), .userspace: mark(240, isOpen: true)]) == .unknown)
  }

  @Test func `time in which it stood still is no start: all that is known is that it took no longer`() {
    var boot = BootTimeline()
    boot[.requested] = mark(0)
    boot[.spawned] = mark(10)
    boot[.userspace] = mark(5600, hi: 5660)
    boot[.ready] = mark(7000)
    #expect(boot.span(to: .userspace) == .exact(5.6, .reported) && boot.gap(to: .userspace) == nil)
    boot.haltedFrom = mark(10).at
    #expect(boot.span(to: .userspace) == .atMost(5.66) && boot.gap(to: .userspace) == .halted)
    // What was there before it stood still took as long as it took.
    boot.haltedFrom = mark(6000).at
    #expect(boot.span(to: .userspace) == .exact(5.6, .reported))
    #expect(boot.span(to: .ready) == .atMost(7) && boot.gap(to: .ready) == .halted)
    // Neither is there a least time.
    boot[.requested] = nil
    #expect(boot.span(to: .ready) == .unknown)
  }

  @Test func `what has not come is unknown`() {
    #expect(span([.requested: mark(0), .spawned: mark(100)]) == .unknown)
    #expect(span([:]) == .unknown)
  }

  @Test func `a request long before the first process was for another start`() {
    let old = span([.requested: mark(-3_600_000), .spawned: mark(0), .userspace: mark(240)])
    #expect(old == .atLeast(0.24))
    #expect(span([.requested: mark(-59_000), .spawned: mark(0), .userspace: mark(240)]) == .exact(59.24, .reported))
  }

  @Test func `time does not run backwards`() {
    #expect(span([.requested: mark(300), .userspace: mark(240)]) == .unknown)
    #expect(span([.requested: mark(300), .spawned: mark(100), .userspace: mark(240)]) == .atLeast(0.14))
  }

  @Test(arguments: [BootTimeline.Kind.restart, .restored, .migrated])
  func `what goes on from an earlier run is no boot and takes no time`(kind: BootTimeline.Kind) {
    var boot = BootTimeline()
    for (place, phase) in BootTimeline.Phase.allCases.enumerated() { boot[phase] = mark(place * 100) }
    #expect(boot.span(to: .ready) == .exact(0.5, .reported))
    boot.kind = kind
    for phase in BootTimeline.Phase.allCases { #expect(boot.span(to: phase) == .notApplicable) }
  }

  @Test func `a request for an earlier start is not in the timeline of this one`() {
    let others = [BootSignal(.spawned, .processStat, mark(0)), BootSignal(.executing, .execEvent, mark(100))]
    func requested(_ at: Int, as kind: BootTimeline.Kind = .boot) -> UInt64? {
      BootTimeline([BootSignal(.requested, .engineState, mark(at))] + others, of: .container, as: kind)[.requested]?.at
    }
    #expect(requested(-59_000) == base - 59_000_000_000)
    #expect(requested(-61_000) == nil)
    #expect(requested(-1000, as: .restart) == nil)
    // One that contradicts is left, to be seen.
    #expect(requested(50) == base + 50_000_000)
  }

  @Test func `what has not both ends says why`() {
    func gap(_ marks: [BootTimeline.Phase: BootTimeline.Mark], to phase: BootTimeline.Phase = .userspace) -> BootGap? {
      var boot = BootTimeline()
      for (phase, mark) in marks { boot[phase] = mark }
      return boot.gap(to: phase)
    }
    #expect(gap([.requested: mark(0), .userspace: mark(240)]) == nil)
    #expect(gap([:]) == .nothing)
    #expect(gap([.requested: mark(0), .spawned: mark(10)]) == .noEnd)
    #expect(gap([.spawned: mark(10), .userspace: mark(240)]) == .noRequest)
    #expect(gap([.requested: mark(0), .userspace: mark(240, isOpen: true)]) == .openEnd)
    #expect(gap([.requested: mark(300), .userspace: mark(240)]) == .outOfOrder)
    #expect(gap([.requested: mark(300), .spawned: mark(100), .userspace: mark(240)]) == .outOfOrder)
    var again = BootTimeline()
    again[.spawned] = mark(0)
    for (kind, why) in [(BootTimeline.Kind.restart, BootGap.restart), (.restored, .restored), (.migrated, .migrated)] {
      again.kind = kind
      #expect(again.gap(to: .userspace) == why)
    }
  }

  @Test func `counting begins with the request of this start, else with the earliest phase`() {
    var boot = BootTimeline()
    #expect(boot.start == nil)
    boot[.requested] = mark(-3_600_000)
    #expect(boot.start?.phase == .requested)
    boot[.isolated] = mark(20)
    boot[.spawned] = mark(50)
    #expect(boot.start?.phase == .isolated)
    boot[.requested] = mark(0)
    #expect(boot.start?.mark.at == base)
  }

  @Test func `a span is as sure as the weaker of its ends, and a doubtful end is inferred`() {
    var boot = BootTimeline()
    #expect(boot.label(to: .userspace) == .unknown)
    boot[.requested] = mark(0, .measured)
    boot[.userspace] = mark(240, .reported)
    #expect(boot.label(to: .userspace) == .reported)
    boot[.requested]?.isDoubtful = true
    #expect(boot.label(to: .userspace) == .inferred)
    #expect(boot.span(to: .userspace) == .exact(0.24, .inferred))
  }
}
