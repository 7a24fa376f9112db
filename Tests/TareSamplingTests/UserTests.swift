import KernelStats
import TareModel
import TestSupport
import Testing

@testable import TareSampling

/// Users as rows: who has one, what counts for it, and that its sums only grow.
@Suite struct UserTests {
  private let id = FakeHost.containerID("abcdef123456789")
  private static let tick = 10_000_000.0

  /// root has init; student two processes.
  private func host(_ mode: FakeHost.Mode = .v2, cgroups: [String] = ["/", "/"]) throws -> FakeHost {
    let host = try FakeHost(mode)
    try host.file("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nstudent:x:1000:1000:,,,:/home/s:/bin/sh\nbroken\n")
    try host.process(600, cgroup: cgroups[0], user: 1000)
    try host.process(601, parent: 600, cgroup: cgroups[1], user: 1000)
    return host
  }

  private func frame(_ host: FakeHost) throws -> Frame {
    let samples = try host.samples(users: true)
    return Frame(previous: samples.dropLast().last, current: samples[samples.count - 1])
  }

  private func row(_ id: String, _ frame: Frame) throws -> Int {
    try #require(frame.current.workloads.firstIndex { $0.id == id })
  }

  private func ids(_ frame: Frame) -> [String] { frame.current.workloads.map(\.id) }

  @Test(arguments: FakeHost.Mode.allCases)
  func `each user that runs something has a row with the sum of it`(mode: FakeHost.Mode) throws {
    let host = try host(mode)
    try host.process(601, parent: 600, user: 1000, ticks: .init(user: 120, system: 60), at: 1)
    let frame = try frame(host)
    #expect(ids(frame) == ["user:0", "user:1000"])
    let row = try row("user:1000", frame)
    let user = frame.current.workloads[row]
    #expect(user.name == "student" && user.kind == .user && user.runtime == .host && user.mainPid == 600)
    #expect(frame.value(.cpuUsage, row: row).number.map { abs($0 - 30) < 0.01 } == true)
    // Two of 3000 kB, as smaps_rollup says.
    #expect(frame.value(.memoryCurrent, row: row) == .integer(2 * 3000 << 10))
    #expect(frame.heldMemory(row: row) == frame.value(.memoryCurrent, row: row))
    #expect(frame.current[row, .processCount] == .value(2))
    #expect(frame.current[row, .ioRead] == .missing(.sharedCgroup))
    #expect(frame.current[row, .networkSent] == .missing(.hostNetwork))
    #expect(frame.value(.memoryTare, row: row) == .integer(0) && frame.value(.cpuTare, row: row) == .number(0))
    #expect(frame.current.problems.isEmpty)
  }

  @Test func `nobody asks, nobody has a row`() throws {
    #expect(try host().frame().current.workloads.isEmpty)
  }

  @Test func `who is not in the list of users has a number`() throws {
    let host = try host()
    try host.process(700, user: 4711)
    let frame = try frame(host)
    #expect(frame.current.workloads[try row("user:4711", frame)].name == "uid 4711")
    try host.folder.remove("/etc/passwd")
    #expect(try self.frame(host).current.workloads.map(\.name) == ["uid 0", "uid 1000", "uid 4711"])
  }

  @Test(arguments: FakeHost.Mode.allCases)
  func `what workloads run, and what serves them, is no user's`(mode: FakeHost.Mode) throws {
    let host = try host(mode)
    try host.docker(id, name: "web", pid: 200)
    try host.process(
      210, parent: 200, cgroup: mode == .v2 ? "/system.slice/docker-\(id).scope/x" : "/docker/\(id)/x", user: 1000)
    // A machine that was started from the student's shell: in no cgroup of its own.
    try host.qemu(700, ["-name", "lab", "-m", "512"], cgroup: "/", user: 1000, parent: 600)
    let frame = try frame(host)
    #expect(Set(ids(frame)) == ["docker:\(id)", "qemu:700:50000", "user:0", "user:1000"])
    let (root, student) = (try row("user:0", frame), try row("user:1000", frame))
    // Not the shim, which is root's.
    #expect(frame.current[root, .processCount] == .value(1))
    #expect(frame.current[student, .processCount] == .value(2))
    #expect(frame.current[student, .cpuUsage] == .value(3_000_000_000))
  }

  @Test func `rows, users and the rest are the host's memory`() throws {
    let host = try host()
    try host.docker(id, name: "web", pid: 200)
    let frame = try frame(host)
    let rows = frame.outermostRows.compactMap { frame.heldMemory(row: $0).number }
    #expect(rows.count == 3)
    #expect(try rows.reduce(0, +) + #require(frame.hostTotals.restMemory.number) == frame.hostTotals.memoryUsed.number)
  }

