import FoundationEssentials
import Glibc
import TareModel
import TestSupport
import Testing

@testable import KernelStats

struct RecorderTests {
  @Test func `a folder that exists is not overwritten`() throws {
    let folder = try TemporaryFolder()
    try folder.write("mine", "precious")
    #expect(throws: KernelError.self) { try Recorder(making: folder.path) }
    #expect(throws: KernelError.self) { try Recorder(making: "\(folder.path)/mine") }
    #expect(throws: KernelError.self) { try Recorder(making: "\(folder.path)/no/such") }
    try folder.link("dangling", to: "\(folder.path)/elsewhere")
    #expect(throws: KernelError.self) { try Recorder(making: "\(folder.path)/dangling") }
    #expect(try String(decoding: Data(contentsOf: URL(filePath: folder.absolute("mine"))), as: UTF8.self) == "precious")
  }

  @Test func `what was read is nobody else's to read`() throws {
    let folder = try TemporaryFolder()
    try folder.write("source/file", "text")
    let recorder = try Recorder(making: "\(folder.path)/capture")
    let root = KernelRoot(recorder: recorder)
    #expect(root.text("\(folder.path)/source/file") == "text")
    recorder.mark(root.now())
    try recorder.finish(facts: root.facts, engineNames: [])
    #expect(folder.mode(of: "capture") == 0o700)
    #expect(folder.mode(of: "capture/capture.json") == 0o600)
    #expect(folder.mode(of: "capture\(folder.path)/source") == 0o700)
    #expect(folder.mode(of: "capture\(folder.path)/source/file") == 0o600)
  }

  @Test func `a capture replays to the same reads at every instant`() throws {
    let folder = try TemporaryFolder()
    try folder.write("s/changes", "one")
    try folder.write("s/stays", "same")
    try folder.write("s/goes", "here")
    try folder.link("s/link", to: "/some/where")
    let recorder = try Recorder(making: "\(folder.path)/capture")
    let live = KernelRoot(recorder: recorder)
    let path = "\(folder.path)/s"
    func look(_ root: KernelRoot) throws -> [String?] {
      let names = ["changes", "stays", "goes", "none"]
      return names.map { root.text("\(path)/\($0)") } + [try root.link("\(path)/link")] + (try root.list(path).sorted())
    }
    let first = try look(live)
    recorder.mark(live.now())
    try folder.write("s/changes", "two")
    try folder.remove("s/goes")
    let second = Array(try look(live)[..<5])
    recorder.mark(live.now())
    try recorder.finish(facts: live.facts, engineNames: [])

    let replay = try KernelRoot(replaying: "\(folder.path)/capture")
    #expect(replay.instants == 2)
    #expect(try look(replay)[..<5] == first[..<5])
    replay.advance()
    #expect(try look(replay)[..<5] == second[...])
    #expect(replay.facts == live.facts)
  }

  @Test func `a file that is read twice at one instant is kept as it was last`() throws {
    let folder = try TemporaryFolder()
    try folder.write("f", "one")
    let recorder = try Recorder(making: "\(folder.path)/capture")
    let live = KernelRoot(recorder: recorder)
    #expect(live.text("\(folder.path)/f") == "one")
    try folder.write("f", "two")
    #expect(live.text("\(folder.path)/f") == "two")
    recorder.mark(live.now())
    try recorder.finish(facts: live.facts, engineNames: [])
    #expect(try KernelRoot(replaying: "\(folder.path)/capture").text("\(folder.path)/f") == "two")
  }

  @Test func `what is read privately is not in the capture`() throws {
    let folder = try TemporaryFolder()
    try folder.write("secret", "password")
    let recorder = try Recorder(making: "\(folder.path)/capture")
    let live = KernelRoot(recorder: recorder)
    var buffer = [UInt8](repeating: 0, count: 100)
    #expect(try live.readPrivately("\(folder.path)/secret", into: &buffer) == 8)
    #expect(folder.mode(of: "capture\(folder.path)/secret") == nil)
    live.record("\(folder.path)/secret", Array("kept".utf8))
    recorder.mark(live.now())
    try recorder.finish(facts: live.facts, engineNames: [])
    #expect(try KernelRoot(replaying: "\(folder.path)/capture").text("\(folder.path)/secret") == "kept")
  }

  @Test func `a symbolic link that somebody puts into the capture is not followed`() throws {
    let folder = try TemporaryFolder()
    try folder.write("source", "text")
    try folder.write("victim", "precious")
    let recorder = try Recorder(making: "\(folder.path)/capture")
    try folder.link("capture\(folder.path)/source", to: folder.absolute("victim"))
    let live = KernelRoot(recorder: recorder)
    #expect(live.text(folder.absolute("source")) == "text")
    recorder.mark(live.now())
    #expect(throws: KernelError.self) { try recorder.finish(facts: live.facts, engineNames: []) }
    #expect(
      try String(decoding: Data(contentsOf: URL(filePath: folder.absolute("victim"))), as: UTF8.self) == "precious")
  }

  @Test func `arguments are captured only as far as they are read`() throws {
    let folder = try TemporaryFolder()
    let recorder = try Recorder(making: "\(folder.path)/capture")
    let live = KernelRoot(recorder: recorder)
    let pid = getpid()
    #expect(live.arguments(of: pid) { _ in ["only", "this"] }?.isEmpty == false)
    recorder.mark(live.now())
    try recorder.finish(facts: live.facts, engineNames: [])
    let replay = try KernelRoot(replaying: "\(folder.path)/capture")
    #expect(replay.arguments(of: pid) { $0 } == ["only", "this"])
  }
}
