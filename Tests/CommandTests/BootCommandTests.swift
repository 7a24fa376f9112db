import Foundation
import Glibc
import TestSupport
import Testing

/// `tare boot`, the real binary with small commands.
@Suite struct BootCommandTests {
  private static let environment = ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin"]

  private func run(_ words: [String], _ more: [String: String] = [:]) throws -> (code: Int32, child: Child) {
    let child = try Child([Tool.tare(), "boot"] + words, Self.environment.merging(more) { $1 })
    return (try child.end(within: .seconds(60)), child)
  }

  private static func isRunning(_ word: String) throws -> Bool {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }.contains { name in
      let words = FileManager.default.contents(atPath: "/proc/\(name)/cmdline") ?? Data()
      // tare's own arguments hold the command as one word.
      return words.split(separator: 0).contains { $0.elementsEqual(word.utf8) }
    }
  }

  @Test func `two commands are compared, in text and in all files`() throws {
    let folder = try TemporaryFolder()
    let (code, child) = try run([
      "--runs", "12", "--warmup", "1", "--name", "fast", "--name", "slow", "true", "sleep 0.03", "--export-json",
      folder.absolute("out.json"), "--export-csv", folder.absolute("out.csv"), "--export-markdown",
      folder.absolute("out.md"), "--assert", "slow:median>=30ms", "--assert", "min>0us",
    ])
    #expect(code == 0, "\(child.text) \(child.complaints)")
    #expect(child.complaints.isEmpty)
    #expect(child.text.unicodeScalars.allSatisfy { $0.isASCII && ($0.value >= 32 || $0 == "\n") })
    #expect(child.text.contains("fast starts"))
    #expect(child.lines.count { $0.contains(" holds: ") } == 3)
    let json = try JSONValue(file: folder.absolute("out.json"))
    let results = json["results"].array
    #expect(results.map { $0["command"] } == [.string("fast"), .string("slow")])
    for result in results {
      let times = result["times"].array.compactMap(\.number)
      #expect(times.count == 12)
      #expect(result["min"].number == times.min())
      #expect(result["max"].number == times.max())
      #expect(try abs(#require(result["mean"].number) - times.reduce(0, +) / 12) < 2e-9)
      #expect(result["exit_codes"].array == Array(repeating: .number(0), count: 12))
      #expect(result["tare"]["runs"].array.count == 14)
    }
    // A B A B: nobody's turns lie together.
    let began = results.map { $0["tare"]["runs"].array.compactMap { $0["began"].number } }
    #expect(zip(began[0], began[1]).allSatisfy { $0 < $1 })
    #expect(zip(began[1], began[0].dropFirst()).allSatisfy { $0 < $1 })
    let csv = try String(contentsOfFile: folder.absolute("out.csv"), encoding: .utf8)
    #expect(csv.hasPrefix("command,mean,stddev,median,user,system,min,max,"))
    #expect(try String(contentsOfFile: folder.absolute("out.md"), encoding: .utf8).contains("| `fast` |"))
  }

  @Test func `help has examples`() throws {
    let child = try Child([Tool.tare(), "boot", "--help"], Self.environment)
    #expect(try child.end(within: .seconds(60)) == 0)
    #expect(child.text.contains("Examples:"))
    #expect(child.text.contains("tare boot --preset process,container,vm"))
  }

  @Test func `a command that goes into the background is waited for`() throws {
    let folder = try TemporaryFolder()
    let (code, child) = try run([
      "--runs", "1", "--warmup", "0", "--ready", "file:\(folder.absolute("up"))", "--prepare",
      "rm -f \(folder.absolute("up"))",
      "sh -c 'setsid sh -c \"sleep 0.1; echo x >\(folder.absolute("up")); sleep 9104\" & exit 0'",
    ])
    #expect(code == 0, "\(child.text)")
    #expect(try !Self.isRunning("9104"))
  }

  @Test func `an assertion that fails ends with 1 and says by how much`() throws {
    let (code, child) = try run(["--runs", "1", "--warmup", "0", "--assert", "median<1ms", "sleep 0.02"])
    #expect(code == 1)
    #expect(child.text.contains("sleep 0.02: median < 1.00 ms fails: "))
    #expect(child.text.contains(" above"))
  }

  @Test func `a command that always fails ends with 1 and its last words`() throws {
    let (code, child) = try run(["--runs", "2", "sh -c 'echo out of cheese >&2; exit 5'"])
    #expect(code == 1)
    #expect(child.text.contains("ended with exit code 5"))
    #expect(child.text.contains("| out of cheese"))
  }

  @Test(arguments: [
    [], ["--runs", "0", "true"], ["echo 'a"], ["--ready", "soon", "true"],
    ["--ready", "exit", "--ready", "exit", "true"],
    ["--name", "a", "true", "false"], ["--assert", "median", "true"], ["--assert", "x:median<1s", "true"],
    ["--preset", "spaceship"], ["--preset", "vm,vm"], ["--timeout", "0", "true"], ["true", "true"],
    ["--concurrency", "2", "--ready", "port:1", "true"], ["--concurrency", "2", "--preset", "process"],
    ["--accel", "warp", "--preset", "vm"],
  ])
  func `a wrong use ends with 2`(words: [String]) throws {
    let (code, child) = try run(words)
    #expect(code == 2)
    #expect(child.text.isEmpty)
    #expect(child.complaints.hasPrefix("tare: "))
  }

  @Test func `a file that cannot be written is known before anything runs`() throws {
    let folder = try TemporaryFolder()
    let (code, child) = try run(["--export-json", "/proc/nowhere/x", "touch \(folder.absolute("ran"))"])
    #expect(code == 1)
    #expect(child.complaints.contains("cannot write to /proc/nowhere/x"))
    #expect(try folder.files().isEmpty)
  }

  @Test func `daemons that leave their group are found and ended`() throws {
    let (code, child) = try run([
      "--runs", "1", "--warmup", "0", "--ready", "stdout:up",
      "sh -c 'setsid sh -c \"setsid sleep 9101 & exec sleep 9101\" & sleep 0.05; echo up'",
    ])
    #expect(code == 0, "\(child.text)")
    #expect(child.text.contains("stop"))
    #expect(try !Self.isRunning("9101"))
    let (_, other) = try run(["--runs", "1", "--warmup", "0", "sh -c 'setsid sleep 9102 & sleep 0.05'"])
    #expect(other.text.contains("it had left 1 process, which was ended"))
    #expect(try !Self.isRunning("9102"))
  }

  @Test func `what a preparation starts is left alone`() throws {
    let folder = try TemporaryFolder()
    let file = folder.absolute("pid")
    let (code, child) = try run([
      "--runs", "1", "--warmup", "0", "--prepare", "sh -c 'sleep 9105 & echo $! >>\(file)'", "true", "--cleanup",
      "sh -c 'sleep 0.05'",
    ])
    #expect(code == 0, "\(child.text)")
    let pids = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").compactMap { Int32($0) }
    #expect(pids.count == 2)
    for pid in pids { #expect(kill(pid, SIGKILL) == 0) }
  }

  @Test func `Ctrl-C ends the run, cleans up, prints what there is, and ends with 130`() throws {
    let folder = try TemporaryFolder()
    let child = try Child(
      [
        Tool.tare(), "boot", "--warmup", "0", "--prepare", "sh -c 'echo x >>\(folder.absolute("runs"))'", "--cleanup",
        "touch \(folder.absolute("cleaned"))", "--ready", "stdout:up",
        "sh -c 'test $(wc -l <\(folder.absolute("runs"))) -lt 4 && echo up; exec sleep 9103'",
      ], Self.environment)
    // The fourth run never is ready.
    let isThere = until(within: .seconds(30)) {
      (try? String(contentsOfFile: folder.absolute("runs"), encoding: .utf8))?.count == 8 ? true : nil
    }
    #expect(isThere == true)
    usleep(200_000)
    try? folder.remove("cleaned")
    child.signal(SIGINT)
    #expect(try child.end(within: .seconds(20)) == 130)
    #expect(child.text.contains("2 runs"))
    #expect(child.text.contains("interrupted"))
    #expect(try folder.files().contains("cleaned"))
    #expect(try !Self.isRunning("9103"))
  }

  @Test(.enabled(if: getuid() == 0, "needs root for the container"))
  func `the preset starts its process and its container, and leaves nothing`() throws {
    let service = try Tool.service()
    let runtimes = ["/usr/sbin/runc", "/usr/bin/runc", "/usr/bin/crun"]
    guard runtimes.contains(where: FileManager.default.isExecutableFile(atPath:)) else { return }
    let folder = try TemporaryFolder()
    let (code, child) = try run(
      [
        "--preset", "process,container", "--runs", "2", "--warmup", "0", "true", "--export-json",
        folder.absolute("out.json"),
      ], ["TARE_SERVICE": service, "HOME": folder.path])
    #expect(code == 0, "\(child.text) \(child.complaints)")
    let results = try JSONValue(file: folder.absolute("out.json"))["results"].array
    #expect(results.map { $0["command"] } == [.string("process"), .string("container"), .string("true")])
    for result in results.prefix(2) {
      #expect(result["times"].array.count == 2)
      #expect(result["tare"]["stop"]["median"].number != nil)
    }
    let left = (try? FileManager.default.contentsOfDirectory(atPath: "/run/tare")) ?? []
    #expect(!left.contains { $0.hasPrefix("lab-\(child.pid)-") })
  }
}