  @Test func `a process that ends takes nothing back, and its memory with it`() throws {
    let host = try host()
    try host.process(600, user: 1000, ticks: .init(user: 104, system: 50), at: 1)
    try host.process(601, parent: 600, user: 1000, ticks: .init(user: 900, system: 50), at: 1)
    host.end(601, at: 2)
    try host.process(600, user: 1000, ticks: .init(user: 107, system: 50), at: 2)
    let samples = try host.samples(users: true)
    let totals = try samples.map { sample -> Double in
      let row = try #require(sample.workloads.firstIndex { $0.id == "user:1000" })
      return Double(try #require(sample[row, .cpuUsage].number)) / Self.tick
    }
    #expect(totals[0] == 300 && abs(totals[1] - 1104) < 0.01 && abs(totals[2] - 1107) < 0.01, "\(totals)")
    let last = Frame(previous: samples[1], current: samples[2])
    let row = try row("user:1000", last)
    #expect(last.value(.cpuUsage, row: row).number.map { abs($0 - 3) < 0.01 } == true)
    #expect(last.value(.memoryCurrent, row: row) == .integer(3000 << 10))
  }

  @Test func `a process that began since counts from its start, one that became another user's from then on`() throws {
    let host = try host()
    // It began 0.4 s before the second look.
    try host.process(650, user: 1000, ticks: .init(user: 20, system: 0))
    for name in ["stat", "cgroup", "status"] { host.fail("/proc/650/\(name)", 2) }
    try host.process(650, start: 100_060, user: 1000, ticks: .init(user: 20, system: 0), at: 1)
    // init is the student's from the second look on, with all that it ever ran.
    try host.process(1, parent: 0, name: "init", start: 1, user: 1000, ticks: .init(user: 107, system: 50), at: 1)
    let early = try frame(host)
    #expect(early.value(.cpuUsage, row: try row("user:1000", early)).number.map { abs($0 - 20) < 0.01 } == true)
    // A process is asked whose it is again within half a minute.
    host.step = 31_000_000_000
    let frame = try frame(host)
    #expect(ids(frame) == ["user:1000"])
    let usage = try #require(frame.value(.cpuUsage, row: 0).number)
    #expect(usage < 2, "\(usage)")
  }

  @Test func `nobody has 0 bytes because none of its processes was looked at`() throws {
    let host = try host()
    for pid in [1, 600, 601] { try host.folder.remove("/proc/\(pid)/statm") }
    let frame = try frame(host)
    for row in frame.current.workloads.indices {
      #expect(frame.value(.memoryCurrent, row: row) == .missing(.notReported))
      #expect(frame.pair(row).memoryWeight[.gross] == nil && frame.heldMemory(row: row).number == nil)
    }
  }

  @Test func `a sum is whole when all were looked at, those that ended or hold nothing, too`() throws {
    var sum = MemorySum()
    #expect(sum.current == .value(0) && sum.shortage == nil)
    var account = MemoryAccount()
    sum.add(account)
    #expect(sum.current == .missing(.notYetRead) && sum.shortage == .notYetRead)
    (account.share, account.absence) = (ProcessShare(anonymous: 4096), nil)
    sum.add(account)
    #expect(sum.current == .value(4096) && sum.shortage == .notYetRead)
    var whole = MemorySum()
    whole.add(account)
    whole.add(.ended)
    #expect(whole.current == .value(4096) && whole.shortage == nil)
  }

  @Test func `processes of which few or none may be looked into`() throws {
    let host = try host()
    host.fail("/proc/601/smaps_rollup", 13)
    var frame = try frame(host)
    // Pages in RAM less those of files and shared ones.
    let some = try row("user:1000", frame)
    #expect(frame.value(.memoryCurrent, row: some) == .integer(3000 << 10 + 900 * 4096))
    #expect(frame.heldMemoryBound(row: some) == .atLeast && frame.pair(some).memoryWeight[.gross]?.bound == .atLeast)
    #expect(frame.bounds(row: some).contains { $0.name == "memory.current_bytes" && $0.bound == .atLeast })
    #expect(frame.pair(some).memoryWeight[.tare] == nil || frame.pair(some).memoryWeight[.tare]?.bound == .exact)
    host.fail("/proc/600/smaps_rollup", 13)
    frame = try self.frame(host)
    #expect(frame.value(.memoryCurrent, row: try row("user:1000", frame)) == .missing(.noPermission))
    #expect(frame.value(.memoryCurrent, row: try row("user:0", frame)).number != nil)
  }
}

extension UserTests {
  private static let slice = "/user.slice/user-1000.slice"

