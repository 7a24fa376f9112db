import Foundation
import KernelStats
import TareModel
import TestSupport
import Testing

@testable import TareSampling

/// A process whose first thread ended while others run. As Linux 6.18 tells it: `/proc/PID` has no program, no memory and
/// no namespaces, and on cgroup v1 it is in "/".
struct LeaderTests {
  private let id = FakeHost.containerID("ab")

  private func host(_ mode: FakeHost.Mode, threads: Int = 2) throws -> FakeHost {
    let host = try FakeHost(mode)
    try host.docker(id, name: "web", pid: 200, cgroup: "/docker/\(id)")
    try host.folder.remove("/proc/200")
    var ticks = FakeHost.Ticks(threads: threads)
    ticks.state = "Z"
    try host.process(
      200, parent: 199, name: "zl", cgroup: mode == .hybrid ? "4:memory:/\n0::/docker/\(id)\n" : "4:memory:/\n0::/\n",
      arguments: [], sharesNetwork: false, sharesFiles: false,
      ticks: ticks)
    for name in ["exe", "ns/net", "ns/mnt", "ns/user", "net/dev"] { try host.folder.remove("/proc/200/\(name)") }
    try host.folder.write("/proc/200/cmdline", "")
    try host.thread(200, of: 200, name: "zl", running: 0)
    try host.thread(215, of: 200, name: "zl", running: 5_000_000)
    let controllers = FakeHost.v1Controllers.map { "1:\($0):/docker/\(id)\n" }.joined()
    try host.file("/proc/200/task/215/cgroup", (mode == .v2 ? "" : controllers) + "0::/docker/\(id)\n")
    try host.folder.link("/proc/200/task/215/exe", to: "/zl")
    try host.folder.link("/proc/200/task/215/ns/net", to: "net:[200]")
    try host.folder.link("/proc/200/task/215/ns/mnt", to: "mnt:[200]")
    try host.file("/proc/200/task/215/cmdline", "/zl\0")
    try host.file("/proc/200/task/215/net/dev", "a\nb\n  eth0: 1234 1 0 0 0 0 0 0 99 1 0 0 0 0 0 0\n")
    return host
  }

  @Test(arguments: FakeHost.Mode.allCases)
  func `it has the cgroups, the network and the program of a thread that lives`(mode: FakeHost.Mode) throws {
    let host = try host(mode)
    let frame = try host.frame()
    #expect(frame.current.workloads.map(\.id) == ["docker:\(id)"])
    #expect(frame.current.workloads[0].mainPid == 200)
    #expect(frame.current[0, .memoryCurrent] == .value(50 << 20))
    #expect(frame.current[0, .cpuUsage] == .value(1_000_000_000))
    #expect(frame.current[0, .processCount] == .value(3))
    #expect(frame.current[0, .networkReceived] == .value(1234) && frame.current[0, .networkSent] == .value(99))
    let root = try host.root()
    #expect(root.livingThread(of: 200) == 215 && root.livingThread(of: 1) == nil)
    #expect(root.arguments(of: 200, keep: { $0 }) == ["/zl"])
    #expect(!root.sharesOurFiles(200))
  }

  @Test func `a helper, and a user's process, have the memory that a thread which lives tells`() throws {
    let host = try FakeHost()
    try host.docker(id, name: "web", pid: 200)
    try host.process(600, parent: 1, name: "zl", start: 5000, user: 1000)
    for pid in [199, 600] as [Int32] {
      let stat = try String(contentsOfFile: host.folder.absolute("/proc/\(pid)/stat"), encoding: .utf8)
      var fields = stat.split(separator: " ", omittingEmptySubsequences: false)
      let state = try #require(fields.lastIndex { $0.hasSuffix(")") }) + 1
      (fields[state], fields[state + 17]) = ("Z", "2")
      try host.file("/proc/\(pid)/stat", fields.joined(separator: " "))
      for name in ["smaps_rollup", "statm"] {
        try host.file("/proc/\(pid)/\(name)", name == "statm" ? "0 0 0 0 0 0 0\n" : "")
      }
      try host.thread(pid + 5, of: pid, name: "zl", running: 0)
      for name in ["cmdline", "cgroup"] {
        let text = try String(contentsOfFile: host.folder.absolute("/proc/\(pid)/\(name)"), encoding: .utf8)
        try host.file("/proc/\(pid)/task/\(pid + 5)/\(name)", text)
      }
      let program = try FileManager.default.destinationOfSymbolicLink(atPath: host.folder.absolute("/proc/\(pid)/exe"))
      try host.folder.link("/proc/\(pid)/task/\(pid + 5)/exe", to: program)
      try host.file("/proc/\(pid)/task/\(pid + 5)/statm", "900 800 100 1 0 1 0\n")
      try host.file("/proc/\(pid)/task/\(pid + 5)/smaps_rollup", "0-1 ---p 0 00:00 0 [rollup]\nPss: 2500 kB\n")
    }
    let sample = try #require(try host.samples(users: true).last)
    #expect(sample[0, .memoryHelpers] == .value(2500 << 10))
    #expect(sample[0, .memoryHelpersResident] == .value(800 << 12))
    let user = try #require(sample.workloads.firstIndex { $0.name == "uid 1000" })
    #expect(sample[user, .memoryCurrent] == .value(2500 << 10))
  }

  @Test func `a zombie has no thread that lives`() throws {
    let host = try host(.v2, threads: 1)
    #expect(try host.root().livingThread(of: 200) == nil)
    #expect(try host.root().folder(of: 200) == "/proc/200")
  }
}
