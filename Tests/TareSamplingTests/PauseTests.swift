import FoundationEssentials
import KernelStats
import TareModel
import TestSupport
import Testing

@testable import TareSampling

/// Whether workloads run, by the freezers of their cgroups, by signals, and by libvirt's word.
struct PauseTests {
  private let id = FakeHost.containerID("abcdef123456789")

  private func group(_ mode: FakeHost.Mode) -> String {
    mode == .v2 ? "/system.slice/docker-\(id).scope" : "/docker/\(id)"
  }

  /// A container with one state of each freezer at both instants.
  private func host(
    _ mode: FakeHost.Mode, frozen: [String] = ["0", "0"], freeze: [String] = ["0", "0"],
    freezer: [String] = ["THAWED", "THAWED"]
  ) throws -> FakeHost {
    let host = try FakeHost(mode)
    try host.docker(id, name: "web", pid: 200)
    for instant in 0..<2 {
      if mode != .v1 {
        let folder = host.mount("unified") + group(mode)
        try host.file("\(folder)/cgroup.events", "populated 1\nfrozen \(frozen[instant])\n", at: instant)
        try host.file("\(folder)/cgroup.freeze", "\(freeze[instant])\n", at: instant)
      }
      if mode != .v2 {
        let folder = host.mount("freezer") + group(mode)
        try host.file("\(folder)/freezer.state", "\(freezer[instant])\n", at: instant)
      }
    }
    return host
  }

  private func stop(_ pid: Int32, _ host: FakeHost, at instant: Int = 0) throws {
    let text = try String(contentsOfFile: host.folder.absolute("/proc/\(pid)/stat"), encoding: .utf8)
    try host.file("/proc/\(pid)/stat", text.replacing(") S ", with: ") T "), at: instant)
  }

  @Test(arguments: FakeHost.Mode.allCases)
  func `what nobody froze runs`(mode: FakeHost.Mode) throws {
    let frame = try host(mode).frame()
    #expect(frame.runState(row: 0) == .running && frame.note(row: 0)?.text != "paused")
  }

  @Test func `a group that the unified hierarchy has frozen is paused`() throws {
    let frame = try host(.v2, frozen: ["1", "1"], freeze: ["1", "1"]).frame()
    #expect(frame.runState(row: 0) == .paused)
    #expect(frame.note(row: 0)?.text == "paused" && frame.note(row: 0)?.text(in: 5) == "pause")
    // Frozen by the group above it: nobody wrote into its own file.
    #expect(try host(.v2, frozen: ["1", "1"]).frame().runState(row: 0) == .paused)
  }

  @Test(arguments: FakeHost.Mode.allCases)
  func `an engine may freeze a group below the container's own`(mode: FakeHost.Mode) throws {
    let host = try host(mode)
    let inner = "\(group(mode))/container"
    let text = try String(contentsOfFile: host.folder.absolute("/proc/200/cgroup"), encoding: .utf8)
    try host.file("/proc/200/cgroup", text.replacing("\n", with: "/container\n"))
    if mode != .v1 { try host.file("\(host.mount("unified") + inner)/cgroup.events", "populated 1\nfrozen 1\n") }
    if mode != .v2 { try host.file("\(host.mount("freezer") + inner)/freezer.state", "FROZEN\n") }
    #expect(try host.frame().runState(row: 0) == .paused)
  }

  @Test func `a group that is being frozen is not paused yet`() throws {
    #expect(try host(.v2, freeze: ["1", "1"]).frame().runState(row: 0) == .pausing)
    #expect(try host(.v1, freezer: ["FREEZING", "FREEZING"]).frame().runState(row: 0) == .pausing)
  }

  @Test(arguments: [FakeHost.Mode.v1, .hybrid])
  func `a group that the freezer of v1 has frozen is paused`(mode: FakeHost.Mode) throws {
    #expect(try host(mode, freezer: ["FROZEN", "FROZEN"]).frame().runState(row: 0) == .paused)
  }

  @Test func `beside a freezer of v1 the unified group may be frozen, too`() throws {
    #expect(try host(.hybrid, frozen: ["1", "1"]).frame().runState(row: 0) == .paused)
  }

  @Test func `a container is paused and goes on, and both are events`() throws {
    let host = try host(.v2, frozen: ["0", "1"], freeze: ["0", "1"])
    let samples = try host.samples()
    #expect(samples[0].runState(row: 0) == .running && samples[1].runState(row: 0) == .paused)
    var log = LifeLog()
    var thawed = samples[1]
    thawed.states[0] = .running
    thawed.realtime += 1_000_000_000
    log.take(Frame(previous: nil, current: samples[0]))
    log.take(Frame(previous: samples[0], current: samples[1]))
    log.take(Frame(previous: samples[1], current: thawed))
    #expect(log.events.map(\.kind) == [.paused, .resumed])
    #expect(log.events[0].lo == samples[0].realtime && log.events[0].hi == samples[1].realtime)
  }

  @Test func `a container whose first process a signal stopped is paused`() throws {
    let host = try host(.v2)
    try stop(200, host)
    #expect(try host.frame().runState(row: 0) == .paused)
  }

  @Test func `a VMM that a signal stopped is paused, and of one that nobody asks nobody knows`() throws {
    let host = try FakeHost()
    try host.qemu(700, ["-name", "lab", "-m", "512"], cgroup: "/vm")
    try host.cgroup("/vm")
    #expect(try host.frame().runState(row: 0) == .missing(.notReported))
    try stop(700, host)
    #expect(try host.frame().runState(row: 0) == .paused)
  }

  @Test(arguments: [("paused", RunState.paused), ("running", .running), ("pmsuspended", .paused)])
  func `libvirt's own file says what a domain does`(word: String, state: RunState) throws {
    let host = try FakeHost()
    let group = "/machine.slice/machine-qemu\\x2d1\\x2dweb.scope"
    try host.qemu(
      700,
      [
        "-name", "guest=web,debug-threads=on", "-m", "512", "-uuid", "6e2a6b1c-0000-4000-8000-000000000001",
        "-chardev", "socket,id=charmonitor,fd=22,server=on,wait=off",
      ], cgroup: group)
    try host.cgroup(group)
    try host.file(
      "/run/libvirt/qemu/web.xml",
      "<!--\nWARNING\n-->\n<domstatus state='\(word)' reason='user' pid='700'>\n  <graphics passwd='secret'/>\n")
    let frame = try host.frame()
    #expect(frame.current.workloads[0].runtime == .libvirt)
    #expect(frame.runState(row: 0) == state)
    try host.file("/run/libvirt/qemu/web.xml", "<domstatus state='\(word)' reason='user' pid='699'>\n")
    #expect(try host.frame().runState(row: 0) == .missing(.notReported))
    try host.folder.remove("/run/libvirt/qemu/web.xml")
    #expect(try host.frame().runState(row: 0).reason != nil)
  }

  @Test func `a VM that its monitor calls paused is, and a signal counts for more than its word`() throws {
    let host = try FakeHost()
    try host.qemu(700, ["-name", "lab", "-m", "512"], cgroup: "/vm")
    try host.cgroup("/vm")
    var sample = try host.frame().current
    var report = GuestReport(at: sample.realtime)
    report.status = "paused"
    sample.guests[0] = .told(report)
    #expect(sample.runState(row: 0) == .paused)
    report.status = "running"
    sample.guests[0] = .told(report)
    #expect(sample.runState(row: 0) == .running)
    sample.states[0] = .paused
    #expect(sample.runState(row: 0) == .paused)
  }
}