  /// Both processes are in a session.
  private func systemd() throws -> FakeHost {
    let session = "\(Self.slice)/session-2.scope"
    let host = try host(cgroups: [session, session])
    try host.cgroup(Self.slice)
    try host.cgroup(Self.slice, Usage(cpu: 1_250_000), at: 1)
    return host
  }

  @Test func `a user's slice has the figures of its cgroup, whoever runs what is in it`() throws {
    let host = try systemd()
    // sudo in the session.
    try host.process(602, parent: 600, cgroup: "\(Self.slice)/session-2.scope", user: 0)
    let frame = try frame(host)
    let row = try row("user:1000", frame)
    #expect(frame.current.workloads[row].cgroup == Self.slice)
    #expect(frame.value(.cpuUsage, row: row) == .number(25))
    #expect(frame.value(.memoryCurrent, row: row) == .integer(50 << 20))
    #expect(frame.heldMemory(row: row) == .integer(40 << 20))
    #expect(frame.current[row, .ioRead] == .value(1_000_000) && frame.current[row, .processCount] == .value(3))
    #expect(frame.value(.memoryTare, row: row) == .integer(0))
    #expect(frame.current[try self.row("user:0", frame), .processCount] == .value(1))
  }

  @Test func `what a user runs outside of its slice is added`() throws {
    let host = try systemd()
    try host.process(640, cgroup: "/system.slice/cron.service", user: 1000)
    try host.process(640, cgroup: "/system.slice/cron.service", user: 1000, ticks: .init(user: 105), at: 1)
    let frame = try frame(host)
    let row = try row("user:1000", frame)
    #expect(frame.value(.cpuUsage, row: row).number.map { abs($0 - 30) < 0.01 } == true)
    #expect(frame.value(.memoryCurrent, row: row) == .integer(50 << 20 + 3000 << 10))
    #expect(frame.current[row, .ioRead] == .missing(.sharedCgroup))
  }

  @Test func `a slice with a container in it is counted process by process, without the container's`() throws {
    let host = try systemd()
    let cgroup = "\(Self.slice)/user@1000.service/user.slice/libpod-\(id).scope/container"
    try host.podman(id, name: "cache", pid: 300, cgroup: cgroup)
    let frame = try frame(host)
    let row = try row("user:1000", frame)
    #expect(frame.current.workloads[row].cgroup == nil)
    #expect(frame.current[row, .processCount] == .value(2))
    #expect(frame.value(.memoryCurrent, row: row) == .integer(2 * 3000 << 10))
    #expect(frame.current.workloads[try self.row("podman:\(id)", frame)].parent == nil)
  }

  @Test func `a folder that only has the name of a slice is none`() throws {
    let cgroups = ["\(Self.slice)/user@1000.service/user.slice/user-0.slice", "/x/user.slice/user-0.slice"]
    let host = try host(cgroups: cgroups)
    for cgroup in cgroups { try host.cgroup(cgroup) }
    try host.cgroup("/user.slice/user-0.slice")
    let frame = try frame(host)
    #expect(frame.current.workloads[try row("user:0", frame)].cgroup == nil)
  }

  @Test func `of many processes so many a second are read, and the others go on as they did`() throws {
    let host = try FakeHost()
    try host.file("/sys/devices/system/cpu/online", "0-31\n")
    let count = 700
    func write(_ ticks: UInt64, at instant: Int) throws {
      for pid in 0..<Int32(count) {
        try host.process(2000 + pid, user: 1000, ticks: .init(user: ticks, system: 0), at: instant)
      }
    }
    // 2 % of a core each, and from the third second on twice as much.
    for (instant, ticks) in [100, 102, 104, 108].enumerated() { try write(UInt64(ticks), at: instant) }
    let samples = try host.samples(users: true)
    let usage = try zip(samples, samples.dropFirst()).map { before, after -> Double in
      let frame = Frame(previous: before, current: after)
      return try #require(frame.value(.cpuUsage, row: try row("user:1000", frame)).number)
    }
    #expect(abs(usage[0] - 1400) < 0.1 && abs(usage[1] - 1400) < 0.1, "\(usage)")
    // 512 were read in the third second. Those that were not before then have run 3 % since.
    #expect(usage[2] > 1400 + 300 && usage[2] < 2800 - 300, "\(usage)")
  }
}
