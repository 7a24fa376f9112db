import Dispatch
import Foundation
import KernelStats
import Synchronization
import TareModel
import TestSupport
import Testing

@testable import TareSampling

/// A source that hangs, in one of its two steps.
private struct HangingSource: WorkloadSource {
  let guide = SourceGuide(finds: "", by: "", names: "", start: "", ranWith: nil)
  enum Step { case find, describe }

  let name = "slow"
  let places: [String] = []
  let step: Step
  let release = DispatchSemaphore(value: 0)

  func find(in context: DiscoveryContext) -> [Finding] {
    if step == .find {
      release.wait()
      return []
    }
    return context.processes.processes.prefix(1).map {
      Finding(id: "slow:1", kind: .vm, runtime: .kvm, main: $0, own: OwnCgroups())
    }
  }

  func describe(_ finding: Finding, in context: DiscoveryContext) -> Description {
    release.wait()
    return Description(Workload(id: finding.id, name: "slow", kind: finding.kind, runtime: finding.runtime))
  }
}

struct SourceTests {
  @Test(arguments: [HangingSource.Step.find, .describe])
  private func `a source that hangs is not known, and costs the others nothing`(step: HangingSource.Step) throws {
    let host = try FakeHost()
    try host.docker(FakeHost.containerID("abcdef123456789"), name: "web", pid: 200)
    let slow = HangingSource(step: step)
    defer { slow.release.signal() }
    let sampler = try Sampler(
      host.root(), environment: [:], names: FixedEngineNames(), sources: [slow] + allSources(), budget: .init(0),
      waiting: SourceTimeouts(first: .seconds(16), later: .milliseconds(300)))
    var sample = sampler.makeSample()
    try sampler.sample(into: &sample)
    // What was found is there, though nobody came to say what it is called.
    #expect(sample.workloads.map(\.name) == (step == .find ? ["web"] : ["1", "web"]))
    #expect(sample.unanswered == ["slow"])
    #expect(sample.problems.map(\.source) == ["slow"])
    #expect(sample.problems.allSatisfy { $0.message.hasPrefix("did not answer within 16 s: ") })
  }

  @Test func `what a source says too late is for the next pass`() throws {
    let host = try FakeHost()
    try host.docker(FakeHost.containerID("abcdef123456789"), name: "web", pid: 200)
    let slow = HangingSource(step: .describe)
    let sampler = try Sampler(
      host.root(), environment: [:], names: FixedEngineNames(), sources: [slow] + allSources(), budget: .init(0),
      waiting: SourceTimeouts(first: .milliseconds(300), later: .milliseconds(300)))
    var sample = sampler.makeSample()
    try sampler.sample(into: &sample)
    let serial = sample.serials[0]
    #expect(sample.workloads.map(\.name) == ["1", "web"])
    slow.release.signal()
    for _ in 0..<200 where !sample.unanswered.isEmpty {
      usleep(10_000)
      try sampler.sample(into: &sample)
    }
    #expect(sample.workloads.map(\.name) == ["slow", "web"])
    #expect(sample.serials[0] == serial && sample.problems.isEmpty)
  }

  @Test func `a first pass waits for what is slow`() throws {
    let host = try FakeHost()
    try host.docker(FakeHost.containerID("abcdef123456789"), name: "web", pid: 200)
    let slow = HangingSource(step: .find)
    DispatchQueue.global().asyncAfter(deadline: .now() + 2.5) { slow.release.signal() }
    let said = Mutex<[[String]]>([])
    let sampler = try Sampler(
      host.root(), environment: [:], names: FixedEngineNames(), sources: [slow] + allSources(), budget: .init(0),
      waiting: SourceTimeouts(first: .seconds(20), later: .seconds(2)) { names in said.withLock { $0.append(names) } })
    var sample = sampler.makeSample()
    try sampler.sample(into: &sample)
    #expect(sample.unanswered.isEmpty && sample.problems.isEmpty)
    #expect(said.withLock(\.self) == [["slow"]])
  }

  @Test(
    arguments: [
      ("conmon -c 1 --runtime-arg --root=/r -r /usr/bin/runc", "/r"), ("conmon --runtime-arg=--root=/r", "/r"),
      ("conmon --runtime-arg --root --runtime-arg /r", "/r"),
      ("conmon --runtime-arg --log-format=json --exit-command-arg --root --exit-command-arg /storage", nil),
      ("conmon --root /storage", nil), ("conmon --runtime-arg", nil),
    ] as [(String, String?)])
  func `the runtime's root is what conmon hands on, not storage's`(line: String, root: String?) {
    #expect(Conmon.runtimeRoot(in: line.split(separator: " ").map(String.init)) == root)
  }

  @Test func `each source has a line of its own in the list, and its own name`() throws {
    let names = allSources().map(\.name)
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "../../Sources/TareSampling/Runtimes")
    let files = try FileManager.default.subpathsOfDirectory(atPath: folder.standardized.path)
      .filter { $0.hasSuffix("Source.swift") && $0.contains("/") }
      .map { ($0.split(separator: "/").last ?? "").dropLast(12).lowercased() }
    #expect(
      Set(files) == Set(names.map { $0.filter { $0 != "-" } }), "a folder in Runtimes/ needs its line in All.swift")
    #expect(Set(names).count == names.count)
    #expect(names.firstIndex(of: "docker")! < names.firstIndex(of: "runc")!)
  }
}
