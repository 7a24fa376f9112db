import Glibc
import KernelStats
import TareModel
import TestSupport
import Testing

@testable import TareSampling

/// What a machine's serial line says of its start.
struct SerialLogTests {
  private let folder: TemporaryFolder
  private let root = KernelRoot()
  private var path: String { folder.absolute("serial") }

  init() throws {
    folder = try TemporaryFolder()
    try folder.write("serial", "")
  }

  private func open(_ markers: [SerialLog.Marker] = [SerialLog.userspace, SerialLog.login], start: UInt64 = 0) throws
    -> SerialLog
  {
    try #require(SerialLog(path, of: 1, ProcessFiles(owner: geteuid()), start: start, markers, root))
  }

  private func append(_ text: String) throws {
    let file = unsafe Glibc.open(path, O_WRONLY | O_APPEND)
    defer { close(file) }
    let bytes = Array(text.utf8)
    #expect(unsafe write(file, bytes, bytes.count) == bytes.count)
  }

  @Test func `each phase lies between the look before and the one that finds it`() throws {
    let log = try open()
    #expect(log.read { 100 }.isEmpty)
    try append("[    0.5] Run /init as ini")
    #expect(log.read { 200 }.isEmpty)
    try append("t process\nwelcome\n")
    let found = log.read { 300 }
    #expect(found.map(\.phase) == [.userspace] && found[0].1 == 200...300)
    try append("debian login: ")
    let ready = log.read { 400 }
    #expect(ready.map(\.phase) == [.ready] && ready[0].1 == 300...400)
    #expect(log.isOver)
  }

  @Test func `a line that is too long, and bytes that are no text, hide nothing that comes later`() throws {
    let log = try open()
    try append(String(repeating: "x", count: 100_000) + "\n\u{0}\u{1b}[31m\nlogin:\n")
    #expect(log.read { 1 }.map(\.phase) == [.ready])
  }

  @Test func `a machine that says more than four megabytes is not listened to`() throws {
    let log = try open()
    let line = String(repeating: "y", count: 1023) + "\n"
    try append(String(repeating: line, count: 4200) + "login:\n")
    #expect(log.read { 1 }.isEmpty)
    #expect(log.isOver)
  }

  @Test func `what an earlier machine said is left out`() throws {
    try append("login: ")
    var old = [timespec(tv_sec: 1_000_000, tv_nsec: 0), timespec(tv_sec: 1_000_000, tv_nsec: 0)]
    #expect(unsafe utimensat(AT_FDCWD, path, &old, 0) == 0)
    let log = try open(start: root.monotonic())
    #expect(log.read { 1 }.isEmpty)
    // The new one empties it and says less than was there.
    unsafe truncate(path, 0)
    try append("login")
    #expect(log.read { 2 }.isEmpty)
    try append(": ")
    #expect(log.read { 3 }.map(\.phase) == [.ready])
  }

  @Test func `a link, a pipe, and a file of somebody else are not opened`() throws {
    try folder.link("link", to: path)
    #expect(
      SerialLog(folder.absolute("link"), of: 1, ProcessFiles(owner: geteuid()), start: 0, [SerialLog.login], root)
        == nil)
    #expect(unsafe mkfifo(folder.absolute("pipe"), 0o600) == 0)
    #expect(
      SerialLog(folder.absolute("pipe"), of: 1, ProcessFiles(owner: geteuid()), start: 0, [SerialLog.login], root)
        == nil)
    #expect(SerialLog("serial", of: 1, ProcessFiles(owner: geteuid()), start: 0, [SerialLog.login], root) == nil)
    if geteuid() == 0 {
      unsafe chown(path, 12345, 12345)
      #expect(SerialLog(path, of: 1, ProcessFiles(owner: 54321), start: 0, [SerialLog.login], root) == nil)
    }
  }

  @Test func `a marker of one's own takes the place of the prompt`() throws {
    let own = SerialLog.Marker(phase: .ready, pattern: try Pattern("^listening on [0-9]+$"))
    let log = try open([SerialLog.userspace, own])
    try append("login:\nlistening on 80\n")
    #expect(log.read { 1 }.map(\.phase) == [.ready])
  }
}
