import FoundationEssentials
import TestSupport
import Testing

/// What the tests write themselves must stay in their folder: they run as root.
struct TemporaryFolderTests {
  @Test func `nothing is written through a link or outside of the folder`() throws {
    let outside = try TemporaryFolder()
    try outside.write("victim", "precious")
    let folder = try TemporaryFolder()
    try folder.link("link", to: outside.absolute("victim"))
    try folder.link("folder", to: outside.path)
    #expect(throws: (any Error).self) { try folder.write("link", "damage") }
    #expect(throws: (any Error).self) { try folder.write("folder/victim", "damage") }
    #expect(throws: (any Error).self) { try folder.write("../x", "damage") }
    let text = try String(decoding: Data(contentsOf: URL(filePath: outside.absolute("victim"))), as: UTF8.self)
    #expect(text == "precious")
  }

  @Test func `links are no files of a folder`() throws {
    let folder = try TemporaryFolder()
    try folder.write("a/file", "x")
    try folder.link("a/link", to: "file")
    #expect(try folder.files() == ["a/file"])
  }

  @Test func `a fake host has links to real programs, and none of them is a file to damage`() throws {
    let host = try FakeHost()
    try host.qemu(700, ["-m", "64"])
    #expect(try host.folder.files().allSatisfy { !$0.hasSuffix("/exe") && !$0.hasSuffix("/cwd") })
  }
}
