import Foundation
import Glibc
import TareModel
import TestSupport
import Testing

@testable import TareBenchmark

/// Real small programs. None of them adopts orphans: that would concern all of the tests' process.
@Suite struct RunnerTests {
  static func run(
    _ command: String, ready: String = "exit", prepare: String? = nil, cleanup: String? = nil, copies: Int = 1,
    timeout: Double = 20, grace: Double = 5
  ) throws -> BootRun {
    var limits = CommandSubject.Limits()
    (limits.copies, limits.adoptsOrphans) = (copies, false)
    (limits.timeout, limits.grace) = (UInt64(timeout * 1e9), UInt64(grace * 1e9))
    let subject = try CommandSubject(
      command: command, ready: Readiness(ready), prepare: prepare, cleanup: cleanup,
      environment: ["PATH=/usr/bin:/bin"],
      limits: limits)
    return try subject.run(BootContext(signals: nil))
  }

  /// No process has this word among its arguments.
  static func expectNobody(_ word: String, _ location: SourceLocation = #_sourceLocation) throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }
    let left = names.filter { name in
      let words = FileManager.default.contents(atPath: "/proc/\(name)/cmdline") ?? Data()
      return words.split(separator: 0).contains { $0.elementsEqual(word.utf8) }
    }
    #expect(left.isEmpty, sourceLocation: location)
  }

  @Test func `a command that ends is ready at its end`() throws {
    let run = try Self.run("sh -c 'sleep 0.05; exit 0'")
    #expect(run.failure == nil)
    #expect(try #require(run.ready) >= 0.05)
    #expect(run.phases.map(\.phase) == [.requested, .spawned, .ready])
    #expect(run.phases.map(\.at) == run.phases.map(\.at).sorted())
    #expect(run.exitCode == 0)
    #expect(run.stop == nil)
    #expect(try #require(run.memory) > 0)
    #expect(run.user != nil)
  }

