import KernelStats
import Testing

struct MemoryMappingTests {
  private func mappings(_ text: String) throws -> [MemoryMapping] {
    try MemoryMapping.all(smaps: Array(text.utf8).span)
  }

  @Test func `a mapping has its range, rights, file and name`() throws {
    let mappings = try mappings(Captured.smaps)
    #expect(mappings.count == 3)
    #expect(mappings[0].start == 0x5567_047a_0000 && mappings[0].size == 16 << 10)
    #expect(!mappings[0].isWritable && mappings[0].isExecutable)
    #expect(mappings[0].name == "/usr/bin/busy box")
    #expect(mappings[0].file?.device == 0xfd << 32 | 1 && mappings[0].file?.inode == 1_835_009)
    #expect(mappings[1].file == nil && mappings[1].name == "[heap]" && mappings[1].isWritable)
    #expect(mappings[2].name == "/memfd:pc.ram (deleted)")
  }

  @Test func `amounts are bytes, and huge pages are apart from what is resident`() throws {
    let mappings = try mappings(Captured.smaps)
    #expect(mappings.map(\.resident) == [16 << 10, 132 << 10, 64 << 20])
    #expect(mappings.map(\.share) == [8 << 10, 132 << 10, 32 << 20])
    #expect(mappings.map(\.hugetlb) == [0, 6 << 20, 0])
  }

  @Test func `a process without memory has none`() throws {
    #expect(try mappings("").isEmpty)
  }

  @Test(arguments: [
    "zz-10 rw-p 0 00:00 0\n", "10 rw-p 0 00:00 0\n", "20-10 rw-p 0 00:00 0\n", "1-2 rw-p 0 0000 0\n",
    "1-2 rw-p 0 00:00 x\n", "1-2 rw-p 0 00:00 0\nRss: x kB\n", "11112222333344445-2 rw-p 0 00:00 0\n",
    "1-2 rw-p 0 00:00 0\nPss: 18446744073709551615 kB\n",
  ])
  func `what is not in the documented form is an error with its line`(text: String) throws {
    #expect(throws: FormatError.self) { try mappings(text) }
  }
}
