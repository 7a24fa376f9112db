import TareModel
import TestSupport
import Testing

@testable import KernelStats

@Suite(.timeLimit(.minutes(10))) struct KernelRootTests {
  private func read(_ root: KernelRoot, _ path: String) throws(KernelError) -> String {
    var buffer = [UInt8](repeating: 0, count: 16)
    let count = try root.read(path, into: &buffer)
    return String(decoding: buffer[..<count], as: UTF8.self)
  }

  private func error(_ body: () throws(KernelError) -> Void) -> KernelError? {
    do throws(KernelError) {
      try body()
      return nil
    } catch {
      return error
    }
  }

  @Test func `a file is read to its end, however small the buffer`() throws {
    let host = try FakeHost()
    let text = String(repeating: "0123456789", count: 10_000)
    try host.file("/proc/long", text)
    #expect(try read(host.root(), "/proc/long") == text)
  }

  @Test func `clocks are those of the capture and go on with it`() throws {
    let host = try FakeHost()
    host.instants = 2
    let root = try host.root()
    #expect(!root.isLive)
    #expect(!root.holdsDescriptors)
    #expect(root.instants == 2)
    let first = root.now()
    root.advance()
    #expect(root.now().monotonic == first.monotonic + 1_000_000_000)
    root.advance()
    #expect(root.now().monotonic == first.monotonic + 1_000_000_000)
  }

  @Test func `a later instant sees what changed and otherwise what was`() throws {
    let host = try FakeHost()
    try host.file("/proc/a", "old")
    try host.file("/proc/b", "same")
    try host.file("/proc/a", "new", at: 1)
    let root = try host.root()
    #expect(try read(root, "/proc/a") == "old")
    root.advance()
    #expect(try read(root, "/proc/a") == "new")
    #expect(try read(root, "/proc/b") == "same")
  }

  @Test func `errors belong to their instant`() throws {
    let host = try FakeHost()
    try host.file("/proc/a", "text")
    host.fail("/proc/a", 13, at: 1)
    host.fail("/proc/a", 3, at: 2)
    let root = try host.root()
    #expect(try read(root, "/proc/a") == "text")
    root.advance()
    #expect(error { () throws(KernelError) in _ = try read(root, "/proc/a") } == .denied(path: "/proc/a"))
    root.advance()
    #expect(error { () throws(KernelError) in _ = try read(root, "/proc/a") } == .gone(path: "/proc/a"))
  }

  @Test func `errors of links and folders are replayed too`() throws {
    let host = try FakeHost()
    try host.folder.link("/proc/9/exe", to: "/usr/bin/x")
    try host.folder.makeFolder("/proc/9/fd")
    host.fail("/proc/9/exe", 13)
    host.fail("/proc/9/fd", 13)
    let root = try host.root()
    #expect(error { () throws(KernelError) in _ = try root.link("/proc/9/exe") } == .denied(path: "/proc/9/exe"))
    #expect(error { () throws(KernelError) in _ = try root.list("/proc/9/fd") } == .denied(path: "/proc/9/fd"))
  }

  @Test(arguments: ["/outside/secret", "../../../../../../../../outside/secret", "../outside/secret"])
  func `a symbolic link leads nowhere but into the capture`(target: String) throws {
    let host = try FakeHost()
    let outside = try TemporaryFolder()
    try outside.write("/outside/secret", "secret")
    try host.folder.link("/proc/escape", to: target.hasPrefix("/") ? outside.path + target : target)
    try host.folder.link("/proc/folder", to: "\(outside.path)/outside")
    let root = try host.root()
    for path in ["/proc/escape", "/proc/folder/secret"] {
      #expect(error { () throws(KernelError) in _ = try read(root, path) } == .notFound(path: path))
    }
    #expect(error { () throws(KernelError) in _ = try root.list("/proc/folder") } == .notFound(path: "/proc/folder"))
  }

  @Test func `a link is not looked up through a link that leads outside`() throws {
    let host = try FakeHost()
    let outside = try TemporaryFolder()
    try outside.link("exe", to: "/secret")
    try outside.write("file", "x")
    try host.folder.link("/proc/7", to: outside.path)
    let root = try host.root()
    #expect(error { () throws(KernelError) in _ = try root.link("/proc/7/exe") } == .notFound(path: "/proc/7/exe"))
    #expect(root.inode("/proc/7/file") == nil)
  }

  @Test func `a path may not climb out of the capture`() throws {
    let host = try FakeHost()
    let outside = try TemporaryFolder()
    try outside.write("file", "x")
    let path = "/proc/../../../../../../../..\(outside.path)/file"
    let root = try host.root()
    #expect(error { () throws(KernelError) in _ = try read(root, path) } == .notFound(path: path))
  }

  @Test func `a pipe in place of a file is refused and nobody waits`() throws {
    let host = try FakeHost()
    try host.folder.makeFIFO("/proc/pipe")
    let root = try host.root()
    #expect(
      error { () throws(KernelError) in _ = try read(root, "/proc/pipe") }
        == .untrusted(path: "/proc/pipe", why: "no regular file"))
  }

  @Test func `a folder in place of a file is refused`() throws {
    let host = try FakeHost()
    try host.folder.makeFolder("/proc/folder")
    let root = try host.root()
    #expect(error { () throws(KernelError) in _ = try read(root, "/proc/folder") } != nil)
  }

  @Test func `a file beyond the limit is refused, one of just the limit is read`() throws {
    let host = try FakeHost()
    try host.file("/proc/large", String(repeating: "x", count: 20_000))
    let root = try host.root()
    var buffer = [UInt8](repeating: 0, count: 4096)
    #expect(try root.readPrivately("/proc/large", into: &buffer, limit: 20_000) == 20_000)
    buffer = [UInt8](repeating: 0, count: 4096)
    #expect(
      error { () throws(KernelError) in _ = try root.readPrivately("/proc/large", into: &buffer, limit: 19_999) }
        == .tooLarge(path: "/proc/large", limit: 19_999))
  }

  @Test func `a folder without a manifest is no capture`() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/capture.json"
    #expect(error { () throws(KernelError) in _ = try KernelRoot(replaying: folder.path) } == .notFound(path: path))
    #expect(error { () throws(KernelError) in _ = try KernelRoot(replaying: "\(folder.path)/none") } != nil)
  }

  @Test(arguments: [
    "", "{", "[]", "null", "{}", #"{"schema":"tare.capture/2"}"#,
    #"{"schema":"tare.capture/1","instants":[],"errors":[],"engineNames":[],"facts":{"pageSize":4096,"clockTicks":100,"uid":0,"hypervisorSignature":"","kvmAvailable":true}}"#,
    #"{"schema":"tare.capture/1","instants":[{"realtime":1,"monotonic":1,"boottime":1}],"errors":[],"engineNames":[],"facts":{"pageSize":4096,"clockTicks":0,"uid":0,"hypervisorSignature":"","kvmAvailable":true}}"#,
    #"{"schema":"tare.capture/1","instants":[{"realtime":-1,"monotonic":1,"boottime":1}],"errors":[],"engineNames":[],"facts":{"pageSize":4096,"clockTicks":1,"uid":0,"hypervisorSignature":"","kvmAvailable":true}}"#,
    String(repeating: "[", count: 100_000),
  ])
  func `a broken manifest is refused`(manifest: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("capture.json", manifest)
    let found = error { () throws(KernelError) in _ = try KernelRoot(replaying: folder.path) }
    guard case .untrusted = found else {
      Issue.record("\(String(describing: found))")
      return
    }
  }

  @Test func `a pipe or a link to the outside is no manifest`() throws {
    let folder = try TemporaryFolder()
    try folder.makeFIFO("capture.json")
    #expect(error { () throws(KernelError) in _ = try KernelRoot(replaying: folder.path) } != nil)
    let outside = try TemporaryFolder()
    let other = try TemporaryFolder()
    try outside.write("capture.json", "{}")
    try other.link("capture.json", to: "\(outside.path)/capture.json")
    let path = "\(other.path)/capture.json"
    #expect(error { () throws(KernelError) in _ = try KernelRoot(replaying: other.path) } == .notFound(path: path))
  }

  @Test func `processes are the folders whose names are numbers`() throws {
    let host = try FakeHost()
    for name in ["-5", "+7", "007", "self", "99999999999", "0"] {
      try host.file(
        "/proc/\(name)/stat", "5 (x) S 1 0 0 0 0 0 0 0 0 0 1 1 0 0 0 0 1 0 5" + String(repeating: " 0", count: 30))
      try host.file("/proc/\(name)/cgroup", "0::/\n")
    }
    try host.process(42)
    let table = try ProcessTable(host.root())
    #expect(Set(table.processes.map(\.pid)) == [1, 42])
  }

  @Test func `a process that ended on the way is left out`() throws {
    let host = try FakeHost()
    try host.process(42)
    try host.process(43)
    host.fail("/proc/42/stat", 3)
    host.fail("/proc/43/cgroup", 3)
    let table = try ProcessTable(host.root())
    #expect(table.processes.map(\.pid) == [1])
    #expect(table[42] == nil)
  }

  @Test func `children are known by their parent`() throws {
    let host = try FakeHost()
    try host.process(42, start: 60_000)
    try host.process(43, parent: 42, start: 50_000, cgroup: "/x")
    let table = try ProcessTable(host.root())
    #expect(table.children(of: 42).map(\.pid) == [43])
    #expect(table.processes.map(\.pid) == [1, 43, 42])
    #expect(table.cgroups(of: table[43]!).leading == "/x")
  }

  @Test func `the live machine can be read`() throws {
    let root = KernelRoot()
    #expect(root.isLive)
    #expect(try read(root, "/proc/self/stat").contains(")"))
    #expect(try ProcessTable(root).processes.contains { $0.pid == 1 })
    #expect(root.facts.clockTicks > 0)
    #expect(root.now().boottime > 0)
  }
}
