import CTestSockets
import FoundationEssentials
import Glibc
import Testing

@testable import TareEngines

@Suite(.timeLimit(.minutes(10))) struct EngineSocketTests {
  private func reason(_ path: String, _ peer: EngineEndpoint.Peer = .rootOrSelf) -> EngineError.Reason? {
    do {
      _ = try EngineClient.containers(at: EngineEndpoint(path: path, expectedPeer: peer), deadline: .seconds(20))
      return nil
    } catch {
      return error.reason
    }
  }

  @Test func `the expected user and process are asked`() throws {
    let engine = try FakeEngine(answering: Answer.whole("[]"))
    #expect(reason(engine.path, .uid(geteuid())) == nil)
    #expect(reason(engine.path, .process(getpid())) == nil)
  }

  @Test func `another user or process is sent nothing`() throws {
    let engine = try FakeEngine { $0.readRequest() }
    let wrong = EngineError.Reason.wrongPeer(uid: geteuid(), process: getpid())
    #expect(reason(engine.path, .uid(geteuid() + 1)) == wrong)
    #expect(reason(engine.path, .process(1)) == wrong)
    engine.wait(forConnections: 2)
    #expect(engine.requests == ["", ""])
  }

  @Test func `a missing socket is told from one without a listener`() throws {
    let path = try FakeEngine(serve: nil).path
    #expect(reason(path) == .notFound)
    #expect(reason("/dev/null/docker.sock") == .notFound)
    #expect(reason("relative") == .notFound)

    let engine = try FakeEngine(serve: nil)
    engine.stopListening()
    #expect(reason(engine.path) == .connectionRefused)
  }

  @Test func `a file that is no socket is not connected to`() {
    #expect(reason("/dev/null") == .notASocket)
    #expect(reason("/") == .notASocket)
  }

  @Test func `a socket that may not be opened is told from a missing one`() throws {
    let engine = try FakeEngine(answering: Answer.whole("[]"))
    #expect(unsafe chmod(engine.path, 0) == 0)
    let before = tare_test_open_files_as(geteuid() == 0 ? 65_534 : geteuid())
    let reason = reason(engine.path)
    _ = tare_test_open_files_as(before)
    #expect(reason == .permissionDenied)
  }

  @Test func `a symbolic link is followed only where the user named the path`() throws {
    let engine = try FakeEngine(answering: Answer.whole("[]"))
    let link = engine.path + "-link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: engine.path)
    #expect(reason(link) == nil)
    #expect(reason(link, .uid(geteuid())) == .symbolicLink)
    #expect(reason(link, .process(getpid())) == .symbolicLink)
  }

  @Test func `a path may be longer than a socket address`() throws {
    let engine = try FakeEngine(answering: Answer.whole("[]"))
    let folder = URL(filePath: engine.path).deletingLastPathComponent()
      .appending(path: String(repeating: "d", count: 200))
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    let long = folder.appending(path: "s").path
    #expect(unsafe rename(engine.path, long) == 0)
    #expect(reason(long) == nil)
  }

  @Test func `a path in an error is harmless`() {
    let endpoint = EngineEndpoint(path: "/run/\u{1b}[2J\u{202e}\n" + String(repeating: "x", count: 5_000))
    let text = EngineError(endpoint, .notFound).description
    #expect(text.hasPrefix("/run/\u{fffd}[2J\u{fffd}\u{fffd}xxx") && text.hasSuffix("x…: no such socket"))
    #expect(text.count < 300)
  }
}
