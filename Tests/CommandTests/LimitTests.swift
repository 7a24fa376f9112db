import Foundation
import Glibc
import TestSupport
import Testing

/// Whatever the machine refuses (threads, memory, descriptors, /proc): the command ends with figures, or with a word and the
/// right exit code; never by a crash, and never not at all.
@Suite struct LimitTests {
  private static let commands = [
    ["snapshot"], ["snapshot", "--format", "json", "--interval", "0"], ["doctor"],
    ["explain", "cpu", "nobody-is-called-so"],
    ["inspect", "nobody-is-called-so"], ["boot", "--runs", "1", "--warmup", "0", "true"], ["config"],
  ]

  /// Through a shell that takes something away first.
  private func run(_ prelude: String, _ words: [String]) throws -> (code: Int32, child: Child) {
    let child = try Child(["bash", "-c", "\(prelude); exec \"$0\" \"$@\"", Tool.tare()] + words, Lean.environment)
    return (try child.end(within: .seconds(60)), child)
  }

  private func check(_ run: (code: Int32, child: Child), _ what: String) {
    #expect((0...4).contains(run.code), "\(what): \(run.code) \(run.child.complaints)")
    // A benchmark says in its report why a run failed.
    let isSaid = run.child.complaints.hasPrefix("tare: ") || what.hasPrefix("[\"boot") && !run.child.text.isEmpty
    #expect(run.code == 0 || isSaid, "\(what): \(run.child.complaints)")
    #expect(!run.child.complaints.contains("Fatal error"), "\(what): \(run.child.complaints)")
  }

  @Test(arguments: [4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 32, 48, 64])
  func `few descriptors`(most: Int) throws {
    for words in Self.commands { check(try run("ulimit -n \(most)", words), "\(words) with \(most) descriptors") }
  }

  /// What a debug build needs differs from what a static one needs, so the limit is moved until it suffices.
  @Test func `little memory`() throws {
    var codes: [Int32] = []
    for kilobytes in stride(from: 24_000, through: 240_000, by: 8_000) {
      let run = try run("ulimit -v \(kilobytes)", ["snapshot", "--interval", "0"])
      // Where not even the loader of programs has room, it is not tare that speaks.
      if run.code == 127 || run.child.complaints.isEmpty && run.code > 128 { continue }
      check(run, "\(kilobytes) KiB")
      codes.append(run.code)
    }
    #expect(codes.last == 0)
  }

  @Test(.enabled(if: ThreadLimit.isThere, "needs root and a pids controller"), arguments: [1, 2, 3, 4])
  func `no threads, or few`(most: Int) throws {
    let limit = try ThreadLimit(most)
    defer { limit.remove() }
    for words in Self.commands where words[0] != "boot" {
      let run = try run("echo $$ > \(limit.folder)/cgroup.procs", words)
      check(run, "\(words) with pids.max \(most)")
      if words[0] == "snapshot" { #expect(run.code == 0 && run.child.text.count > 80, "\(run.child.complaints)") }
    }
  }

  @Test(
    .enabled(if: Privilege.mounts, "may not mount here"), arguments: ["mount -t tmpfs none /proc", "umount -l /proc"])
  func `without proc nothing can be read`(taken: String) throws {
    for words in Self.commands where ["snapshot", "doctor", "inspect"].contains(words[0]) {
      let child = try Child(
        [
          "unshare", "-m", "bash", "-c", "mount --make-rprivate /; \(taken); exec \"$0\" \"$@\"", Tool.tare(),
        ] + words, Lean.environment)
      #expect(try child.end(within: .seconds(60)) == 3, "\(words): \(child.complaints)")
      #expect(child.complaints.hasPrefix("tare: nothing can be read: /proc"), "\(child.complaints)")
    }
  }

  @Test(arguments: [SIGTERM, SIGINT, SIGHUP])
  func `a pipe that nobody reads does not keep it from ending`(signal: Int32) throws {
    let child = try Child(
      ["bash", "-c", "exec \"$0\" \"$@\" > >(exec sleep 30)", Tool.tare()]
        + ["snapshot", "--root", CommandTests.tests.appending(path: "Fixtures/hosts/weighed").path, "--count", "0"],
      Lean.environment)
    usleep(500_000)
    child.signal(signal)
    #expect([0, 130].contains(try child.end(within: .seconds(5))))
  }
}

/// What a program needs to know of its surroundings: no engine is asked.
private enum Lean {
  static let environment = ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "DOCKER_HOST": "unix:///nonexistent"]
}

private enum Privilege {
  static var mounts: Bool {
    guard geteuid() == 0, let child = try? Child(["unshare", "-m", "true"], Lean.environment) else { return false }
    return (try? child.end(within: .seconds(10))) == 0
  }
}

/// A cgroup of its own in which only so many threads may be.
private struct ThreadLimit {
  static let base = ["/sys/fs/cgroup/pids", "/sys/fs/cgroup"].first { unsafe access("\($0)/cgroup.procs", W_OK) == 0 }
  static var isThere: Bool {
    guard geteuid() == 0, let limit = try? ThreadLimit(9) else { return false }
    limit.remove()
    return true
  }

  let folder: String

  init(_ most: Int) throws {
    guard let base = Self.base else { throw Child.Failure(description: "no cgroups") }
    folder = "\(base)/tare-test-\(getpid())-\(most)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    do {
      let file = try FileHandle(forWritingTo: URL(filePath: "\(folder)/pids.max"))
      try file.write(contentsOf: Data("\(most)".utf8))
    } catch {
      remove()
      throw error
    }
  }

  func remove() { _ = unsafe rmdir(folder) }
}
