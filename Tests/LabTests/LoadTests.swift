import Foundation
import TestSupport
import Testing

extension LabTests {
  /// A machine on which ten programs want each processor. In a run of its own, `TARE_LOAD=1`: beside it every other test would
  /// wait, and some measure time.
  @Suite(.enabled(if: ProcessInfo.processInfo.environment["TARE_LOAD"] == "1", "make test runs it by itself"))
  struct Load {
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
        try Child(["timeout", "240", "bash", "-c", "while :; do :; done"], Lab.environment())
      }
      defer { for program in busy { program.signal(SIGTERM) } }
      // Two at a time, or it takes two minutes.
      for round in 1...10 {
        let both = try (0..<2).map { _ in
          try Child(
            [Tool.tare(), "snapshot", "--format", "json", "--interval", "0"], Lab.environment(environment))
        }
        for run in both {
          let code = try run.end(within: .seconds(60))
          #expect(code == 0 && run.complaints.isEmpty, "round \(round): \(code) \(run.complaints)")
          let found = try rows(Snapshot(run.text))
          #expect(found == calm, "round \(round): \(found.symmetricDifference(calm))")
        }
      }
      let doctor = try lab.tare(["doctor"], environment)
      #expect(doctor.code == 0 && !doctor.output.contains("not known"), "\(doctor.output) \(doctor.errors)")
      let explained = try lab.tare(["explain", "cpu", "lab-idle"], environment)
      #expect(explained.code == 0, "\(explained.errors)")
    }
  }
}
