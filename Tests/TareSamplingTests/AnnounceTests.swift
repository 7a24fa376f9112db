import Glibc
import KernelStats
import TareModel
import TestSupport
import Testing

@testable import TareSampling

/// What begins and ends between two samples, on the live machine.
struct AnnounceTests {
  /// Finds the children of this very process that sleep for so long.
  private struct SleeperSource: WorkloadSource {
    let guide = SourceGuide(finds: "", by: "", names: "", start: "", ranWith: nil)
    let name = "sleepers"
    let places: [String] = []
    let length: String

    func find(in context: DiscoveryContext) -> [Finding] {
      context.processes.children(of: getpid()).compactMap { child in
        guard context.root.arguments(of: child.pid, keep: { $0 })?.last == length else { return nil }
        return Finding(id: "sleeper:\(child.pid)", kind: .container, runtime: .runc, main: child, own: OwnCgroups())
      }
    }

    func describe(_ finding: Finding, in context: DiscoveryContext) -> Description {
      Description(finding.named("sleeper", in: context))
    }
  }

  @Test func `a row comes, and goes, without the next sample`() throws {
    let length = "600.\(getpid())"
    let watch = StartMonitor()
    defer { watch.end() }
    let sampler = try Sampler(
      KernelRoot(), environment: [:], names: FixedEngineNames(), sources: [SleeperSource(length: length)],
      budget: DescriptorBudget(0), watch: watch)
    var sample = sampler.makeSample()
    try sampler.sample(into: &sample)
    #expect(sample.workloads.isEmpty)
    #expect(try !sampler.announce(into: &sample))
    let taken = (sample.monotonic, sample.hostReadings)
    let child = try Child(["sleep", length], [:])
    defer { child.signal(SIGKILL) }
    let came = try until(within: .seconds(20)) { try sampler.announce(into: &sample) ? true : nil }
    #expect(came == true)
    #expect(sample.workloads.map(\.id) == ["sleeper:\(child.pid)"])
    #expect(sample.monotonic == taken.0)
    #expect(sample.readAt[0] > taken.0)
    // Its end is news where the kernel tells of ends.
    let before = watch.newsCount
    child.signal(SIGKILL)
    _ = try child.end(within: .seconds(10))
    if watch.hearing == .works {
      #expect(until(within: .seconds(20)) { watch.newsCount > before ? true : nil } == true)
    }
    let went = try until(within: .seconds(20)) { try sampler.announce(into: &sample) ? true : nil }
    #expect(went == true)
    #expect(sample.workloads.isEmpty)
  }

  @Test func `passes cost a fiftieth of a core in the long run, and may follow each other after a quiet time`() {
    var schedule = DiscoverySchedule()
    let second: UInt64 = 1_000_000_000
    func may(_ now: UInt64) -> Bool { schedule.mayAnnounce(at: now) }
    func due(_ now: UInt64, lastPid: UInt64, lost: Bool = false) -> DiscoverySchedule.Discovery? {
      schedule.next(at: now, lastPid: lastPid, namesChanged: false, eventsWereLost: lost).discovery
    }
    #expect(!may(100 * second))
    #expect(due(100 * second, lastPid: 1) == .whole)
    schedule.spend(40_000_000)
    #expect(may(100 * second))
    schedule.spend(40_000_000)
    #expect(!may(100 * second))
    #expect(!may(100 * second + second / 2))
    #expect(may(102 * second))
    // What was seen to start is not forgotten meanwhile.
    schedule.spend(50_000_000)
    #expect(due(102 * second, lastPid: 2) == nil)
    #expect(due(103 * second, lastPid: 2) == nil)
    #expect(due(105 * second, lastPid: 2) == .changes)
  }

  @Test func `however much passes cost, none is put off for more than three seconds`() {
    var schedule = DiscoverySchedule()
    let second: UInt64 = 1_000_000_000
    _ = schedule.next(at: 100 * second, lastPid: 1, namesChanged: false)
    for _ in 0..<100 { schedule.spend(.max) }
    #expect(schedule.next(at: 102 * second, lastPid: 2, namesChanged: false).discovery == nil)
    #expect(schedule.next(at: 103 * second + 1_000_000, lastPid: 2, namesChanged: false).discovery == .changes)
  }

  @Test func `what was lost makes all be looked at, and half a minute the list`() {
    var schedule = DiscoverySchedule()
    let second: UInt64 = 1_000_000_000
    func due(_ now: UInt64, lastPid: UInt64, lost: Bool = false) -> DiscoverySchedule.Discovery? {
      schedule.next(at: now, lastPid: lastPid, namesChanged: false, eventsWereLost: lost).discovery
    }
    _ = due(1 * second, lastPid: 1)
    _ = due(2 * second, lastPid: 1)
    #expect(due(3 * second, lastPid: 1) == nil)
    #expect(due(4 * second, lastPid: 1, lost: true) == .whole)
    #expect(due(33 * second, lastPid: 1) == nil)
    #expect(due(35 * second, lastPid: 1) == .listed)
  }
}
