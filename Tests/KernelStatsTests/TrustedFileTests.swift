import Glibc
import TareModel
import TestSupport
import Testing

@testable import KernelStats

@Suite(.timeLimit(.minutes(10))) struct TrustedFileTests {
  private let folder: TemporaryFolder
  private let root = KernelRoot()

  init() throws {
    folder = try TemporaryFolder()
    try folder.write("a/state.json", "text")
    for name in ["a", "a/state.json"] { try folder.setMode(name == "a" ? 0o755 : 0o644, of: name) }
  }

  private func refusal(_ name: String, owner: UInt32 = currentUser) -> String? {
    do throws(KernelError) {
      _ = try root.readTrusted("\(folder.resolved)/\(name)", owner: owner)
      return nil
    } catch {
      if case .untrusted(_, let why) = error { return why }
      return "\(error)"
    }
  }

  @Test func `a file of one's own, or of root, is read, a sticky folder such as the temporary one on the way`() throws {
    #expect(try root.readTrusted("\(folder.resolved)/a/state.json", owner: currentUser) == Array("text".utf8))
    try folder.setMode(0o1777, of: "a")
    #expect(refusal("a/state.json") == nil)
  }

  @Test(arguments: [0o775, 0o757, 0o777] as [UInt32])
  func `a folder that others may write is not trusted`(mode: UInt32) throws {
    try folder.setMode(mode, of: "a")
    #expect(refusal("a/state.json")?.contains("written by others") == true)
  }

  @Test func `a pipe is not opened, whose writer would take tare for its reader`() throws {
    let path = "\(folder.resolved)/a/pipe"
    #expect(unsafe mkfifo(path, 0o600) == 0)
    let watch = inotify_init1(Int32(IN_NONBLOCK))
    defer { close(watch) }
    #expect(unsafe inotify_add_watch(watch, path, UInt32(IN_OPEN)) >= 0)
    #expect(refusal("a/pipe") == "no regular file")
    var event = [UInt8](repeating: 0, count: 256)
    #expect(unsafe read(watch, &event, event.count) == -1)
    #expect(errno == EAGAIN)
  }

  @Test(arguments: [0o664, 0o646, 0o666, 0o1646] as [UInt32])
  func `a file that others may write is not trusted`(mode: UInt32) throws {
    try folder.setMode(mode, of: "a/state.json")
    #expect(refusal("a/state.json")?.contains("written by others") == true)
  }

  @Test func `a symbolic link on the way, or at its end, is not followed`() throws {
    try folder.link("link", to: "a")
    try folder.link("a/link.json", to: "state.json")
    #expect(refusal("link/state.json")?.contains("link") == true)
    #expect(refusal("a/link.json")?.contains("link") == true)
  }

  @Test func `a pipe is refused and nobody waits`() throws {
    try folder.makeFIFO("a/pipe")
    #expect(refusal("a/pipe") == "no regular file")
  }

  @Test func `a folder is no file`() throws {
    try folder.makeFolder("a/folder")
    #expect(refusal("a/folder") != nil)
  }

  @Test func `a file of one mebibyte is read and one byte more is not`() throws {
    try folder.write("a/just", bytes: Array(repeating: 0x20, count: 1 << 20))
    try folder.write("a/more", bytes: Array(repeating: 0x20, count: (1 << 20) + 1))
    #expect(refusal("a/just") == nil)
    #expect(refusal("a/more")?.contains("larger than") == true)
  }

  @Test(arguments: ["/..", "/a/../a/state.json", "relative", "", "/"])
  func `a path that is not plain and absolute is refused`(path: String) {
    #expect(throws: KernelError.self) {
      try root.readTrusted(path.hasPrefix("/a") ? folder.resolved + path : path, owner: currentUser)
    }
  }

  @Test(.enabled(if: isRoot, "only root can give a file to somebody else"))
  func `a file or folder of a stranger is not trusted, the owner's is`() throws {
    try folder.setMode(0o755)
    try folder.setOwner(4242, of: "a/state.json")
    #expect(refusal("a/state.json", owner: 0)?.contains("belongs to user 4242") == true)
    #expect(refusal("a/state.json", owner: 4242) == nil)
    #expect(refusal("a/state.json", owner: 4243)?.contains("belongs to user 4242") == true)
    try folder.setOwner(0, of: "a/state.json")
    try folder.setOwner(4242, of: "a")
    #expect(refusal("a/state.json", owner: 0)?.contains("belongs to user 4242") == true)
    try folder.setMode(0o1777, of: "a")
    #expect(refusal("a/state.json", owner: 0)?.contains("belongs to user 4242") == true)
  }

  @Test func `an error does not quote what the file contains`() throws {
    try folder.write("a/state.json", "SECRET")
    try folder.setMode(0o666, of: "a/state.json")
    #expect(refusal("a/state.json")?.contains("SECRET") == false)
  }
}

private let currentUser = geteuid()
