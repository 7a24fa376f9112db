import Glibc
import KernelStats
import TareModel
import TareSampling
import TestSupport
import Testing

/// What tare says of starts, beside what the started programs themselves say.
@Suite(.serialized, .enabled(if: TruthScene.canRun, "needs root, runc and gcc"))
struct ContainerTruthTests {
  @Test func `the truth of a container's start lies in the brackets, live and after the fact`() throws {
    let scene = try TruthScene()
    #expect(scene.watch.hearing == .works)
    var truths: [Truth] = []
    for _ in 0..<TruthScene.runs {
      let truth = try scene.start()
      truths.append(truth)
      #expect(truth.live[.executing]?.label == .measured)
      #expect(truth.contains(truth.live[.spawned], truth.spawned), "\(truth)")
      #expect(truth.contains(truth.live[.executing], truth.executed), "\(truth)")
      #expect(truth.contains(truth.later[.spawned], truth.spawned), "\(truth)")
      #expect(truth.contains(truth.later[.executing], truth.executed), "\(truth)")
      #expect(BootTimeline.Phase.allCases.allSatisfy { truth.live[$0]?.isDoubtful != true }, "\(truth)")
    }
    report("container, spawned, live", truths.map { $0.error($0.live[.spawned], $0.spawned.lowerBound) })
    report("container, executing, live", truths.map { $0.error($0.live[.executing], $0.executed) })
    report("container, executing, after the fact", truths.map { $0.error($0.later[.executing], $0.executed) })
  }

  @Test func `the kernel's accounting knows a start to the microsecond, long after`() throws {
    let scene = try TruthScene()
    var errors: [Double] = []
    for _ in 0..<TruthScene.runs {
      let before = TruthScene.now()
      let child = try Child(["sleep", "60"], TruthScene.path)
      let after = TruthScene.now()
      usleep(3000)
      let start = try #require(scene.root.start(ofTask: child.pid))
      #expect(start.lowerBound <= after && start.upperBound >= before)
      errors.append((Double(start.lowerBound) - Double(before)) / 1000)
      child.signal(9)
    }
    report("process, spawned, after the fact", errors)
  }
}

/// Printed where more than a few were asked for: the distribution of how far off the marks are.
func report(_ what: String, _ errors: [Double]) {
  guard errors.count >= 100 else { return }
  let sorted = errors.map(abs).sorted()
  func place(_ share: Double) -> Double { sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))] }
  print(
    "truth: \(what): \(errors.count) runs, off by \(Int(place(0.5))) µs median, \(Int(place(0.95))) µs p95, "
      + "\(Int(sorted.last ?? 0)) µs at most")
}
