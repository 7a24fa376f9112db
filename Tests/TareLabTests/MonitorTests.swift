import Foundation
import Glibc
import TareGuests
import TareModel
import Testing

@testable import TareLab

extension RealWorkloadTests {
  /// What QEMU tells of the laboratory's machines.
  @Suite(.serialized) struct Monitors {
    @Test(RealWorkloadTests.canEmulate) func `a machine's start is told by QEMU, from the request on`() throws {
      try withTemporaryFolder { folder in
        let lines = Lines()
        let laboratory = try RealWorkloadTests.laboratory(in: folder, lines: lines)
        defer { try? laboratory.removeAll() }
        let before = now()
        let machine = try laboratory.startVirtualMachine(name: "guest", accelerator: .tcg)
        let after = now()
        #expect(!lines.all.contains { $0.contains("monitor") })
        let process = try #require(ProcessIdentity(of: machine.pid))
        let timeline = BootTimeline(laboratory.starts.signals(of: process.machine))
        let (requested, executing) = (try #require(timeline[.requested]), try #require(timeline[.executing]))
        #expect(before <= requested.at && requested.at < executing.at && executing.at < after)
        #expect(requested.label == .measured && executing.label == .reported)
        #expect(executing.source == "QEMU's event RESUME")
        #expect(laboratory.starts.events(of: process).first?.kind == .resume)
        #expect(laboratory.starts.problems.isEmpty)
        // Its user turns it off: QEMU tells that too, and ends.
        let revision = laboratory.starts.revision
        kill(machine.pid, SIGTERM)
        let isTold = try Polling.wait(atMost: .seconds(10)) {
          laboratory.starts.events(of: process).contains { $0.kind == .shutdown }
        }
        #expect(isTold && laboratory.starts.revision > revision)
        try laboratory.removeAll()
        #expect(laboratory.starts.signals(of: process.machine).isEmpty)
        #expect(!Files.exists("\(folder)/run"))
      }
    }

    @Test(RealWorkloadTests.canEmulate) func `a monitor that does not answer is done without, and that is said`() throws
    {
      try withTemporaryFolder { folder in
        let usual = try LabEnvironment.test(in: folder)
        let real = ["qemu-system-x86_64", "qemu-system-aarch64"].compactMap { name in
          (try? Tool(name, package: "", in: usual)).map { (name, $0.path) }
        }
        // A QEMU that never makes its monitor.
        try Files.makeFolder("\(folder)/bin")
        for (name, path) in real {
          let script = """
            #!/bin/sh
            for word; do [ "$word" != -S ] || exec sleep 1000; done
            exec '\(path)' "$@"

            """
          try Files.create("\(folder)/bin/\(name)", Array(script.utf8))
          unsafe chmod("\(folder)/bin/\(name)", 0o700)
        }
        var environment = usual.environment
        environment["PATH"] = "\(folder)/bin:\(environment["PATH"] ?? "/usr/bin:/bin")"
        let surroundings = LabEnvironment(
          runtimeFolder: usual.runtimeFolder, cacheFolder: usual.cacheFolder, environment: environment)
        let lines = Lines()
        let laboratory = try Laboratory(service: try #require(Needs.service), in: surroundings) { lines.add($0) }
        defer { try? laboratory.removeAll() }
        let machine = try laboratory.startVirtualMachine(name: "guest", accelerator: .tcg)
        #expect(
          lines.all.contains { $0.hasPrefix("guest: QEMU's monitor: ") && $0.hasSuffix("started again without it") })
        #expect(!(try Files.text("/proc/\(machine.pid)/cmdline")).contains("monitor"))
        let process = try #require(ProcessIdentity(of: machine.pid))
        // What is left is what tare itself saw.
        #expect(laboratory.starts.signals(of: process.machine).map(\.phase) == [.requested, .userspace, .ready])
        try laboratory.removeAll()
        #expect(!Files.exists("\(folder)/run"))
      }
    }

    private func now() -> UInt64 {
      var time = timespec()
      unsafe clock_gettime(CLOCK_REALTIME, &time)
      return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
  }
}
