import Foundation
import Glibc
import Synchronization
import TareModel
import Testing

@testable import TareLab

/// What is said, kept for the test.
final class Lines: Sendable {
  private let lines = Mutex<[String]>([])
  var all: [String] { lines.withLock { $0 } }
  func add(_ line: String) { lines.withLock { $0.append(line) } }
}

/// Real containers and machines, one test at a time: they measure times.
@Suite(.serialized, .enabled(if: Needs.service != nil, Comment(rawValue: Needs.noService)))
struct RealWorkloadTests {
  static let canContain: ConditionTrait = .enabled(
    if: Needs.isRoot ? Needs.tool("runc") || Needs.tool("crun") : Needs.tool("podman"),
    "no container runtime: apt-get install runc, or podman where not root")
  static let canEmulate: ConditionTrait = .enabled(
    if: Needs.tool("qemu-system-x86_64") || Needs.tool("qemu-system-aarch64"),
    "needs QEMU: apt-get install qemu-system-x86")

  static func laboratory(in folder: String, lines: Lines = Lines()) throws -> Laboratory {
    try Laboratory(service: try #require(Needs.service), in: .test(in: folder)) { lines.add($0) }
  }

  static func checkLimits(of id: String) throws {
    let groups = try cgroups(id)
    #expect(!groups.isEmpty)
    let limits = groups.flatMap { ["\($0)/memory.limit_in_bytes", "\($0)/memory.max"] }.filter { Files.exists($0) }
    #expect(try limits.map { try Files.text($0) } == ["67108864\n"])
    let quotas = groups.flatMap { ["\($0)/cpu.cfs_quota_us", "\($0)/cpu.max"] }.filter { Files.exists($0) }
    #expect(try quotas.map { try Files.text($0).prefix(5) } == ["50000"])
  }

  /// All folders of the container's control group.
  static func cgroups(_ id: String) throws -> [String] {
    CgroupFolders.mountPoints(try Files.text("/proc/self/mountinfo"))
      .map { "\($0)/tare/\(id)" }.filter { Files.exists($0) }
  }

  /// The number stays until the parent, here most often the machine's init, has taken note.
  static func isGone(_ pid: some StringProtocol) throws -> Bool {
    try Polling.wait(atMost: .seconds(2)) { !Files.exists("/proc/\(pid)") }
  }

  @Test(canContain) func `a container starts, is ready, is limited, and leaves nothing`() throws {
    try withTemporaryFolder { folder in
      let laboratory = try Self.laboratory(in: folder)
      let container = try laboratory.startContainer(name: "web")
      #expect(try Files.text("/proc/\(container.pid)/cmdline").hasPrefix("/tare-service\0--hold\024\0"))
      #expect(try Files.text("/proc/\(container.pid)/status").contains("NSpid:\t\(container.pid)\t1\n"))
      if container.runtime != "podman" { try Self.checkLimits(of: container.id) }
      #expect(throws: Laboratory.Failure.nameInUse("web")) { try laboratory.startContainer(name: "web") }
      #expect(throws: Laboratory.Failure.invalidName("a b")) { try laboratory.startContainer(name: "a b") }
      let begin = ContinuousClock.now
      try laboratory.removeAll()
      print("container ready after \(container.readyAfter), removed after \(ContinuousClock.now - begin)")
      #expect(try Self.isGone("\(container.pid)"))
      #expect(try Self.cgroups(container.id).isEmpty)
      #expect(!Files.exists("\(folder)/run"))
      try laboratory.removeAll()  // again: no error
    }
  }

  @Test(canContain) func `a start that is cancelled leaves nothing`() throws {
    try withTemporaryFolder { folder in
      let laboratory = try Self.laboratory(in: folder)
      #expect(throws: Cancelled.self) { try laboratory.startContainer(name: "web") { true } }
      #expect(try Files.names(in: laboratory.folder.path) == ["record"])
      try laboratory.removeAll()
    }
  }

  @Test(canEmulate) func `a machine boots under emulation, is ready, and leaves nothing`() throws {
    try withTemporaryFolder { folder in
      let laboratory = try Self.laboratory(in: folder)
      let machine = try laboratory.startVirtualMachine(name: "guest", accelerator: .tcg)
      #expect(machine.accelerator == .tcg)
      #expect(try Files.text("/proc/\(machine.pid)/cmdline").contains("guest,debug-threads=on"))
      let identity = try #require(ProcessIdentity(of: machine.pid)).machine
      // Its init says what it holds right after it is ready.
      _ = try Polling.wait(atMost: .seconds(10)) { laboratory.starts.answer(of: identity).report?.memory != nil }
      let memory = try #require(laboratory.starts.answer(of: identity).report?.memory)
      let (total, free) = (try #require(memory.total), try #require(memory.free))
      #expect(total > free && total < UInt64(Hypervisor.memory) << 20)
      let begin = ContinuousClock.now
      try laboratory.removeAll()
      print("machine ready after \(machine.readyAfter), removed after \(ContinuousClock.now - begin)")
      #expect(try Self.isGone("\(machine.pid)"))
      #expect(!Files.exists("\(folder)/run"))
    }
  }

  @Test(canEmulate) func `a machine of any accelerator becomes ready, and says so when it is not KVM`() throws {
    try withTemporaryFolder { folder in
      let lines = Lines()
      let laboratory = try Self.laboratory(in: folder, lines: lines)
      defer { try? laboratory.removeAll() }
      let machine = try laboratory.startVirtualMachine(name: "guest", accelerator: .auto)
      #expect(machine.accelerator != .auto)
      #expect(lines.all.contains { $0.contains("emulated") } == (machine.accelerator == .tcg))
      print("auto: \(machine.accelerator) after \(machine.readyAfter); said: \(lines.all)")
    }
  }

  @Test(canEmulate) func `waiting for a machine stops when it is cancelled`() throws {
    try withTemporaryFolder { folder in
      let laboratory = try Self.laboratory(in: folder)
      _ = try GuestKernel.find(in: laboratory.surroundings, say: { _ in }, cancelled: { false })
      let begin = ContinuousClock.now
      #expect(throws: Cancelled.self) {
        try laboratory.startVirtualMachine(name: "guest", accelerator: .tcg) {
          ContinuousClock.now - begin > .milliseconds(500)
        }
      }
      #expect(ContinuousClock.now - begin < .seconds(2))
      #expect(try Files.names(in: laboratory.folder.path) == ["record"])
      try laboratory.removeAll()
    }
  }

  @Test(canContain, canEmulate) func `after SIGKILL of the owner its machine is gone and a sweep removes the rest`()
    async throws
  {
    let folder = try makeTemporaryFolder()
    defer { try? Files.remove(folder) }
    await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String] in
      let laboratory = try RealWorkloadTests.laboratory(in: folder)
      let container = try laboratory.startContainer(name: "web")
      let machine = try laboratory.startVirtualMachine(name: "guest", accelerator: .tcg)
      try Files.create("\(folder)/started", Array("\(container.id) \(container.pid) \(machine.pid)".utf8))
      kill(getpid(), SIGKILL)
    }
    let started = try Files.text("\(folder)/started").split(separator: " ")
    let (container, machine) = (started[1], started[2])
    #expect(try Self.isGone(machine))
    #expect(Files.exists("/proc/\(container)"))
    let lines = Lines()
    #expect(try Laboratory.sweep(in: .test(in: folder)) { lines.add($0) } == 1)
    #expect(lines.all.count == 2)
    #expect(try Self.isGone(container))
    #expect(try Self.cgroups(String(started[0])).isEmpty)
    #expect(!Files.exists("\(folder)/run"))
  }

  @Test func `the service ends with 0 on SIGTERM and refuses bad arguments with 2`() throws {
    let path = try #require(Needs.service)
    let environment = ["PATH=/usr/bin:/bin"]
    let script = #""$0" --hold 1 & sleep 0.3; kill -TERM $!; wait $!"#
    let output = try Command(arguments: ["/bin/sh", "-c", script, path], environment: environment)
      .run(limit: .seconds(5))
    #expect(output == "tare-service: ready\n")
    for arguments in [["--hold"], ["--hold", "x"], ["--load", "101"], ["--hold", "-1"], ["stray"]] {
      let script = #""$0" "$@" 2>/dev/null; test $? = 2"#
      try Command(arguments: ["/bin/sh", "-c", script, path] + arguments, environment: environment)
        .run(limit: .seconds(5))
    }
  }
}
