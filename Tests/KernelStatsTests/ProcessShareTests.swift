import KernelStats
import Testing

@Suite struct ProcessShareTests {
  private func share(_ lines: String) throws -> ProcessShare {
    let text = "560000000000-7fff00a9d000 ---p 00000000 00:00 0                          [rollup]\n" + lines
    return try ProcessShare(smapsRollup: Array(text.utf8).span)
  }

  @Test func `a share is PSS in its parts, with huge pages that are its own`() throws {
    let share = try share(
      "Rss:  900 kB\nPss:  321 kB\nPss_Dirty:  116 kB\nPss_Anon:  116 kB\nPss_File:  200 kB\nPss_Shmem:  5 kB\n"
        + "Shared_Hugetlb:  4096 kB\nPrivate_Hugetlb:  2048 kB\n")
    #expect(share.total == (321 + 2048) << 10)
    #expect(share.anon == (116 + 2048) << 10)
    #expect(share.file == 205 << 10)
  }

  @Test func `a kernel that does not part it tells the sum alone`() throws {
    let share = try share("Rss:  900 kB\nPss:  321 kB\n")
    #expect(share.total == 321 << 10 && share.anon == nil && share.file == nil)
  }

  @Test(arguments: ["", "Rss:  900 kB\n", "Pss:  many kB\n", "Pss:  99999999999999999999 kB\n"])
  func `without a sum it is an error`(lines: String) {
    #expect(throws: FormatError.self) { try share(lines) }
  }

  @Test func `of statm the second and third number count`() throws {
    let pages = try residentAndShared(statm: Array("10000 1000 100 1 0 500 0\n".utf8).span)
    #expect(pages == (1000, 100))
    #expect(throws: FormatError.self) { try residentAndShared(statm: Array("10000\n".utf8).span) }
  }
}
