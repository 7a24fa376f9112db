import KernelStats
import TareModel
import TareSampling
import TestSupport
import Testing

/// What machines tell over their monitors, in their rows.
@Suite struct GuestFiguresTests {
  private struct Told: GuestFigures {
    var answer: GuestAnswer
    func refresh(_ machines: [GuestMachine]) {}
    func answer(of machine: GuestMachine.Identity) -> GuestAnswer { answer }
    var problems: [Problem] { [Problem(source: "qemu", message: "said")] }
  }

  private func sample(_ answer: GuestAnswer) throws -> Sample {
    let host = try FakeHost()
    try host.qemu(700, ["-m", "64"], namesThreads: false)
    try host.docker(FakeHost.containerID("a"), name: "web", pid: 200)
    let sampler = try Sampler(
      try host.root(), environment: [:], names: FixedEngineNames(), budget: DescriptorBudget(0),
      figures: Told(answer: answer))
    var sample = sampler.makeSample()
    try sampler.sample(into: &sample)
    return sample
  }

  private func report(_ change: (inout GuestReport) -> Void) -> GuestAnswer {
    var report = GuestReport(at: 1)
    change(&report)
    return .told(report)
  }

  private func row(_ kind: Workload.Kind, _ sample: Sample) throws -> Int {
    try #require(sample.workloads.firstIndex { $0.kind == kind })
  }

  @Test func `vCPUs that the monitor tells need no names`() throws {
    let sample = try sample(report { $0.vcpus = [701] })
    let vm = try row(.vm, sample)
    #expect(sample[vm, .cpuEmulator] == .value(1_000_000_000))
    #expect(sample[vm, .cpuWait] == .value(200_000_000))
  }

  @Test(arguments: [[], [701, 9999], [1], [-1]] as [[Int32]])
  func `threads that are not the machine's own are not believed`(vcpus: [Int32]) throws {
    let sample = try sample(report { $0.vcpus = vcpus })
    #expect(sample[try row(.vm, sample), .cpuEmulator] == .missing(.unnamedThreads))
  }

  @Test func `the guest's use is what it told, while it is fresh`() throws {
    var memory = GuestMemory(at: UInt64.max / 2)
    (memory.total, memory.available) = (100, 30)
    let told = try sample(report { $0.memory = memory })
    #expect(told[try row(.vm, told), .memoryGuestUsed] == .value(70))
    #expect(told.guests[try row(.vm, told)].report?.memory == memory)
    memory.at = 1
    let old = try sample(report { $0.memory = memory })
    #expect(old[try row(.vm, old), .memoryGuestUsed] == .missing(.stale))
  }

  @Test func `a container has no guest, and a problem is told`() throws {
    let sample = try sample(.missing(.notReported, why: "busy"))
    #expect(sample.guests[try row(.container, sample)] == .missing(.notApplicable))
    #expect(sample[try row(.container, sample), .memoryGuestUsed] == .missing(.notApplicable))
    #expect(sample[try row(.vm, sample), .memoryGuestUsed] == .missing(.notReported))
    #expect(sample.problems.contains(Problem(source: "qemu", message: "said")))
  }
}
