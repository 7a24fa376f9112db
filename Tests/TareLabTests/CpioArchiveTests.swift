import Foundation
import Testing

@testable import TareLab

struct CpioArchiveTests {
  static func sample() -> [UInt8] {
    var archive = CpioArchive()
    archive.addFolder("dev")
    archive.addCharacterDevice("dev/console", major: 5, minor: 1)
    archive.addExecutable("init", Array("hello".utf8))
    return archive.finished()
  }

  @Test func `an entry is a header of 110 digits, a name and a content, each padded to four bytes`() {
    var archive = CpioArchive()
    archive.addExecutable("init", Array("hello".utf8))
    let header =
      "070701" + "00000001" + "000081ED" + "00000000" + "00000000" + "00000001" + "00000000" + "00000005"
      + "00000000" + "00000000" + "00000000" + "00000000" + "00000005" + "00000000"
    #expect(header.utf8.count == 110)
    #expect(archive.bytes == Array(header.utf8) + Array("init\0".utf8) + [0] + Array("hello".utf8) + [0, 0, 0])
  }

  @Test func `a device has its numbers where the kernel looks for them`() {
    let text = String(decoding: Self.sample(), as: UTF8.self)
    #expect(text.contains("00000005000000010000000C00000000dev/console\0"))
  }

  @Test func `an archive ends with the trailer and a multiple of four`() {
    let archive = Self.sample()
    #expect(String(decoding: archive.suffix(16), as: UTF8.self).contains("TRAILER!!!\0"))
    #expect(archive.count % 4 == 0)
  }

  @Test(.enabled(if: Needs.tool("cpio"), "cpio is not installed"))
  func `cpio lists what was put in`() throws {
    try withTemporaryFolder { folder in
      try Files.create("\(folder)/archive", Self.sample())
      let surroundings = LabEnvironment(
        runtimeFolder: "", cacheFolder: "", environment: ProcessInfo.processInfo.environment)
      let shell = try Tool("sh", package: "dash", in: surroundings)
      let list = try shell.run(["-c", "cpio -t -v --numeric-uid-gid <\"$1\"", "sh", "\(folder)/archive"])
      let lines = list.split(separator: "\n")
      #expect(lines.count == 3)
      #expect(lines.first?.hasPrefix("drwxr-xr-x") == true && lines.first?.hasSuffix(" dev") == true)
      #expect(lines.dropFirst().first?.hasPrefix("crw-------") == true)
      #expect(lines.dropFirst().first?.contains("5,   1") == true)
      #expect(lines.last?.hasPrefix("-rwxr-xr-x") == true && lines.last?.hasSuffix(" init") == true)
    }
  }
}
