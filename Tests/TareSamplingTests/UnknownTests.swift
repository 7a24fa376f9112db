import Foundation
import KernelStats
import TareModel
import TestSupport
import Testing

@testable import TareSampling

/// Containers of no runtime that tare knows, and what only looks like one.
struct UnknownTests {
  private static let rootMount = "36 35 254:7 / / rw - ext4 /dev/vdb rw\n"

  /// A process that is number 1 in namespaces of its own, in a group of its own.
  private func host(
    _ mode: FakeHost.Mode = .v2, group: String = "/web", name: String = "sleep", parent: Int32 = 1,
    inner: String = "1", mounts: String = rootMount
  ) throws -> FakeHost {
    let host = try FakeHost(mode)
    try host.file("/proc/1/mountinfo", "22 1 254:0 / / rw - ext4 /dev/vda rw\n")
    try host.process(500, parent: parent, name: name, cgroup: group, sharesFiles: false)
    try host.cgroup(group, Usage())
    try number(500, inner: inner, host)
    try host.file("/proc/500/mountinfo", mounts)
    return host
  }

  private func number(_ pid: Int32, inner: String, _ host: FakeHost) throws {
    let path = "/proc/\(pid)/status"
    let text = try String(contentsOfFile: host.folder.absolute(path), encoding: .utf8)
    try host.file(path, text + "NSpid:\t\(pid)\t\(inner)\n")
  }

  private func found(_ host: FakeHost) throws -> [String] {
    try host.frame().current.workloads.filter { $0.runtime == .unknown }.map(\.name)
  }

  @Test(arguments: FakeHost.Mode.allCases)
  func `what has namespaces, a root and a group of its own is a container`(mode: FakeHost.Mode) throws {
    let host = try host(mode)
    // What it runs belongs to it.
    try host.process(501, parent: 500, cgroup: "/web", sharesFiles: false)
    let frame = try host.frame()
    #expect(frame.current.workloads.map(\.id) == ["unknown:/web"])
    let workload = frame.current.workloads[0]
    #expect(workload.name == "web" && workload.kind == .container && workload.mainPid == 500)
    #expect(workload.absences["image"] == .notReported)
    #expect(frame.current[0, .memoryCurrent] == .value(50 << 20))
  }

  @Test(arguments: [
    ("/youki-web.scope", "web"), ("/system.slice/runc-api.scope", "api"), ("/:youki:db", "db"), ("/lab/c1", "c1"),
  ])
  func `it is called as its group, without what runtimes add`(group: String, name: String) throws {
    #expect(try found(host(group: group)) == [name])
  }

  @Test func `a plain folder as root, of the host or by chroot, is a root of its own`() throws {
    #expect(try found(host(mounts: "36 35 254:0 /srv/c1 / rw - ext4 /dev/vda rw\n")) == ["web"])
    #expect(try found(host(mounts: "36 35 0:5 / /proc rw - proc proc rw\n")) == ["web"])
  }

  @Test func `a service with private namespaces sees the host's root`() throws {
    #expect(try found(host(mounts: "36 35 254:0 / / rw - ext4 /dev/vda rw\n")).isEmpty)
    // With an image of its own it is a service all the same.
    #expect(try found(host(group: "/system.slice/web.service")).isEmpty)
  }

  @Test func `a sandboxed process of a browser is in the browser's group`() throws {
    let host = try host(parent: 400)
    try host.process(400, name: "chrome", cgroup: "/web")
    #expect(try found(host).isEmpty)
    // Its zygote may have lost its parent.
    let orphan = try self.host()
    try orphan.process(400, name: "chrome", cgroup: "/web")
    #expect(try found(orphan).isEmpty)
  }

  @Test(arguments: ["bwrap", "virtiofsd", "firecracker", "runsc-sandbox", "crosvm"])
  func `programs with a sandbox of their own, and machines, are none`(name: String) throws {
    #expect(try found(host(name: name)).isEmpty)
  }

  @Test func `a process that is not the first in its namespace, or in none, is none`() throws {
    #expect(try found(host(inner: "7")).isEmpty)
    let host = try host()
    try host.file("/proc/500/status", "Name:\tsleep\nUid:\t0\t0\t0\t0\nNSpid:\t500\n")
    #expect(try found(host).isEmpty)
    try host.file("/proc/500/status", "")
    #expect(try found(host).isEmpty)
  }

  @Test func `a group that an engine named after a container is the engine's`() throws {
    let id = FakeHost.containerID("ab")
    for group in ["/docker/\(id)", "/kubepods.slice/pod1/x", "/system.slice/crio-\(id).scope", "/lxc.payload.c1"] {
      #expect(try found(host(group: group)).isEmpty, "\(group)")
    }
  }

  @Test func `whose mounts may not be seen is not known to be one`() throws {
    let host = try host()
    host.fail("/proc/500/mountinfo", 13)
    #expect(try found(host).isEmpty)
  }

  @Test func `a hostile name of a group is in no id`() throws {
    let frame = try host(group: "/a\u{1b}]52;c;x\u{7}").frame()
    #expect(frame.current.workloads.map(\.id) == ["unknown:500:50000"])
  }
}
