import Glibc
import KernelStats
import TareModel
import TareSampling
import TestSupport
import Testing

extension TruthTests {
  @Suite(.serialized, .enabled(if: ContainerScene.canRun, "needs root, runc and gcc"))
  struct Containers {
    @Test func `the truth of a container's start lies in the brackets, live and after the fact`() throws {
      let scene = try ContainerScene()
      #expect(scene.watch.hearing == .works)
      var truths: [Truth] = []
      for _ in 0..<TruthScene.runs {
        let truth = try scene.start()
        truths.append(truth)
        #expect(truth.live[.executing]?.label == .measured)
        #expect(BootTimeline.Phase.allCases.allSatisfy { truth.live[$0]?.isDoubtful != true }, "\(truth)")
      }
      let report = TruthReport("container", truths)
      try report.expect("spawned, live", most: 100, { $0.live[.spawned] }, { $0.spawned })
      try report.expect("spawned, after the fact", { $0.later[.spawned] }, { $0.spawned })
      try report.expect("executing, live", most: 1000, { $0.live[.executing] }, { $0.executed })
      try report.expect("executing, after the fact", { $0.later[.executing] }, { $0.executed })
      try report.expect("listening, live", { $0.live[.ready] }, { $0.ready })
    }

    @Test func `the kernel's accounting knows a start to the microsecond, long after`() throws {
      let scene = try ContainerScene()
      let truths = try (0..<TruthScene.runs).map { _ in
        let launched = try scene.launch(["sleep", "60"])
        defer { launched.kill() }
        usleep(3000)
        let start = try #require(scene.root.start(ofTask: launched.pid))
        let (offset, spawned) = (scene.offset, launched.spawned)
        var boot = BootTimeline()
        boot[.spawned] = BootTimeline.Mark(
          at: start.lowerBound &+ offset, lo: start.lowerBound &+ offset, hi: start.upperBound &+ offset,
          clock: .monotonic, label: .measured, source: "taskstats")
        return Truth(spawned: spawned, executed: spawned, ready: spawned, live: boot, later: boot, offset: offset)
      }
      try TruthReport("process", truths).expect(
        "spawned, after the fact", most: 100, { $0.later[.spawned] }, { $0.spawned })
    }
  }
}
