import Foundation
import Glibc
import TestSupport
import Testing

/// The starts that `tare snapshot --format json` printed.
private struct Starts: Decodable {
  let workloads: [Row]

  struct Row: Decodable {
    let name: String
    let boot: Boot
  }
  struct Boot: Decodable {
    /// What began.
    let kind: String
    let phases: [Phase]
    subscript(phase: String) -> Phase? { phases.first { $0.phase == phase } }
  }
  struct Phase: Decodable {
    let phase: String
    let at: String?
    let hi: String?
    let label: String
    let source: String?
  }
}

/// tare that watches, and the lines that it has printed.
private struct Watcher {
  let child: Child

  init(_ lab: Lab, _ environment: [String: String]) throws {
    let arguments = ["snapshot", "--format", "json", "--count", "0", "--interval", "300ms"]
    child = try Child([Tool.tare()] + arguments, Lab.environment(environment))
    let begins = child
    let up: Bool? = until(within: .seconds(30)) { begins.lines.isEmpty ? nil : true }
    #expect(up == true, "\(child.complaints)")
  }

  /// This container's start, in the first of the lines to come where this holds of it.
  func boot(of name: String, where isWanted: (Starts.Boot) -> Bool) throws -> Starts.Boot {
    var last: Starts.Boot?
    let found = try until(within: .seconds(60)) { () -> Starts.Boot? in
      let text = child.text
      guard let end = text.lastIndex(of: "\n"), let line = text[..<end].split(separator: "\n").last else { return nil }
      last = try JSONDecoder().decode(Starts.self, from: Data(line.utf8)).workloads.first { $0.name == name }?.boot
      return last.flatMap { isWanted($0) ? $0 : nil }
    }
    return try #require(found, "\(name) last: \(String(describing: last)), \(child.complaints)")
  }

  func end() throws {
    child.signal(SIGINT)
    #expect(try child.end(within: .seconds(10)) == 0)
    #expect(child.complaints.isEmpty, "\(child.complaints)")
  }
}

extension LabTests {
  /// What Docker and Podman say of starts while tare watches.
  @Suite struct EngineEvents {
    private static func run(_ command: [String]) throws {
      let child = try Child(command, Lab.environment())
      #expect(try child.end(within: .seconds(60)) == 0, "\(command.suffix(6)) \(child.complaints)")
    }

    /// Starts one that is healthy at the first check, then starts it once more.
    private static func watch(
      _ engine: [String], _ arguments: [String], _ environment: [String: String], _ lab: Lab, check: [String]? = nil
    ) throws {
      let name = "lab-events"
      let watcher = try Watcher(lab, environment)
      defer { watcher.child.signal(SIGKILL) }
      let asked = realtime()
      try run(engine + ["run", "-d", "--name", name, "--network=none"] + arguments + ["busybox", "sleep", "3600"])
      defer { try? run(engine + ["rm", "-f", name]) }
      if let check { for _ in 1...2 { try run(engine + check + [name]) } }
      let first = try watcher.boot(of: name) {
        $0["requested"]?.source?.contains("event create") == true && $0["ready"]?.source?.contains("healthy") == true
      }
      let requested = try #require(first["requested"])
      #expect(requested.label == "reported")
      let instant = try nanoseconds(#require(requested.at))
      #expect(instant >= asked && instant <= realtime())
      #expect(try nanoseconds(#require(requested.hi)) >= instant)
      let ready = try #require(first["ready"])
      #expect(ready.label == "reported")
      #expect(try nanoseconds(#require(ready.at)) >= nanoseconds(#require(first["executing"]?.at)))
      #expect(first.kind == "boot")

      #expect(try afterwards(name, lab)["requested"]?.at != nil)

      let restarted = realtime()
      try run(engine + ["restart", "-t", "0", name])
      let second = try watcher.boot(of: name) { boot in
        guard let spawned = try? boot["spawned"]?.at.map({ try nanoseconds($0) }) else { return false }
        return spawned >= restarted && boot["requested"]?.at == nil
      }
      #expect(second.kind == "restart")
      #expect(try afterwards(name, lab)["requested"]?.at == nil)
      try watcher.end()
    }

    /// What one look finds without any event.
    private static func afterwards(_ name: String, _ lab: Lab) throws -> Starts.Boot {
      let run = try lab.tare(["snapshot", "--format", "json", "--interval", "0"])
      let starts = try JSONDecoder().decode(Starts.self, from: Data(run.output.utf8))
      return try #require(starts.workloads.first { $0.name == name }?.boot, "\(run.errors)")
    }

    @Test func `Docker says when it was asked, and what is a restart`() throws {
      let lab = try Lab.with("docker")
      let health = ["--health-cmd", "true", "--health-interval", "1s"]
      try Self.watch(["docker", "-H", lab.docker], health, ["DOCKER_HOST": lab.docker], lab)
    }

    @Test func `Podman says when it was asked, and what is a restart`() throws {
      let lab = try Lab.with("podman")
      let podman = [
        "env", "CONTAINERS_CONF=\(lab.folder)/containers.conf", "podman", "--root", "\(lab.folder)/podman/root",
        "--runroot",
        "\(lab.folder)/podman/run", "--tmpdir", "\(lab.folder)/podman/tmp", "--cgroup-manager=cgroupfs",
        "--events-backend", "file",
      ]
      let socket = "\(lab.folder)/podman.sock"
      let service = try Child(podman + ["system", "service", "--time=0", "unix://\(socket)"], Lab.environment())
      defer {
        service.signal(SIGTERM)
        _ = try? service.end(within: .seconds(20))
      }
      let up: Bool? = until(within: .seconds(20)) { exists(socket) ? true : nil }
      #expect(up == true, "\(service.complaints)")
      // Without systemd nobody checks its health but who asks for it.
      let arguments = [
        "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024", "--health-cmd", "true", "--health-interval",
        "disable",
      ]
      try Self.watch(podman, arguments, ["CONTAINER_HOST": "unix://\(socket)"], lab, check: ["healthcheck", "run"])
    }
  }
}
