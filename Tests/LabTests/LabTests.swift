import Foundation
import Glibc
import Synchronization
import TareLab
import TestSupport
import Testing

/// Everything here looks at one lab of real containers and virtual machines, one test at a time.
@Suite(.serialized, WithLab()) enum LabTests {}

/// Starts the lab before the first test of the suite and removes it after the last.
struct WithLab: SuiteTrait, TestScoping {
  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let begin = ContinuousClock.now
    let lab = try Lab()
    let started = ContinuousClock.now
    // Before any test changes the lab. What goes wrong here is told by the test that asks for the picture.
    for dockerHost in [true, false] { _ = try? lab.pictures.get(lab, dockerHost: dockerHost) }
    let up = ContinuousClock.now
    for (part, reason) in lab.skipped.sorted(by: { $0.key < $1.key }) { print("lab: \(part) does not run: \(reason)") }
    do {
      try await Lab.$current.withValue(lab, operation: function)
    } catch {
      try lab.end()
      throw error
    }
    let down = ContinuousClock.now
    try lab.end()
    print(
      "lab: up after \(started - begin), looked at after \(up - started), tests \(down - up), removed after \(ContinuousClock.now - down)"
    )
  }
}

extension Lab {
  /// On the machine that decides about changes a part that does not run is a failure. Only KVM may be missing there, and
  /// user-mode Linux, which is for x86 only.
  static let mustRun = ProcessInfo.processInfo.environment["CI"] == "true"

  #if arch(x86_64)
    private static let mayBeMissing = ["kvm"]
  #else
    private static let mayBeMissing = ["kvm", "uml"]
  #endif

  /// The lab, if this part runs here; else the test is skipped.
  static func with(_ parts: String..., at location: SourceLocation = #_sourceLocation) throws -> Lab {
    let lab = try #require(current, sourceLocation: location)
    for part in parts {
      guard let reason = lab.skipped[part] else { continue }
      if mustRun && !mayBeMissing.contains(part) {
        Issue.record("\(part) must run on the CI machine: \(reason)", sourceLocation: location)
      }
      try Test.cancel("\(part): \(reason)", sourceLocation: location)
    }
    return lab
  }

  /// Runs tare to its end.
  func tare(_ arguments: [String], _ environment: [String: String] = [:]) throws -> (
    output: String, errors: String, code: Int32, elapsed: Duration
  ) {
    let begin = ContinuousClock.now
    let child = try Child([Tool.tare()] + arguments, Self.environment(environment))
    let code = try child.end(within: .seconds(60))
    return (child.text, child.complaints, code, ContinuousClock.now - begin)
  }

  func snapshot(_ arguments: [String], _ environment: [String: String] = [:]) throws -> Snapshot {
    let run = try tare(["snapshot", "--format", "json"] + arguments, environment)
    #expect(run.code == 0 && run.errors.isEmpty, "\(run.errors)")
    return try Snapshot(run.output)
  }

  /// As tare names it.
  func rowID(_ name: String) throws -> String {
    if let pid = machines[name] { return try "\(Self.runtime(name)):\(pid):\(Kernel.startTicks(pid))" }
    let container = try #require(containers[name], "\(name) does not run: \(skipped)")
    return "\(Self.runtime(name)):\(container.id)"
  }

  static func runtime(_ name: String) -> String {
    switch name {
    case "lab-pod": "podman"
    case "lab-runc": "runc"
    case "lab-crun": "crun"
    case "lab-lxc": "lxc"
    case "lab-kvm", "lab-paused", "lab-huge", "lab-vm": "qemu"
    case "lab-uml": "uml"
    default: "docker"
    }
  }

  /// As a row calls it: what no engine names has the runtime's id, the last part of its path.
  func shownName(_ name: String) -> String {
    ["runc", "crun", "lxc"].contains(Self.runtime(name))
      ? containers[name]?.id.split(separator: "/").last.map(String.init) ?? name : name
  }

  /// Which part of the lab starts it.
  static func part(_ name: String) -> String {
    let runtime = runtime(name)
    return runtime == "qemu" ? String(name.dropFirst(4)) : runtime
  }

  static let dockerNames = ["lab-idle", "lab-busy", "lab-holder", "lab-reader", "lab-open", "lab-passing"]
  static let containerNames = dockerNames + ["lab-pod", "lab-runc", "lab-crun", "lab-lxc"]
  static let machineNames = ["lab-vm", "lab-paused", "lab-huge", "lab-kvm"]
  static let umlName = "lab-uml"

  var runningNames: [String] {
    (Self.containerNames + Self.machineNames + [Self.umlName]).filter { containers[$0] != nil || machines[$0] != nil }
  }
}

/// Two seconds of the whole lab as tare sees them, and what the kernel and Docker said right before and after.
struct Picture: Sendable {
  struct Moment: Sendable {
    let at = ContinuousClock.now
    var cpu: [String: Kernel.Cpu] = [:]
    var cgroups: [String: Set<String>] = [:]

    init(_ lab: Lab) throws {
      for (name, container) in lab.containers {
        cpu[name] = try Kernel.cpu(of: container.pid)
        cgroups[name] = try Kernel.cgroups(of: container.pid)
      }
    }
  }

  let snapshot: Snapshot
  let before: Moment
  let after: Moment
  /// What Docker said of each container's memory, before and after.
  let memory: [[String: DockerStats]]

