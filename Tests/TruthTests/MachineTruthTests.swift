import TareModel
import TestSupport
import Testing

extension TruthTests {
  @Suite(.serialized, .enabled(if: MachineScene.canRun, "needs root, qemu-system-x86_64 and binutils"))
  struct Machines {
    @Test func `the truth of an emulated machine's start lies in the brackets, live and after the fact`() throws {
      let scene = try MachineScene()
      let truths = try (0..<TruthScene.runs).map { _ in try scene.start("tcg") }
      let report = TruthReport("emulated machine", truths)
      try expectCommon(report)
    }

    @Test(.enabled(if: MachineScene.canUseKVM, "needs /dev/kvm"))
    func `the truth of a KVM machine's start lies in the brackets, live and after the fact`() throws {
      let scene = try MachineScene()
      let truths = try (0..<TruthScene.runs).map { _ in try scene.start("kvm") }
      let report = TruthReport("KVM machine", truths)
      try expectCommon(report)
      try report.expect("executing, live", { $0.live[.executing] }, { $0.executed })
      try report.expect("executing, after the fact", { $0.later[.executing] }, { $0.executed })
      for truth in truths {
        // Made before its first instruction, and after its process.
        let isolated = try #require(truth.live[.isolated])
        #expect(isolated.label == .measured && isolated.source == "KVM's uevent")
        #expect(isolated.lo ?? .max <= truth.executed.upperBound &+ truth.offset)
        #expect(isolated.hi ?? 0 >= truth.spawned.lowerBound &+ truth.offset)
      }
    }

    private func expectCommon(_ report: TruthReport) throws {
      try report.expect("spawned, live", most: 100, { $0.live[.spawned] }, { $0.spawned })
      try report.expect("spawned, after the fact", most: 100, { $0.later[.spawned] }, { $0.spawned })
      try report.expect("userspace, live", most: 10_000, { $0.live[.userspace] }, { $0.userspace ?? $0.executed })
      try report.expect("ready, live", most: 10_000, { $0.live[.ready] }, { $0.ready })
    }
  }
}
