import KernelStats
import Testing

@testable import TareSampling

struct GuestRamTests {
  /// Lines of mappings: size in MiB, resident in KiB, rights, file number, name. They lie one behind the other, with a hole
  /// before each that begins with a dash.
  private func ram(given: UInt64?, _ lines: [(String, UInt64, UInt64, String, Int, String)]) throws -> (
    GuestRam, [MemoryMapping]
  ) {
    var at: UInt64 = 0x7f00_0000_0000
    var text = ""
    for (hole, size, resident, rights, inode, name) in lines {
      if hole == "-" { at += 1 << 20 }
      let end = at + size << 20
      text +=
        "\(String(at, radix: 16))-\(String(end, radix: 16)) \(rights) 0 00:0\(inode == 0 ? 0 : 1) \(inode) \(name)\n"
      text += "Rss: \(resident) kB\nPss: \(resident) kB\n"
      at = end
    }
    let mappings = try MemoryMapping.all(smaps: Array(text.utf8).span)
    return (GuestRam(in: mappings, given: given.map { $0 << 20 }), mappings)
  }

  @Test func `the piece of the size that was given is it, however large others are`() throws {
    let (ram, _) = try ram(
      given: 192,
      [
        ("-", 1024, 46_000, "rwxp", 0, ""), ("-", 192, 140_000, "rw-p", 0, ""), ("-", 64, 60_000, "rw-p", 0, ""),
        ("-", 200, 100, "rw-p", 0, "[heap]"),
      ])
    #expect(ram.places == [1])
    #expect(ram.files.isEmpty)
  }

  @Test func `a neighbour that touches it is none of it`() throws {
    let (ram, _) = try ram(
      given: 192, [("-", 192, 140_000, "rw-p", 0, ""), ("", 14, 14_000, "rw-p", 0, ""), ("-", 8, 8000, "rw-p", 0, "")])
    #expect(ram.places == [0])
  }

  @Test func `a file in memory is it, and names itself to those that share it`() throws {
    let (ram, mappings) = try ram(
      given: 512, [("-", 16, 16_000, "rw-p", 0, ""), ("-", 512, 9000, "rw-s", 27, "/memfd:pc.ram (deleted)")])
    #expect(ram.places == [1])
    #expect(ram.files == [try #require(mappings[1].file)])
  }

  @Test func `neighbours that the kernel parted are one piece`() throws {
    let (ram, _) = try ram(
      given: 96, [("-", 32, 1000, "rw-p", 0, ""), ("", 64, 1000, "rw-p", 0, ""), ("-", 8, 8000, "rw-p", 0, "")])
    #expect(ram.places == [0, 1])
  }

  @Test func `what lies below and above the hole for devices is it together`() throws {
    let (ram, _) = try ram(
      given: 4096, [("-", 3072, 1000, "rw-p", 0, ""), ("-", 1024, 1000, "rw-p", 0, ""), ("-", 64, 1, "rw-p", 0, "")])
    #expect(ram.places == [0, 1])
  }

  @Test func `one that grew together with a neighbour is still it`() throws {
    let (ram, _) = try ram(given: 256, [("-", 258, 1000, "rw-p", 0, ""), ("-", 16, 1, "rw-p", 0, "")])
    #expect(ram.places == [0])
  }

  @Test func `where nothing is as large, nothing is it`() throws {
    let (ram, _) = try ram(given: 4096, [("-", 64, 1000, "rw-p", 0, ""), ("-", 16, 1, "rw-p", 0, "")])
    #expect(ram.places.isEmpty)
  }

  @Test func `where nobody knows what was given, large pieces are it`() throws {
    let (ram, _) = try ram(given: nil, [("-", 64, 1000, "rw-p", 0, ""), ("-", 8, 1, "rw-p", 0, "")])
    #expect(ram.places == [0])
  }

  @Test func `read-only memory is never it`() throws {
    let (ram, _) = try ram(given: 128, [("-", 128, 1000, "r--s", 5, "/usr/share/image")])
    #expect(ram.places.isEmpty)
  }
}
