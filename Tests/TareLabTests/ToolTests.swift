import Foundation
import Testing

@testable import TareLab

struct ToolTests {
  static let shell = Command(arguments: ["/bin/sh", "-c"], environment: ["PATH=/usr/bin:/bin"])

  static func run(_ script: String, limit: Duration = .seconds(10), cancelled: () -> Bool = { false }) throws -> String
  {
    try Command(arguments: shell.arguments + [script], environment: shell.environment)
      .run(limit: limit, cancelled: cancelled)
  }

  @Test func `a command's output is returned`() throws {
    #expect(try Self.run("echo hello; echo noise >&2") == "hello\n")
  }

  @Test func `a command that fails says why on one harmless line`() {
    #expect {
      try Self.run("printf 'one\\033[2J\\ntwo\\n' >&2; exit 3")
    } throws: {
      "\($0)" == "sh failed: one[2J / two"
    }
    #expect { try Self.run("exit 3") } throws: { "\($0)" == "sh failed: exit code 3" }
    #expect { try Self.run("kill -9 $$") } throws: { "\($0)" == "sh failed: ended by signal 9" }
  }

  @Test func `a command that hangs is killed, with its children`() {
    let begin = ContinuousClock.now
    #expect { try Self.run("sleep 98765 & sleep 98765", limit: .milliseconds(200)) } throws: {
      "\($0)".contains("did not end within")
    }
    #expect(throws: Cancelled.self) { try Self.run("sleep 98765", cancelled: { true }) }
    #expect(ContinuousClock.now - begin < .seconds(5))
  }

  @Test func `a daemon that keeps the output open does not keep us`() throws {
    let begin = ContinuousClock.now
    #expect(try Self.run("sleep 3 & echo started") == "started\n")
    #expect(ContinuousClock.now - begin < .seconds(2))
  }

  @Test func `a command has no open files but three`() throws {
    let list = try Self.run("ls /proc/self/fd")
    #expect(list.split(separator: "\n").count <= 4)  // and the folder that ls reads
  }

  @Test func `a missing tool is named with its package`() throws {
    let surroundings = LabEnvironment.empty(in: "/nowhere")
    #expect {
      _ = try Tool("no-such-tool", package: "tools", in: surroundings)
    } throws: {
      "\($0)" == "no-such-tool is not installed: apt-get install tools"
    }
  }

  @Test func `a service that needs shared libraries is refused`() {
    #expect(throws: Service.Failure.notStatic("/bin/ls")) { _ = try Service(path: "/bin/ls") }
    #expect(throws: Service.Failure.missing("/nowhere/x")) { _ = try Service(path: "/nowhere/x") }
    #expect(!Service.isStatic([]))
    #expect(!Service.isStatic(Array("\u{7F}ELF".utf8) + [2, 1] + [UInt8](repeating: 0xFF, count: 200)))
  }
}

struct GuestKernelTests {
  @Test func `the newest kernel is the one with the highest version, not the last in the alphabet`() throws {
    try withTemporaryFolder { folder in
      for name in ["vmlinuz-6.1.0-9-amd64", "vmlinuz-6.1.0-56-amd64", "vmlinuz-5.10.0-99-amd64", "initrd.img-7"] {
        try Files.create("\(folder)/\(name)", [])
      }
      #expect(GuestKernel.newest(in: folder) == "\(folder)/vmlinuz-6.1.0-56-amd64")
      #expect(GuestKernel.newest(in: "\(folder)/none") == nil)
    }
  }

  @Test func `the real package is found behind the metapackage`() {
    let text = "linux-image-cloud-amd64\n  Depends: linux-image-6.1.0-56-cloud-amd64\n  Suggests: x\n"
    #expect(GuestKernel.realPackage(text) == "linux-image-6.1.0-56-cloud-amd64")
    #expect(GuestKernel.realPackage("linux-image-virtual\n  Depends: linux-image-generic\n") == nil)
  }
}

struct CgroupFolderTests {
  @Test func `mount points of both versions are found, with spaces in their paths`() {
    let text = """
      30 20 0:26 / /sys/fs/cgroup rw - tmpfs tmpfs rw
      31 30 0:27 / /sys/fs/cgroup/cpu rw,relatime shared:9 - cgroup cgroup rw,cpu
      32 30 0:28 / /mnt/my\\040groups rw - cgroup2 cgroup2 rw
      33 30 0:29 / /cgroup rw - ext4 /dev/cgroup2 rw
      garbage
      """
    #expect(CgroupFolders.mountPoints(text) == ["/sys/fs/cgroup/cpu", "/mnt/my groups"])
  }
}
