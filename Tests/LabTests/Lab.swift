import Foundation
import Glibc
import TareLab
import TestSupport
import Testing

/// Real containers and virtual machines for all tests of ``LabTests``, started once and removed at the end. `lab/lab.sh`
/// keeps the containers and the small guests, and removes them even when this process is killed: its input ends then. The
/// Linux machine comes from TareLab and ends with this process.
final class Lab: Sendable {
  @TaskLocal static var current: Lab?

  /// Everything is below this folder.
  let folder: String
  let began = realtime()
  /// By name: the engine's id and the first process, as the engine says.
  let containers: [String: (id: String, pid: Int32)]
  let machines: [String: Int32]
  /// Why a part does not run here.
  let skipped: [String: String]
  /// When the Linux machine was asked for and when it was ready.
  let machineStart: ClosedRange<Int64>?
  let laboratory: Laboratory?
  let pictures = Pictures()
  private let keeper: Keeper

  init() throws {
    try Self.sweep()
    folder = Self.newFolder()
    keeper = try Keeper(folder, [])
    var lines: [[String]] = []
    let asked = realtime()
    var (laboratory, machine): (Laboratory?, StartedVirtualMachine?) = (nil, nil)
    var skipped: [String: String] = [:]
    do {
      // The keeper's folder is there when it has said something.
      try keeper.waitForFolder()
      let made = try Laboratory(service: Tool.service(), in: Self.surroundings(folder)) { _ in }
      laboratory = made
      machine = try made.startVirtualMachine(name: "lab-vm", accelerator: .tcg)
    } catch {
      skipped["vm"] = "\(error)"
    }
    machineStart = machine == nil ? nil : asked...realtime()
    keeper.proceed()
    lines = try keeper.ready()
    self.laboratory = laboratory
    var containers: [String: (id: String, pid: Int32)] = [:]
    var machines = machine.map { ["lab-vm": $0.pid] } ?? [:]
    for line in lines {
      switch line[0] {
      case "container": containers[line[1]] = (line[2], Int32(line[3]) ?? 0)
      case "machine": machines[line[1]] = Int32(line[2])
      case "skip": skipped[line[1]] = line[2]
      default: break
      }
    }
    (self.containers, self.machines, self.skipped) = (containers, machines, skipped)
  }

  /// Removes all of it and looks for what is left.
  func end() throws {
    try laboratory?.removeAll()
    try keeper.end()
    for item in try Debris.of(folder, ids: containers.values.map(\.id)) { Issue.record("left behind: \(item)") }
  }

  var docker: String { "unix://\(folder)/docker.sock" }

  /// What labs have left that were killed together with their keepers.
  static func sweep() throws {
    let child = try Child([script, "sweep", base], environment())
    _ = try child.end(within: .seconds(120))
  }

  /// On a disk, because the page cache of files in memory does not count as such; short, because sockets are below it.
  static let base = "/var/tmp"
  static func newFolder() -> String { "\(base)/tare-lab-\(getpid())-\(UInt32.random(in: 0...0xFFFF))" }
  static let script = URL(filePath: #filePath).deletingLastPathComponent().path + "/lab/lab.sh"

  static func surroundings(_ folder: String) throws -> LabEnvironment {
    let environment = ProcessInfo.processInfo.environment
    let usual = try LabEnvironment(environment: environment.merging(["XDG_RUNTIME_DIR": folder]) { $1 })
    return LabEnvironment(
      runtimeFolder: "\(folder)/laboratory", cacheFolder: usual.cacheFolder, environment: environment)
  }

  /// This process's, without what would lead tare or the engines' clients elsewhere.
  static func environment(_ more: [String: String] = [:]) -> [String: String] {
    var all = ProcessInfo.processInfo.environment.filter { !["DOCKER_HOST", "CONTAINER_HOST"].contains($0.key) }
    all["PATH"] = (all["PATH"] ?? "/usr/bin:/bin") + ":/usr/sbin:/sbin"
    if let service = try? Tool.service() { all["TARE_SERVICE"] = service }
    all["SECRET"] = secret
    return all.merging(more) { $1 }
  }

  static let secret = "SECRET123"
}

/// The process of `lab.sh keep`.
final class Keeper: Sendable {
  let folder: String
  private let child: Child
  /// Our end of its standard input. When it closes, however it does, the keeper removes everything.
  private let input: Int32

  init(_ folder: String, _ parts: [String]) throws {
    var ends: [Int32] = [0, 0]
    guard unsafe pipe(&ends) == 0 else { throw Child.Failure(description: "no pipe") }
    // Whoever else inherits our end would keep the lab alive.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    defer { close(ends[0]) }
    self.folder = folder
    input = ends[1]
    child = try Child([Lab.script, "keep", folder] + parts, Lab.environment(), input: ends[0])
  }

  var pid: Int32 { child.pid }

  func waitForFolder() throws {
    _ = until(within: .seconds(20)) { exists("\(folder)/keeper") || child.exitCode != nil ? true : nil }
  }

  /// Lets it start what would slow down the rest.
  func proceed() { _ = unsafe write(input, "\n", 1) }

  /// What it has said by the time that all is up.
  func ready() throws -> [[String]] {
    let lines = try until(within: .seconds(150)) { () -> [[String]]? in
      let lines = child.text.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
      if child.exitCode != nil { throw Child.Failure(description: "lab.sh ended: \(child.complaints)") }
      return lines.contains(["ready"]) ? lines : nil
    }
    guard let lines else { throw Child.Failure(description: "lab.sh is not ready: \(child.text) \(child.complaints)") }
    return lines
  }

  func end() throws {
    close(input)
    let code = try child.end(within: .seconds(150))
    let left = child.lines.filter { $0.hasPrefix("left\t") }
    #expect(code == 0 && left.isEmpty && child.lines.last == "gone", "\(left) \(child.complaints)")
  }

  /// As a crash would, with no time to remove anything.
  func kill() throws {
    child.signal(SIGKILL)
    _ = try child.end(within: .seconds(5))
    close(input)
  }
}

func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

/// What a lab that has ended may have left.
enum Debris {
  static func of(_ folder: String, ids: [String]) throws -> [String] {
    let tag = folder.split(separator: "/").last.map(String.init)!
    let marks = ids + [tag]
    func isOurs(_ text: some StringProtocol) -> Bool { marks.contains { text.contains($0) } }
    var left: [String] = []
    if exists(folder) { left.append(folder) }
    left += ["/run/runc/\(tag)-runc", "/run/crun/\(tag)-crun", "/run/lxc/lock\(folder)"].filter(exists)
    let mounts = try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8).split(separator: "\n")
    left += mounts.filter { $0.contains(folder) }.map { "mount \($0)" }
    for point in mounts.filter({ $0.contains(" - cgroup") }).map({ $0.split(separator: " ")[4] }) {
      let find = try Child(["find", String(point), "-mindepth", "1", "-type", "d"], Lab.environment())
      _ = try find.end(within: .seconds(20))
      left += find.lines.filter(isOurs).map { "cgroup \($0)" }
    }
    for pid in try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap({ Int32($0) }) {
      guard pid != getpid(), let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { continue }
      let words = String(decoding: bytes, as: UTF8.self)
      if isOurs(words) { left.append("process \(pid) \(words)") }
    }
    return left
  }
}