  /// With and without DOCKER_HOST.
  static func of(_ lab: Lab, dockerHost: Bool) throws -> Picture {
    let memoryBefore = try DockerStats.all(lab)
    let before = try Moment(lab)
    let snapshot = try lab.snapshot(["--interval", "2s"], dockerHost ? ["DOCKER_HOST": lab.docker] : [:])
    let after = try Moment(lab)
    return try Picture(
      snapshot: snapshot, before: before, after: after, memory: [memoryBefore, DockerStats.all(lab)])
  }

  func row(_ name: String, _ lab: Lab, _ location: SourceLocation = #_sourceLocation) throws -> Snapshot.Row {
    let id = try lab.rowID(name)
    return try #require(snapshot[id], "no row \(id)", sourceLocation: location)
  }
}

/// Each picture is taken once, when a test first asks for it.
final class Pictures: Sendable {
  private let taken = Mutex<[Bool: Picture]>([:])

  func get(_ lab: Lab, dockerHost: Bool) throws -> Picture {
    try taken.withLock { taken in
      if let picture = taken[dockerHost] { return picture }
      let picture = try Picture.of(lab, dockerHost: dockerHost)
      taken[dockerHost] = picture
      return picture
    }
  }
}

/// Memory figures as Docker's own API has them.
struct DockerStats: Decodable, Sendable {
  struct Memory: Decodable, Sendable {
    let usage: Double
    let limit: Double
    let stats: [String: Double]
  }
  let memory: Memory
  enum CodingKeys: String, CodingKey { case memory = "memory_stats" }

  /// What `docker stats` shows: the names differ between cgroup v1 and v2.
  var used: Double { memory.usage - (memory.stats["total_inactive_file"] ?? memory.stats["inactive_file"] ?? 0) }

  /// Of all containers of the lab. Docker takes a second for each, so they are asked side by side.
  static func all(_ lab: Lab) throws -> [String: DockerStats] {
    let asked = try lab.containers.filter { Lab.runtime($0.key) == "docker" }.mapValues { container in
      try Child(
        [
          "curl", "-sS", "--unix-socket", "\(lab.folder)/docker.sock",
          "http://docker/containers/\(container.id)/stats?stream=false&one-shot=true",
        ], Lab.environment())
    }
    return try asked.mapValues { child in
      guard try child.end(within: .seconds(20)) == 0 else { throw Child.Failure(description: child.complaints) }
      return try JSONDecoder().decode(DockerStats.self, from: Data(child.text.utf8))
    }
  }
}

/// The kernel's files as the tests read them, by ways of their own.
enum Kernel {
  struct Cpu: Sendable {
    var nanoseconds: Double
    var periods: Double
    var throttled: Double
  }

  static func startTicks(_ pid: Int32) throws -> String {
    let stat = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
    let fields = stat[(try #require(stat.lastIndex(of: ")")))...].split(separator: " ")
    return String(fields[20])
  }

  static func parent(of pid: Int32) throws -> Int32 {
    let stat = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
    let fields = stat[(try #require(stat.lastIndex(of: ")")))...].split(separator: " ")
    return try #require(Int32(fields[2]))
  }

  /// Paths of all cgroups of a process.
  static func cgroups(of pid: Int32) throws -> Set<String> {
    let text = try String(contentsOfFile: "/proc/\(pid)/cgroup", encoding: .utf8)
    return Set(
      text.split(separator: "\n").map {
        String($0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)[2])
      })
  }

  static func cpu(of pid: Int32) throws -> Cpu {
    let folder = try folder(of: pid, "cpu")
    let stat = try keys("\(folder)/cpu.stat")
    let usage: Double =
      if let microseconds = stat["usage_usec"] {
        microseconds * 1000
      } else {
        try number("\(try self.folder(of: pid, "cpuacct"))/cpuacct.usage")
      }
    return Cpu(nanoseconds: usage, periods: stat["nr_periods"] ?? 0, throttled: stat["nr_throttled"] ?? 0)
  }

  /// The folder of a process's cgroup, in the hierarchy of this controller or in the unified one.
  static func folder(of pid: Int32, _ controller: String) throws -> String {
    let lines = try String(contentsOfFile: "/proc/\(pid)/cgroup", encoding: .utf8).split(separator: "\n")
      .map { $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false) }
    let own = lines.first { $0[1].split(separator: ",").contains(Substring(controller)) }
    let line = try #require(own ?? lines.first { $0[0] == "0" })
    let mounts = try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8).split(separator: "\n")
      .map { $0.split(separator: " ") }
    let mount = mounts.first { words in
      guard let dash = words.firstIndex(of: "-"), dash + 3 < words.count else { return false }
      if own == nil { return words[dash + 1] == "cgroup2" }
      return words[dash + 1] == "cgroup" && words[dash + 3].split(separator: ",").contains(Substring(controller))
    }
    return "\(try #require(mount)[4])\(line[2])"
  }

  static func number(_ path: String) throws -> Double {
    try #require(
      Double(try String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)))
  }

  static func keys(_ path: String) throws -> [String: Double] {
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    return Dictionary(
      lines.compactMap { line in
        let words = line.split(separator: " ")
        return words.count == 2 ? Double(words[1]).map { (String(words[0]), $0) } : nil
      }
    ) { first, _ in first }
  }
}
