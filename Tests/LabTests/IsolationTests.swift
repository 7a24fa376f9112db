import Foundation
import TestSupport
import Testing

extension LabTests {
  /// Real walls, and real holes in them.
  @Suite struct IsolationOfWorkloads {
    private func inspect(_ lab: Lab, _ name: String) throws -> JSONValue {
      let run = try lab.tare(["inspect", name, "--format", "json", "--interval", "0"])
      #expect(run.code == 0, "\(run.errors)")
      return try JSONValue(parsing: run.output)
    }

    private func warnings(_ value: JSONValue) -> [String] {
      value["words"]["warnings"].array.compactMap { $0["kind"].string }
    }

    /// A line of /proc/PID/status, as the kernel writes it.
    private func status(_ pid: Int32, _ key: String) throws -> String {
      let text = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
      let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("\(key):") })
      return line.dropFirst(key.count + 1).trimmingCharacters(in: .whitespaces)
    }

    @Test func `a plain container has namespaces of its own, and the host's network is pointed out`() throws {
      let lab = try Lab.with("docker")
      let idle = try inspect(lab, try lab.rowID("lab-idle"))
      for kind in ["pid", "mnt", "net", "ipc", "uts"] {
        let pid = try #require(lab.containers["lab-idle"]).pid
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/ns/\(kind)")
        let host = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/\(kind)")
        #expect(own != host && idle["isolation"]["namespaces"][kind]["sharing"].string == "own", "\(kind)")
      }
      #expect(!warnings(idle).contains("host-network") && !warnings(idle).contains("privileged"))
      let open = try inspect(lab, try lab.rowID("lab-open"))
      #expect(open["isolation"]["namespaces"]["net"]["sharing"].string == "host")
      #expect(warnings(open).contains("host-network") && !warnings(open).contains("host-pids"))
    }

    /// `--privileged` gives what this machine may not have itself; all but that is as good.
    @Test func `a container with the host's processes, all capabilities and an engine's socket is told`() throws {
      let lab = try Lab.with("docker")
      let docker = ["docker", "-H", lab.docker]
      let start = try Child(
        docker + [
          "run", "-d", "--name", "lab-agent", "--network", "host", "--pid", "host", "--cap-add", "ALL", "--cap-drop",
          "SYS_RESOURCE", "--security-opt", "seccomp=unconfined", "-v",
          "\(lab.folder)/docker.sock:/var/run/docker.sock",
          "busybox", "sleep", "600",
        ], Lab.environment())
      let code = try start.end(within: .seconds(60))
      defer {
        let remove = try? Child(docker + ["rm", "-f", "lab-agent"], Lab.environment())
        _ = try? remove?.end(within: .seconds(60))
      }
      #expect(code == 0, "\(start.complaints)")
      let id = start.text.trimmingCharacters(in: .whitespacesAndNewlines)
      let agent = try inspect(lab, "docker:\(id)")
      let kinds = warnings(agent)
      for kind in ["engine-socket", "host-pids", "host-network", "root-is-root"] {
        #expect(kinds.contains(kind), "\(kinds)")
      }
      let pid = Int32(try #require(agent["workload"]["main_pid"].number))
      let mask = try #require(UInt64(try status(pid, "CapBnd"), radix: 16))
      #expect(agent["isolation"]["capabilities"]["bounding"].array.count == mask.nonzeroBitCount)
      #expect(try status(pid, "Seccomp") == "0" && agent["isolation"]["seccomp"].string == "disabled")
      let host = try #require(UInt64(try status(1, "CapBnd"), radix: 16))
      // What Docker of this version cannot give is above; where the machine has all the rest but this one, it is privileged.
      let wanted = (UInt64(1) << 38 - 1) & host
      #expect(kinds.contains(mask & wanted == wanted ? "privileged" : "capability"), "\(kinds)")
    }

    @Test func `a VM's computer is as it was started`() throws {
      let lab = try Lab.with("vm")
      let machine = try inspect(lab, try lab.rowID("lab-vm"))
      let hardware = machine["isolation"]["hardware"]
      #expect(hardware["accelerator"].string == "tcg")
      #expect(warnings(machine).contains("emulated"))
      #expect((hardware["loaded"].array.first?["allocated_bytes"].number ?? 0) > 1_000_000)
      #expect(machine["virtual"]["software"]["virtual"] == .bool(true))
    }
  }
}
