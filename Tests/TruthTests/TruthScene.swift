import Foundation
import Glibc
import KernelStats
import TareModel
import TestSupport

@testable import TareSampling

/// What really happened in one start, and what tare says of it. Monotonic nanoseconds.
struct Truth {
  /// Between these two the first process was asked for and was there.
  var spawned: ClosedRange<UInt64>
  /// At its first instruction the payload looked at the clock.
  var executed: UInt64
  /// As a tare says that watched.
  var live: BootTimeline
  /// As one says that came later.
  var later: BootTimeline
  /// What to add to a monotonic instant to get one since 1970.
  var offset: UInt64

  func contains(_ mark: BootTimeline.Mark?, _ instant: UInt64) -> Bool {
    contains(mark, instant...instant)
  }

  /// Whether the truth, known to lie between two instants, may lie within the mark's bracket.
  func contains(_ mark: BootTimeline.Mark?, _ instants: ClosedRange<UInt64>) -> Bool {
    guard let mark else { return false }
    return mark.lo ?? 0 <= instants.upperBound &+ offset && mark.hi ?? .max >= instants.lowerBound &+ offset
  }

  /// How far the mark is from the truth, in microseconds.
  func error(_ mark: BootTimeline.Mark?, _ instant: UInt64) -> Double {
    mark.map { (Double($0.at) - Double(instant &+ offset)) / 1000 } ?? .nan
  }
}

/// A place where payloads that know the truth are started in containers of runc.
final class TruthScene {
  /// How often; more for a distribution.
  static let runs = ProcessInfo.processInfo.environment["TARE_TRUTH_RUNS"].flatMap { Int($0) } ?? 20
  static let path = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
  static let canRun = geteuid() == 0 && has("runc") && has("gcc")

  let folder: TemporaryFolder
  let root = KernelRoot()
  let watch = StartWatch()
  private var number = 0

  init() throws {
    folder = try TemporaryFolder()
    let source = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "truth.c").path
    try folder.makeFolder("bundle/rootfs/proc")
    try Self.run([
      "gcc", "-O2", "-static", "-nostdlib", "-o", folder.absolute("bundle/rootfs/truth"), source,
    ])
    let configuration = """
      {"ociVersion":"1.0.2","process":{"terminal":false,"user":{"uid":0,"gid":0},"args":["/truth"],"cwd":"/"},
       "root":{"path":"rootfs"},"mounts":[{"destination":"/proc","type":"proc","source":"proc"}],"linux":{"cgroupsPath":"/tare-truth-\(getpid())/one",
       "namespaces":[{"type":"pid"},{"type":"mount"},{"type":"network"},{"type":"ipc"}]}}
      """
    try folder.write("bundle/config.json", configuration)
    guard until(within: .seconds(5), { watch.hearing == .starting ? nil : true }) != nil else {
      throw Child.Failure(description: "the watch does not begin")
    }
  }

  deinit {
    watch.end()
    for group in (try? FileManager.default.contentsOfDirectory(atPath: "/sys/fs/cgroup")) ?? [] {
      unsafe rmdir("/sys/fs/cgroup/\(group)/tare-truth-\(getpid())")
    }
    unsafe rmdir("/sys/fs/cgroup/tare-truth-\(getpid())")
  }

  static func has(_ program: String) -> Bool {
    path["PATH"]!.split(separator: ":").contains { unsafe access("\($0)/\(program)", X_OK) == 0 }
  }

  static func run(_ words: [String]) throws {
    let child = try Child(words, path)
    guard try child.end(within: .seconds(60)) == 0 else { throw Child.Failure(description: child.complaints) }
  }

  static func now() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Starts one container and looks at it in both ways.
  func start() throws -> Truth {
    number += 1
    let name = "tare-truth-\(getpid())-\(number)"
    let home = folder.absolute("runc")
    let before = Self.now()
    let child = try Child(
      ["runc", "--root", home, "run", "-d", "--bundle", folder.absolute("bundle"), name], Self.path)
    let after = Self.now()
    defer { try? Self.run(["runc", "--root", home, "delete", "--force", name]) }
    guard try child.end(within: .seconds(20)) == 0,
      let text = until(within: .seconds(5), { child.lines.first }), let executed = UInt64(text)
    else { throw Child.Failure(description: "runc: \(child.complaints)") }
    let offset = root.now()
    // Until the watch has taken what it heard.
    usleep(20_000)
    return Truth(
      spawned: before...after, executed: executed, live: try look(name, watch), later: try look(name, nil),
      offset: offset.realtime - offset.monotonic)
  }

  private func look(_ name: String, _ watch: StartWatch?) throws -> BootTimeline {
    let discovery = Discovery(
      root, layout: try CgroupLayout(root), environment: ["XDG_RUNTIME_DIR": folder.path], sources: [RuncSource()],
      names: FixedEngineNames(), watch: watch)
    let rows = try discovery.pass(at: Self.now()).rows
    guard let row = rows.first(where: { $0.workload.name == name }) else {
      throw Child.Failure(description: "\(name) was not found among \(rows.map(\.workload.name))")
    }
    return row.workload.boot
  }
}
