import Foundation
import TestSupport
import Testing

extension LabTests {
  /// One snapshot of everything, each of its figures against what the kernel and the engines say.
  @Suite struct Rows {
    private static func picture(_ lab: Lab) throws -> Picture { try lab.pictures.get(lab, dockerHost: true) }

    @Test(arguments: Lab.containerNames, [false, true])
    func `a container's row says whose it is, with DOCKER_HOST and without`(name: String, dockerHost: Bool) throws {
      let lab = try Lab.with(Lab.part(name))
      let picture = try lab.pictures.get(lab, dockerHost: dockerHost)
      let row = try picture.row(name, lab)
      let container = try #require(lab.containers[name])
      #expect(row.name == lab.shownName(name))
      #expect(row.kind == "container")
      #expect(row.runtime == Lab.runtime(name))
      switch row.runtime {
      case "docker": #expect(row.image == "busybox")
      case "podman": #expect(row.image == "localhost/busybox:latest")
      default: #expect(row.image == nil && row.reason("image") == "not-applicable")
      }
      #expect(row.mainPid == container.pid)
      #expect(picture.before.cgroups[name]?.contains(row.cgroup ?? "") == true)
      #expect(row.cgroup != "/")
      #expect(row.parent == nil && row.reason("parent") == "not-applicable")
      // The reader's shell starts a program for each copy and each pause.
      #expect(try (name == "lab-reader" ? 1...2 : 1...1).contains(row.number("processes.count")))
      let started = try nanoseconds(try #require(row.startedAt))
      // The process's start is known to a clock tick.
      #expect(started > lab.began - 20_000_000)
      #expect(try started < nanoseconds(picture.snapshot.takenAt))
    }

    @Test func `every null has its reason, and every reason a null`() throws {
      let lab = try Lab.with()
      let output = try lab.tare(["snapshot", "--format", "json", "--interval", "200ms"]).output
      let snapshot = try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
      let rows = try #require(snapshot["workloads"] as? [[String: Any]])
      for part in rows + [
        try #require(snapshot["host"] as? [String: Any]), try #require(snapshot["self"] as? [String: Any]),
      ] {
        let reasons = try #require(part["unavailable"] as? [String: String])
        let name = part["name"] as? String ?? "host or self"
        #expect(Set(nulls(part)) == Set(reasons.keys), "\(name)")
        #expect(reasons.values.allSatisfy { !$0.isEmpty })
      }
    }

    /// Paths of all fields that are null; not in lists, where a phase's label says what is unknown.
    private func nulls(_ part: [String: Any]) -> [String] {
      part.flatMap { key, value -> [String] in
        if value is NSNull { return [key] }
        return (value as? [String: Any]).map { nulls($0).map { "\(key).\($0)" } } ?? []
      }
    }

    @Test func `the rows and the rest are the host`() throws {
      let lab = try Lab.with()
      let snapshot = try Self.picture(lab).snapshot
      let host = snapshot.host
      let ids = Set(snapshot.workloads.map(\.id))
      let outermost = snapshot.workloads.filter { $0.parent.map { !ids.contains($0) } ?? true }
      let rows = outermost.compactMap { $0.cpu["usage_percent"] ?? nil }.reduce(0, +)
      let (all, rest) = (try #require(host.cpuPercent), try #require(host.restCpuPercent))
      #expect(rest >= 0)
      #expect(all <= Double(host.cpusOnline) * 101)
      // The host counts by clock ticks, the rows by the nanosecond: the rest never goes below 0 for that.
      #expect(
        abs(rows + rest - all) < 0.1 || rest == 0 && rows < all + Double(host.cpusOnline) * 15, "\(rows) \(rest) \(all)"
      )
    }

    @Test func `the table has every name and fits 80 columns`() throws {
      let lab = try Lab.with()
      let run = try lab.tare(["snapshot", "--interval", "300ms"], ["COLUMNS": "200"])
      #expect(run.code == 0)
      let lines = run.output.split(separator: "\n")
      for name in lab.runningNames {
        let shown = lab.shownName(name).prefix(12)
        #expect(lines.contains { $0.dropFirst(2).hasPrefix(shown) }, "\(name) is not in the table")
      }
      // All that is not ASCII here is one cell wide; problems are sentences, and may be longer.
      for line in lines where !line.hasPrefix("!") { #expect(line.unicodeScalars.count <= 80, "\(line)") }
    }

    // MARK: CPU

    @Test(arguments: Lab.containerNames)
    func `CPU time lies between two looks at the cgroup's counter`(name: String) throws {
      let lab = try Lab.with(Lab.part(name))
      let picture = try Self.picture(lab)
      let total = try picture.row(name, lab).number("cpu.usage_seconds_total")
      let (before, after) = (try #require(picture.before.cpu[name]), try #require(picture.after.cpu[name]))
      // JSON has microseconds.
      #expect(total >= before.nanoseconds / 1e9 - 0.000_001)
      #expect(total <= after.nanoseconds / 1e9 + 0.000_001)
      let window = picture.snapshot.intervalSeconds
      let growth = (after.nanoseconds - before.nanoseconds) / 1e9
      #expect(try picture.row(name, lab).number("cpu.usage_percent") <= growth * 100 / window * 1.05 + 1)
    }

    @Test func `a container that sleeps uses nothing`() throws {
      let lab = try Lab.with("docker")
      let row = try Self.picture(lab).row("lab-idle", lab)
      #expect(try row.number("cpu.usage_percent") < 1)
      #expect(row.reason("cpu.limit_cores") == "unlimited")
      #expect(row.reason("cpu.throttled_percent") == "not-applicable")
      #expect(row.reason("cpu.guest_percent") == "not-applicable")
    }

    @Test func `a busy loop under a quota uses its quota and is held back`() throws {
      let lab = try Lab.with("docker")
      let picture = try Self.picture(lab)
      let row = try picture.row("lab-busy", lab)
      let (before, after) = (try #require(picture.before.cpu["lab-busy"]), try #require(picture.after.cpu["lab-busy"]))
      let seconds = (picture.after.at - picture.before.at) / .seconds(1)
      let seen = (after.nanoseconds - before.nanoseconds) / 1e7 / seconds
      let usage = try row.number("cpu.usage_percent")
      // Our window is wider and begins elsewhere in the quota's period of 100 ms.
      #expect(abs(usage - seen) <= 2 + seen / 4, "tare \(usage), the counter \(seen)")
      #expect(usage < 30)
      #expect(try row.number("cpu.limit_cores") == 0.25)
      let (user, system) = (try row.number("cpu.user_percent"), try row.number("cpu.system_percent"))
      #expect(abs(user + system - usage) <= 5)
      let held = try row.number("cpu.throttled_percent")
      let seenHeld = (after.throttled - before.throttled) * 100 / (after.periods - before.periods)
      #expect(abs(held - seenHeld) <= 35 && held <= 100, "tare \(held), the counter \(seenHeld)")
      // Where others leave it too little to reach its quota, it is not held back either.
      if seenHeld > 75 { #expect(held > 50) }
    }

    // MARK: Memory

    @Test(arguments: Lab.dockerNames)
    func `memory is what Docker itself shows`(name: String) throws {
      let lab = try Lab.with("docker")
      let picture = try Self.picture(lab)
      let row = try picture.row(name, lab)
      let looks = try picture.memory.map { try #require($0[name]) }
      let drift = 512.0 * 1024
      func isBetween(_ value: Double, _ numbers: [Double]) -> Bool {
        value >= numbers.min()! - drift && value <= numbers.max()! + drift
      }
      #expect(isBetween(try row.number("memory.working_set_bytes"), looks.map(\.used)))
      #expect(isBetween(try row.number("memory.current_bytes"), looks.map(\.memory.usage)))
      if name == "lab-holder" { #expect(try row.number("memory.limit_bytes") == looks[0].memory.limit) }
    }

    @Test func `what a container holds is anonymous memory within its limit`() throws {
      let lab = try Lab.with("docker")
      let row = try Self.picture(lab).row("lab-holder", lab)
      #expect(try row.number("memory.limit_bytes") == 64 * 1_048_576)
      let anon = try row.number("memory.anon_bytes")
      #expect(anon >= 30 * 1_048_576 && anon < 40 * 1_048_576)
      #expect(try row.number("memory.working_set_bytes") >= anon)
      #expect(try row.number("memory.oom_kills_total") == 0)
    }

    @Test func `a file that is only in the page cache is no working set`() throws {
      let lab = try Lab.with("docker")
      let row = try Self.picture(lab).row("lab-reader", lab)
      let file = 20.0 * 1_048_576
      #expect(try row.number("memory.current_bytes") >= file)
      #expect(try row.number("memory.current_bytes") - row.number("memory.working_set_bytes") >= file * 0.95)
      #expect(try row.number("memory.file_bytes") >= file * 0.95)
    }

    @Test(arguments: [("lab-pod", 48.0), ("lab-runc", 32.0), ("lab-crun", 32.0)])
    func `limits of Podman, runc and crun are seen`(name: String, mebibytes: Double) throws {
      let lab = try Lab.with(Lab.part(name))
      let row = try Self.picture(lab).row(name, lab)
      #expect(try row.number("memory.limit_bytes") == mebibytes * 1_048_576)
      if name != "lab-pod" { #expect(try row.number("processes.limit") == 50) }
    }

    @Test(arguments: Lab.containerNames)
    func `memory is there, and the start has its phases`(name: String) throws {
      let lab = try Lab.with(Lab.part(name))
      let row = try Self.picture(lab).row(name, lab)
      #expect(try row.number("memory.current_bytes") > 0)
      let known = Set(row.boot.phases.filter { $0.at != nil }.map(\.phase))
      // liblxc keeps no record of a start.
      #expect(
        known.isSuperset(of: name == "lab-lxc" ? ["spawned"] : ["spawned", "isolated", "executing", "userspace"]))
    }

    // MARK: Network

    @Test func `no network is 0 bytes, the host's network is nobody's`() throws {
      let lab = try Lab.with("docker")
      let picture = try Self.picture(lab)
      for field in ["network.received_bytes_per_second", "network.sent_bytes_per_second"] {
        #expect(try picture.row("lab-idle", lab).number(field) == 0)
        #expect(try picture.row("lab-open", lab).reason(field) == "host-network")
      }
    }

    @Test func `who only calls himself conmon or QEMU has no row`() throws {
      let lab = try Lab.with()
      let strangers = try ["/usr/bin/conmon", "qemu-system-x86_64"].map { name in
        try Child(["bash", "-c", "exec -a \(name) sleep 60"], Lab.environment())
      }
      usleep(200_000)
      let snapshot = try lab.snapshot(["--interval", "300ms"])
      for stranger in strangers {
        #expect(stranger.exitCode == nil)
        #expect(!snapshot.workloads.contains { $0.mainPid == stranger.pid })
      }
    }
  }
}