  @Test func `CPU time is that of the command and its children`() throws {
    let run = try Self.run(#"sh -c 'python3 -c "sum(range(10**7))"; exit 0'"#)
    #expect(try #require(run.user) + #require(run.system) > 0.05)
  }

  @Test func `another exit code is a failure, with what was said last`() throws {
    let run = try Self.run(#"sh -c 'printf "one\ntwo \033[31m\n" >&2; exit 7'"#)
    #expect(run.failure == "ended with exit code 7")
    #expect(run.exitCode == 7)
    #expect(run.ready == nil)
    #expect(run.output == ["one", "two \u{FFFD}[31m"])
  }

  @Test func `a signal is a failure`() throws {
    #expect(try Self.run("sh -c 'kill -SEGV $$'").failure == "was ended by signal 11")
  }

  @Test func `much output neither blocks nor is kept`() throws {
    let run = try Self.run("sh -c 'head -c 3000000 /dev/zero | tr \"\\\\0\" x; exit 1'")
    #expect(run.failure == "ended with exit code 1")
    #expect(run.output.joined().count <= 301)
  }

  @Test func `a program that is not there is a failure with its name`() throws {
    #expect(try Self.run("no-such-program-here").failure?.contains("no-such-program-here: no such file") == true)
    #expect(try Self.run("/etc/passwd").failure?.contains("permission denied") == true)
  }

  @Test func `a line on either output makes it ready, and then it is stopped`() throws {
    for redirection in ["", ">&2"] {
      let run = try Self.run(
        "sh -c 'echo starting; sleep 0.05; echo up and running \(redirection); exec sleep 9001'", ready: "stdout:^up")
      #expect(run.failure == nil)
      #expect(try #require(run.ready) >= 0.05)
      #expect(try #require(run.stop) < 4)
      #expect(!run.wasKilled)
    }
    try Self.expectNobody("9001")
  }

  @Test func `a last line without an end counts when the output ends`() throws {
    #expect(try Self.run("printf done", ready: "stdout:done").failure == nil)
  }

  @Test func `a command that ends and has not said it is a failure at once`() throws {
    let run = try Self.run("echo hello", ready: "stdout:^up")
    #expect(run.failure == "ended with exit code 0 and had not said a line like ^up")
    #expect(run.output == ["hello"])
  }

  @Test func `a command that fails before it is ready says so`() throws {
    #expect(
      try Self.run("sh -c 'exit 4'", ready: "file:/nowhere/at/all").failure
        == "ended with exit code 4 before it was ready")
  }

  @Test func `a port makes it ready`() throws {
    let script = #"""
      import socket, time
      time.sleep(0.05)
      s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("127.0.0.1", PORT)); s.listen()
      time.sleep(9002)
      """#
    let port = try Ports.free()
    let command = "python3 -c '\(script.replacingOccurrences(of: "PORT", with: "\(port)"))'"
    let run = try Self.run(command, ready: "port:\(port)")
    #expect(run.failure == nil, "\(run.output)")
    #expect(try #require(run.ready) >= 0.05)
    #expect(run.stop != nil)
  }

  @Test func `a port that is open before is an error`() throws {
    let (socket, port) = try Ports.listening()
    defer { close(socket) }
    let run = try Self.run("sleep 9003", ready: "port:\(port)")
    #expect(run.failure?.hasPrefix("port \(port) is open before the start") == true)
    try Self.expectNobody("9003")
  }

  @Test func `a file makes it ready, also in a folder that is made later`() throws {
    let folder = try TemporaryFolder()
    let file = folder.absolute("a/b/ready")
    let run = try Self.run(
      "sh -c 'sleep 0.03; mkdir -p \(folder.path)/a/b; sleep 0.03; echo x >\(file); exec sleep 9004'",
      ready: "file:\(file)")
    #expect(run.failure == nil)
    #expect((0.06..<10).contains(try #require(run.ready)))
    let again = try Self.run("sleep 9004", ready: "file:\(file)")
    #expect(again.failure?.contains("is there before the start") == true)
    let moved = try Self.run(
      "sh -c 'sleep 0.03; echo x >\(file).new; mv \(file).new \(file); exec sleep 9004'", ready: "file:\(file)",
      prepare: "rm -f \(file)")
    #expect(moved.failure == nil)
    try Self.expectNobody("9004")
  }

  @Test func `READY=1 makes it ready, other words do not`() throws {
    let script = #"""
      import os, socket, time
      s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); a = os.environ["NOTIFY_SOCKET"]
      assert os.stat(os.path.dirname(a)).st_mode & 0o077 == 0
      s.sendto(b"STATUS=READY=1", a); time.sleep(0.05); s.sendto(b"STATUS=up\nREADY=1\n", a); time.sleep(9005)
      """#
    let run = try Self.run("python3 -c '\(script)'", ready: "notify")
    #expect(run.failure == nil, "\(run.output)")
    #expect(try #require(run.ready) >= 0.05)
  }

  @Test func `what is not ready in time is a failure, and gone`() throws {
    let run = try Self.run("sh -c 'echo still here; exec sleep 9006'", ready: "stdout:^up", timeout: 0.2)
    #expect(run.failure == "not ready after 200.0 ms: no a line like ^up")
    #expect(run.output == ["still here"])
    try Self.expectNobody("9006")
    #expect(try Self.run("sleep 9006", timeout: 0.1).failure == "did not end within 100.0 ms")
    try Self.expectNobody("9006")
  }

  @Test func `who ignores SIGTERM is killed after the grace, with all of its group`() throws {
    let run = try Self.run(
      #"sh -c 'trap "" TERM; sleep 9007 & echo up; while :; do sleep 9007; done'"#, ready: "stdout:up", grace: 0.2)
    #expect(run.failure == nil)
    #expect(run.wasKilled)
    #expect((0.2..<5).contains(try #require(run.stop)))
    try Self.expectNobody("9007")
  }

  @Test func `stop time goes on until the last of the group is gone`() throws {
    // The one in front ends at once, the other takes its time.
    let run = try Self.run(
      #"sh -c '(trap "sleep 0.3; exit" TERM; echo up; while :; do sleep 0.01; done) & exec sleep 9008'"#,
      ready: "stdout:up")
    #expect(run.failure == nil)
    #expect(!run.wasKilled)
    #expect((0.3..<5).contains(try #require(run.stop)))
  }

  @Test func `several copies are ready when the last is`() throws {
    let run = try Self.run(
      "sh -c 'sleep 0.0$TARE_BOOT_COPY; echo up; exec sleep 9009'", ready: "stdout:up", copies: 4)
    #expect(run.failure == nil)
    #expect(run.copies.count == 4)
    #expect(run.copies == run.copies.sorted())
    #expect(run.ready == run.copies.last)
    #expect(try #require(run.ready) >= 0.04)
    try Self.expectNobody("9009")
  }

  @Test func `prepare and cleanup run around it, also when it fails`() throws {
    let folder = try TemporaryFolder()
    let (before, after) = (folder.absolute("before"), folder.absolute("after"))
    let run = try Self.run(
      "sh -c 'test -e \(before); exit 1'", prepare: "touch \(before)", cleanup: "mv \(before) \(after)")
    #expect(run.failure == "ended with exit code 1")
    #expect(try folder.files() == ["after"])
    let broken = try Self.run("touch \(before)", prepare: "sh -c 'echo no room; exit 9'")
    #expect(broken.failure == "prepare failed: sh ended with exit code 9: no room")
    #expect(try folder.files() == ["after"])
    let dirty = try Self.run("true", cleanup: "false")
    #expect(dirty.failure == nil)
    #expect(dirty.notes == ["cleanup failed: false ended with exit code 1"])
  }

  /// A container engine of a few lines: `run` prints an id, `inspect` says starting twice and then what it is told.
  private func engine(_ folder: TemporaryFolder, saying word: String) throws -> String {
    let path = folder.absolute("engine")
    try folder.write(
      "engine",
      """
      #!/bin/sh
      cd "$(dirname "$0")"
      case "$1" in
      run) echo 0123abcd ;;
      inspect) test "$4" = 0123abcd || exit 1; echo x >>asked; test "$(wc -l <asked)" -gt 2 && echo \(word) || echo starting ;;
      rm) test "$2 $3" = '-f 0123abcd' && rm asked && echo x >>removed ;;
      esac

      """)
    unsafe chmod(path, 0o755)
    return path
  }

  @Test func `a container is ready when its engine says healthy, and is removed`() throws {
    let folder = try TemporaryFolder()
    let run = try Self.run("\(try engine(folder, saying: "healthy")) run -d web", ready: "health")
    #expect(run.failure == nil, "\(run.output)")
    #expect(run.stop != nil)
    #expect(try folder.files() == ["engine", "removed"])
  }

  @Test func `a container that is not healthy is a failure, and is removed`() throws {
    let folder = try TemporaryFolder()
    let run = try Self.run("\(try engine(folder, saying: "unhealthy")) run -d web", ready: "health")
    #expect(run.failure == "the engine calls it unhealthy, not healthy")
    #expect(try folder.files() == ["engine", "removed"])
    let none = try Self.run("echo --help me", ready: "health")
    #expect(none.failure?.hasPrefix("expected a container's id") == true)
  }

  // MARK: The benchmark

  /// A subject that only notes its turn.
  private final class Turn: BootSubject {
    nonisolated(unsafe) static var order: [String] = []
    let name: String
    let failing: Bool
    var (command, readiness, readyAt) = ("", "exit", "its end")

    init(_ name: String, failing: Bool = false) { (self.name, self.failing) = (name, failing) }

    func run(_ context: BootContext) throws(BootInterrupted) -> BootRun {
      unsafe Self.order.append(name)
      var run = BootRun()
      if failing { run.failure = "no" } else { run.copies = [0.1] }
      return run
    }
  }

  @Test func `commands take turns, and one that never succeeds is given up`() {
    unsafe Turn.order = []
    let subjects = [Turn("a"), Turn("b", failing: true)]
    let report = Benchmark(Benchmark.Plan(runs: 3, warmups: 1, copies: 1), subjects).run()
    #expect(unsafe Turn.order.joined() == "abababaa")
    #expect(report.commands.map(\.isGivenUp) == [false, true])
    #expect(report.commands[0].runs.map(\.kind) == [.cold, .warmup, .measured, .measured, .measured])
    #expect(report.commands[0].times.count == 3)
    #expect(report.commands[1].failed.count == 3)
  }
}

/// TCP ports of this machine.
enum Ports {
  struct Failure: Error {}

  /// A listener, and its port.
  static func listening() throws -> (socket: Int32, port: UInt16) {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(socket, $0, length) == 0 && listen(socket, 8) == 0 && getsockname(socket, $0, &length) == 0
      }
    }
    guard isBound else { throw Failure() }
    return (socket, UInt16(bigEndian: address.sin_port))
  }

  /// One that nobody listens on at the moment.
  static func free() throws -> UInt16 {
    let (socket, port) = try listening()
    close(socket)
    return port
  }
}
