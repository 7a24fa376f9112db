import Foundation
import Glibc
import KernelStats
import TareModel
import TestSupport

@testable import TareSampling

/// Containers of runc whose payload knows when it began.
final class ContainerScene: TruthScene {
  static let canRun = geteuid() == 0 && has("runc", "gcc")

  private var home: String { folder.absolute("runc") }

  override init() throws {
    try super.init()
    try folder.makeFolder("bundle/rootfs/proc")
    try Self.run([
      "gcc", "-O2", "-static", "-nostdlib", "-o", folder.absolute("bundle/rootfs/truth"), Self.source("truth.c"),
    ])
    let configuration = """
      {"ociVersion":"1.0.2","process":{"terminal":false,"user":{"uid":0,"gid":0},"args":["/truth"],"cwd":"/"},
       "root":{"path":"rootfs"},"mounts":[{"destination":"/proc","type":"proc","source":"proc"}],"linux":{"cgroupsPath":"/tare-truth-\(getpid())/one",
       "namespaces":[{"type":"pid"},{"type":"mount"},{"type":"network"},{"type":"ipc"}]}}
      """
    try folder.write("bundle/config.json", configuration)
  }

  deinit {
    for group in (try? FileManager.default.contentsOfDirectory(atPath: "/sys/fs/cgroup")) ?? [] {
      unsafe rmdir("/sys/fs/cgroup/\(group)/tare-truth-\(getpid())")
    }
    unsafe rmdir("/sys/fs/cgroup/tare-truth-\(getpid())")
  }

  /// Starts one container and looks at it in both ways.
  func start() throws -> Truth {
    let name = "tare-truth-\(getpid())-\(nextNumber())"
    // The watch listens on the hierarchies from here on.
    _ = try? look([], watch) { _ in true }
    let launched = try launch(["runc", "--root", home, "run", "-d", "--bundle", folder.absolute("bundle"), name])
    let child = launched.child
    defer { try? Self.run(["runc", "--root", home, "delete", "--force", name]) }
    guard try child.end(within: .seconds(20)) == 0,
      let lines = until(within: .seconds(5), { child.lines.count == 3 ? child.lines : nil })
    else { throw Child.Failure(description: "runc: \(child.complaints)") }
    let instants = lines.compactMap { UInt64($0) }
    let offset = offset
    // Until the watch has taken what it heard.
    usleep(30_000)
    func isIt(_ workload: Workload) -> Bool { workload.name == name }
    // Who does not know where its state is finds it all the same.
    _ = try look([UnknownSource()], nil) { $0.id == "unknown:/tare-truth-\(getpid())/one" }
    return Truth(
      spawned: launched.spawned, executed: instants[0]...instants[0], ready: instants[1]...instants[2],
      live: try look([RuncSource()], watch, isIt), later: try look([RuncSource()], nil, isIt), offset: offset)
  }
}
