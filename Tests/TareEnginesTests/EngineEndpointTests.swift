import Testing

@testable import TareEngines

@Suite struct EngineEndpointTests {
  @Test func `a unix address is its path`() throws {
    #expect(try EngineEndpoint.parse("unix:///run/docker.sock") == EngineEndpoint(path: "/run/docker.sock"))
    #expect(try EngineEndpoint.parse("unix:///a%20b?c") == EngineEndpoint(path: "/a%20b?c"))
  }

  @Test(arguments: [
    ("tcp://user:secret@host:2375", "DOCKER_HOST=tcp://…"), ("ssh://secret@host", "DOCKER_HOST=ssh://…"),
    ("npipe:////./pipe/secret", "DOCKER_HOST=npipe://…"), ("UNIX:///run/secret", "DOCKER_HOST=UNIX://…"),
    ("/run/secret.sock", "DOCKER_HOST=…"), ("secret:2375", "DOCKER_HOST=…"), ("", "DOCKER_HOST=…"),
    ("secretsecretsecret://", "DOCKER_HOST=…"), ("\u{1b}[2Jsecret://", "DOCKER_HOST=…"),
  ])
  func `another address is refused by its scheme alone`(address: String, subject: String) throws {
    let error = try #require(throws: EngineError.self) { try EngineEndpoint.parse(address) }
    #expect(
      error.description == "\(subject): only unix:// sockets are read; unset it or use unix:///run/docker.sock")
  }

  @Test func `the remedy fits the variable`() throws {
    let error = try #require(throws: EngineError.self) { try EngineEndpoint.parse("ssh://a", from: "CONTAINER_HOST") }
    #expect(
      error.description
        == "CONTAINER_HOST=ssh://…: only unix:// sockets are read; unset it or use unix:///run/podman/podman.sock")
  }

  @Test(arguments: ["unix://", "unix://docker.sock", "unix:///a\u{0}b"])
  func `a unix address needs an absolute path`(address: String) throws {
    let error = try #require(throws: EngineError.self) { try EngineEndpoint.parse(address) }
    #expect(error.reason == .relativePath)
  }

  @Test func `root or self admits root and self`() {
    let peer = EngineEndpoint.Peer.rootOrSelf
    #expect(peer.admits(uid: 0, process: 9, own: 1_000))
    #expect(peer.admits(uid: 1_000, process: 9, own: 1_000))
    #expect(!peer.admits(uid: 1_001, process: 9, own: 1_000))
    #expect(!peer.admits(uid: 1_000, process: 9, own: 0))
  }

  @Test func `a user or a process admits no other`() {
    #expect(EngineEndpoint.Peer.uid(7).admits(uid: 7, process: 9, own: 0))
    #expect(!EngineEndpoint.Peer.uid(7).admits(uid: 0, process: 9, own: 0))
    #expect(EngineEndpoint.Peer.process(9).admits(uid: 7, process: 9, own: 0))
    #expect(!EngineEndpoint.Peer.process(9).admits(uid: 0, process: 8, own: 0))
    #expect(!EngineEndpoint.Peer.process(0).admits(uid: 0, process: 0, own: 0))
  }
}
