import Foundation
import TestSupport
import Testing

/// The real binary, over captured hosts and with wrong words.
@Suite struct CommandTests {
  static let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  static let hosts = ["hybrid", "v2"]
  static let commands = ["snapshot", "demo", "doctor", "capture", "config", "inspect"]

  private func run(_ words: [String], _ environment: [String: String] = [:]) throws -> (code: Int32, child: Child) {
    let child = try Child([Tool.tare()] + words, environment)
    return (try child.end(within: .seconds(60)), child)
  }

  @Test(arguments: hosts, ["json", "table", "csv"])
  func `a captured host is printed as its golden file says`(host: String, format: String) throws {
    let (code, child) = try run([
      "snapshot", "--root", Self.tests.appending(path: "Fixtures/hosts/\(host)").path, "--format", format,
    ])
    #expect(code == 0)
    let golden = Self.tests.appending(path: "Golden/hosts/\(host).\(format == "table" ? "txt" : format)")
    // Golden JSON has a value a line.
    let expected = try String(contentsOf: golden, encoding: .utf8)
    let text =
      format == "json"
      ? child.text.split(separator: ",", omittingEmptySubsequences: false).joined(separator: ",\n") : child.text
    #expect(text == expected)
    #expect(child.complaints.isEmpty)
  }

  @Test(arguments: commands)
  func `help has examples`(command: String) throws {
    let (code, child) = try run([command, "--help"])
    #expect(code == 0)
    #expect(child.text.contains("Examples:"))
    #expect(child.text.contains("tare \(command)"))
  }

  @Test func `the version is one line`() throws {
    let (code, child) = try run(["--version"])
    #expect(code == 0)
    #expect(child.lines.count == 1)
  }

  @Test(arguments: [
    ["nonsense"], ["snapshot", "--interval", "soon"], ["snapshot", "--interval", "1ms"],
    ["snapshot", "--format", "xml"],
    ["snapshot", "--sort", "beauty"], ["snapshot", "--columns", "cpuu"], ["snapshot", "--columns", ""],
    ["snapshot", "--columns", "cpu", "--format", "json"], ["snapshot", "--wide", "--columns", "cpu"],
    ["snapshot", "--wide", "--format", "csv"], ["snapshot", "--columns", "cpu", "--format", "svg", "--view", "boot"],
    ["snapshot", "--interval", "0", "--count", "3"], ["snapshot", "--count", "-1"], ["demo", "--accel", "hyperdrive"],
    ["demo", "--seconds", "0"], ["capture"],
  ])
  func `a wrong word ends with 2 and says what was expected`(words: [String]) throws {
    let (code, child) = try run(words)
    #expect(code == 2)
    #expect(child.text.isEmpty)
    #expect(child.complaints.hasPrefix("tare: "))
  }

  @Test(arguments: ["/nowhere", "/dev/null", "/proc"])
  func `a capture that is none ends with 3 and says so`(path: String) throws {
    let (code, child) = try run(["snapshot", "--root", path])
    #expect(code == 3)
    #expect(child.text.isEmpty)
    #expect(child.complaints.contains(path))
  }

  @Test func `doctor names every runtime and says of each thing whether it works`() throws {
    let (code, child) = try run(["doctor"])
    #expect(code == 0)
    let words = [
      "privileges", "cgroups", "pressure", "taskstats", "proc connector", "kvm", "docker", "podman", "runc", "crun",
      "qemu",
    ]
    for word in words {
      #expect(child.lines.contains { $0.hasPrefix("  ") && $0.dropFirst(6).hasPrefix(word) }, "\(word)")
    }
  }

