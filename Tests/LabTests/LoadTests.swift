import Foundation
import TestSupport
import Testing

extension LabTests {
  /// A machine on which ten programs want each processor.
  @Suite struct Load {
    /// Rows as a script sees them: which, what they are called, by what, from which image.
    private func rows(_ snapshot: Snapshot) -> Set<[String]> {
      Set(snapshot.workloads.map { [$0.id, $0.name, $0.runtime, $0.image ?? "-"] })
    }

    @Test func `the same rows and names, twenty times over`() throws {
      let lab = try Lab.with("docker")
      let environment = ["DOCKER_HOST": lab.docker]
      let calm = try rows(lab.snapshot(["--interval", "0"], environment))
      for name in lab.runningNames { #expect(calm.contains { $0[1] == lab.shownName(name) }, "\(name) in \(calm)") }
      let count = ProcessInfo.processInfo.activeProcessorCount * 10
      // They end by themselves, whatever becomes of this process.
      let busy = try (0..<count).map { _ in
        try Child(["timeout", "150", "bash", "-c", "while :; do :; done"], Lab.environment())
      }
      defer { for program in busy { program.signal(SIGTERM) } }
      let end = ContinuousClock.now + .seconds(120)
      for round in 1...20 {
        guard ContinuousClock.now < end else {
          Issue.record("only \(round - 1) rounds in two minutes")
          break
        }
        let found = try rows(lab.snapshot(["--interval", "0"], environment))
        #expect(found == calm, "round \(round): \(found.symmetricDifference(calm))")
      }
      let doctor = try lab.tare(["doctor"], environment)
      #expect(doctor.code == 0 && !doctor.output.contains("not known"), "\(doctor.output) \(doctor.errors)")
      let explained = try lab.tare(["explain", "cpu", "lab-idle"], environment)
      #expect(explained.code == 0, "\(explained.errors)")
    }
  }
}
