import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

/// A socket where an engine is said to be. It says nothing, or nonsense.
private final class FalseEngine: Sendable {
  let path: String
  private let listener: Int32
  private let accepted = Atomic<Int>(0)

  /// How often somebody connected.
  var connections: Int { accepted.load(ordering: .relaxed) }

  init(_ path: String, saying words: String?) throws {
    self.path = path
    listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
    let bound = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard bound == 0, listen(listener, 8) == 0 else { throw Child.Failure(description: "cannot listen on \(path)") }
    Thread { [listener, self] in
      while true {
        let peer = accept(listener, nil, nil)
        guard peer >= 0 else { return }
        accepted.add(1, ordering: .relaxed)
        guard let words else { continue }  // open for ever
        var request = [UInt8](repeating: 0, count: 4096)
        _ = unsafe read(peer, &request, request.count)
        _ = unsafe write(peer, words, words.utf8.count)
        close(peer)
      }
    }.start()
  }

  func end() {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
    unsafe unlink(path)
  }
}

extension LabTests {
  /// Engines that do not answer as engines do.
  @Suite struct Engines {
    private static let nonsense = "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n[{\"Id\":17,\"\u{1b}[31m\"}]]]"

    @Test(arguments: [nil, nonsense, "220 mail.example.com ESMTP\r\n"])
    func `an engine that talks nonsense costs a moment, one that hangs as long as a first pass may take`(words: String?)
      throws
    {
      let lab = try Lab.with("docker")  // engines are asked where there is something to ask for
      let engine = try FalseEngine("\(lab.folder)/false.sock", saying: words)
      defer { engine.end() }
      // One sample waits for the engines' names.
      let usual = try lab.tare(["snapshot", "--interval", "0"])
      let run = try lab.tare(["snapshot", "--interval", "0"], ["DOCKER_HOST": "unix://\(engine.path)"])
      #expect(engine.connections > 0)
      // What hangs is not known, which a script has to hear; what is no engine has said all that it will.
      #expect(run.code == (words == nil ? 4 : 0))
      let limit = words == nil ? Duration.seconds(20) : .zero
      #expect(run.elapsed < limit + usual.elapsed * 2 + .milliseconds(1500), "\(run.elapsed), usually \(usual.elapsed)")
      let problems = run.output.split(separator: "\n").filter { $0.hasPrefix("! engine: ") }
      #expect(problems.count == 1 && problems.allSatisfy { $0.contains(engine.path) }, "\(run.output)")
      #expect(!run.output.contains("\u{1b}"))
      for name in lab.runningNames where lab.shownName(name) == name {
        #expect(run.output.contains(" \(name) "), "\(name)")
      }
    }

    @Test func `it holds up the first block alone`() throws {
      let lab = try Lab.with("docker")  // engines are asked where there is something to ask for
      let engine = try FalseEngine("\(lab.folder)/false.sock", saying: nil)
      defer { engine.end() }
      let arguments = ["snapshot", "--interval", "500ms", "--count", "2"]
      let run = try lab.tare(arguments, ["DOCKER_HOST": "unix://\(engine.path)"])
      #expect(run.code == 4 && run.errors.contains("incomplete"))
      #expect(run.elapsed < .seconds(25))
      #expect(run.output.contains("! engine: "))
    }

    @Test(arguments: ["tcp://127.0.0.1:2375", "ssh://host", "/run/docker.sock"])
    func `another scheme than unix is refused in one line, and everything else is there`(url: String) throws {
      let lab = try Lab.with()
      let run = try lab.tare(["snapshot", "--interval", "0"], ["DOCKER_HOST": url])
      #expect(run.code == 0)
      #expect(run.errors.split(separator: "\n").count == 1 && run.errors.contains("DOCKER_HOST"), "\(run.errors)")
      for name in lab.runningNames where lab.shownName(name) == name {
        #expect(run.output.contains(" \(name) "), "\(name)")
      }
    }
  }
}