  @Test(arguments: [
    "snapshot --interval 0", "snapshot --interval 0 --format json", "--help", "--version", "help snapshot", "doctor",
    "boot --help", "config", "config --path", "explain", "explain tare",
  ])
  func `output that cannot be written is a failure, and said like all that goes wrong`(words: String) throws {
    for place in [">/dev/full", ">&-"] {
      let shell = try Child(
        ["/bin/sh", "-c", "exec \(Tool.tare()) \(words) \(place)"], ["HOME": "/nonexistent", "PATH": "/usr/bin:/bin"])
      #expect(try shell.end(within: .seconds(60)) == 1, "\(words) \(place)")
      let last = shell.complaints.split(separator: "\n").last
      #expect(
        last?.hasPrefix("tare: cannot write to standard output: ") == true, "\(words) \(place): \(shell.complaints)")
    }
  }

  /// What is not seen may be there.
  @Test(
    .enabled(
      if: isRoot
        && ["unshare", "setpriv"].allSatisfy { FileManager.default.isExecutableFile(atPath: "/usr/bin/\($0)") }),
    arguments: [
      ("unshare -pmf --mount-proc --propagation private TARE", "pid namespace of its own", "--pid=host"),
      (
        "unshare -m sh -c 'mount -t proc -o hidepid=2 proc /proc; exec setpriv --reuid 65534 --regid 65534 --clear-groups TARE'",
        "hidepid=", "gid="
      ),
      (
        "unshare -m sh -c 'mount -t proc -o hidepid=1,gid=27 proc /proc; exec setpriv --reuid 65534 --regid 65534 --clear-groups TARE'",
        "hidepid=", "group 27"
      ),
    ])
  func `where processes cannot be seen nobody says that none runs`(place: String, cause: String, remedy: String) throws
  {
    func output(_ words: String) throws -> String {
      // The program lies where others may not go.
      let text = place.replacing("TARE", with: "/proc/self/fd/9 \(words)")
      let shell = try Child(
        ["/bin/sh", "-c", "exec 9<\(Tool.tare()); exec \(text)"], ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin"])
      _ = try shell.end(within: .seconds(60))
      return shell.text + shell.complaints
    }
    for words in [
      "snapshot --interval 0", "snapshot --interval 0 --format json", "snapshot --interval 0 --format text", "doctor",
      "inspect web --interval 0",
    ] {
      let text = try output(words)
      #expect(text.contains(cause) && text.contains(remedy), "\(words): \(text)")
      #expect(!text.contains("runs here"), "\(words): \(text)")
    }
  }

  @Test(arguments: ["doctor", "--help", "explain"])
  func `a reader that goes away is no failure and worth no word`(words: String) throws {
    let script = "{ \(Tool.tare()) \(words); echo $? >&2; } | true"
    let shell = try Child(["/bin/sh", "-c", script], ["HOME": "/nonexistent", "PATH": "/usr/bin:/bin"])
    #expect(try shell.end(within: .seconds(60)) == 0)
    #expect(shell.complaints == "0\n")
  }

  @Test func `a file of values has its headings once, and only the rows that the filter leaves`() throws {
    let words = ["snapshot", "--format", "csv", "--interval", "20ms", "--count", "3", "--columns", "name,cpu"]
    let (code, child) = try run(words)
    #expect(code == 0)
    #expect(child.text.hasPrefix("time,name,cpu_usage_percent\r\n"))
    #expect(child.text.ranges(of: "time,name").count == 1)
    let root = Self.tests.appending(path: "Fixtures/hosts/hybrid").path
    let machines = try run(["snapshot", "--root", root, "--format", "csv", "--columns", "kind", "--filter", "kind=vm"])
    #expect(
      machines.child.text.components(separatedBy: "\r\n").dropFirst().dropLast().allSatisfy { $0.hasSuffix(",vm") })
    #expect(machines.child.text.components(separatedBy: "\r\n").count > 2)
  }

  @Test func `a wrong column is answered with the nearest`() throws {
    let (_, child) = try run(["snapshot", "--columns", "name,memroy"])
    #expect(child.complaints.contains("--columns: unknown column 'memroy': did you mean 'memory'?"))
  }

  @Test func `a filter chooses the rows, and nothing else`() throws {
    let words = ["snapshot", "--root", Self.tests.appending(path: "Fixtures/hosts/hybrid").path, "--format", "json"]
    func lines(_ filter: String...) throws -> (names: Set<String>, host: String) {
      let (code, child) = try run(words + filter)
      #expect(code == 0)
      let text = child.text
      let rest = text.firstRange(of: "\"workloads\"").map { String(text[..<$0.lowerBound]) } ?? ""
      return (Set(text.matches(of: /"name":"([a-z]+)","kind"/).map { String($0.1) }), rest)
    }
    let all = try lines()
    let machines = try lines("--filter", "kind=vm,memory>1MiB")
    #expect(!machines.names.isEmpty && machines.names.isStrictSubset(of: all.names))
    #expect(machines.host == all.host)
    #expect(try lines("--filter", "name~b,kind=container").names.contains("busy"))
    #expect(try lines("--filter", "nothing-is-called-so").names.isEmpty)
  }

  @Test func `users are rows where they are asked for, and nowhere else`() throws {
    func kinds(_ words: String...) throws -> [String] {
      let (code, child) = try run(["snapshot", "--format", "csv", "--interval", "50ms", "--columns", "kind"] + words)
      #expect(code == 0)
      return child.text.components(separatedBy: "\r\n").dropFirst().compactMap { $0.components(separatedBy: ",").last }
    }
    #expect(try !kinds().contains("user"))
    #expect(try kinds("--users").contains("user"))
    let (code, child) = try run(["snapshot", "--users", "--interval", "50ms", "--format", "json"])
    #expect(code == 0)
    let row = try #require(child.text.firstMatch(of: /{"id":"user:[0-9]+",[^{]*/))
    #expect(row.output.contains(#""kind":"user","runtime":"host","image":null"#))
  }

  @Test func `a capture with users shows them again, by name, and keeps nothing else of them`() throws {
    let folder = try TemporaryFolder()
    let (code, _) = try run(["capture", folder.absolute("host"), "--users", "--interval", "50ms"])
    #expect(code == 0)
    let kept = (try? String(contentsOfFile: folder.absolute("host/etc/passwd"), encoding: .utf8)) ?? ""
    for line in kept.split(separator: "\n") { #expect(line.wholeMatch(of: /[^:]+:x:[0-9]+:/) != nil, "\(line)") }
    let words = ["snapshot", "--root", folder.absolute("host"), "--format", "csv", "--columns", "id,memory,cpu"]
    let (again, child) = try run(words + ["--users", "--filter", "kind=user"])
    #expect(again == 0)
    let rows = child.text.components(separatedBy: "\r\n").dropFirst().dropLast()
    #expect(
      !rows.isEmpty && rows.contains { $0.wholeMatch(of: /[^,]*,user:[0-9]+,[0-9]+,(exact|at-least),[0-9.]+/) != nil },
      "\(rows)")
  }

  @Test(arguments: [("kindd=vm", "kind"), ("kind>vm", "kind"), ("cpu>much", "much"), ("memory>1QiB", "1QiB")])
  func `a wrong filter is named, and nothing is printed`(filter: String, named: String) throws {
    for command in ["snapshot", "live"] {
      let (code, child) = try run([command, "--filter", filter])
      #expect(code == 2)
      #expect(child.text.isEmpty)
      #expect(child.complaints.contains("--filter") && child.complaints.contains(named), "\(child.complaints)")
    }
  }
}
