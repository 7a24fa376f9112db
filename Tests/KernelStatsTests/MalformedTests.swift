import KernelStats
import TareModel
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(10))) struct MalformedTests {
  /// Cut at any byte, a file is read, or refused, but never a crash or a hang.
  @Test(arguments: FormatCase.all)
  func `a file that is cut off anywhere is read or refused`(format: FormatCase) {
    for count in 0...format.bytes.count { try? format.parse(Array(format.bytes.prefix(count))) }
  }

  @Test(arguments: FormatCase.all)
  func `damaged and random bytes are read or refused`(format: FormatCase) {
    var random = SplitMix(seed: 42)
    for _ in 0..<20_000 { try? format.parse(random.damaged(format.bytes)) }
  }

  @Test(arguments: FormatCase.all, [UInt8(ascii: "1"), UInt8(ascii: "\n"), 0xff])
  func `a megabyte of one byte is read or refused`(format: FormatCase, byte: UInt8) {
    try? format.parse(Array(repeating: byte, count: 1 << 20))
    try? format.parse(format.bytes + Array(repeating: byte, count: 1 << 20))
  }

  @Test(arguments: FormatCase.all)
  func `a megabyte of lines is read or refused`(format: FormatCase) {
    let copies = (1 << 20) / format.bytes.count
    try? format.parse(Array(repeatElement(format.bytes, count: copies).joined()))
  }

  @Test(arguments: [
    (2, "some total=1\nfull avg10=0.00\n"), (1, "some total=x\n"), (1, "some avg10=0 total=99999999999999999999\n"),
  ])
  func `a malformed pressure file names its line`(line: Int, text: String) {
    expectError(line: line, in: text) { _ = try Pressure($0.span) }
  }

  @Test(arguments: [(1, "8:0 rbytes=x\n"), (2, "8:0\n8:1 rb\n"), (3, "\n\n8:1 wbytes=-1\n"), (1, "8:0 rbytesX1\n")])
  func `a malformed io.stat names its line`(line: Int, text: String) {
    expectError(line: line, in: text) { _ = try DeviceTraffic(ioStat: $0.span) }
  }

  @Test(arguments: [(1, "8:0 Read\n"), (2, "8:0 Read 1\n8:0 Write x\n")])
  func `a malformed blkio file names its line`(line: Int, text: String) {
    expectError(line: line, in: text) { _ = try DeviceTraffic(blkio: $0.span) }
  }

  @Test(arguments: [(3, "h\nh\neth0 1 2\n"), (4, "h\nh\nlo: 1 2 3 4 5 6 7 8 9\neth0: x\n"), (3, "h\nh\neth0: 1 2 3\n")])
  func `a malformed net file names its line`(line: Int, text: String) {
    expectError(line: line, in: text) { _ = try NetworkInterface.list($0.span) }
  }

  @Test(arguments: [(1, "MemTotal: x\n"), (2, "MemFree: 1 kB\nMemTotal:\n")])
  func `a malformed meminfo names its line`(line: Int, text: String) {
    expectError(line: line, in: text) { _ = try MemoryInfo($0.span) }
  }

  @Test(arguments: ["", "cpu\n", "cpu 1 2 3\n", "cpu 1 2 3 4 5 6 7 8 9 x\n", "1 (x", "1 x)"])
  func `too little is an error`(text: String) {
    let bytes = Array(text.utf8)
    #expect(throws: FormatError.self) { try CpuTicks(bytes.span) }
    #expect(throws: FormatError.self) { try ProcessStat(bytes.span) }
  }

  @Test(arguments: [(2, "0::/a\nnonsense\n"), (1, "0:/a\n"), (1, "0::a\n"), (2, "1:cpu:/\n:::\n")])
  func `a malformed membership names its line`(line: Int, text: String) {
    expectError(line: line, in: text) { _ = try CgroupMembership($0.span) }
  }

  @Test func `an error says what was expected and what stands there`() {
    #expect(
      FormatError(line: 3, expected: "a number", found: UInt8(ascii: "x")).description
        == "3: expected a number, found 'x'")
    #expect(FormatError(line: 1, expected: "a number", found: nil).description.hasSuffix("the end of the file"))
    #expect(FormatError(line: 1, expected: "a number", found: 0x1b).description.hasSuffix("byte 27"))
    let error = KernelError.malformed(path: "/a/b", FormatError(line: 3, expected: "a number", found: 10))
    #expect("\(error)" == "/a/b:3: expected a number, found the end of the line")
  }

  @Test func `a number that its scale takes beyond 2^64 is the largest and not a small one, and leaves others alone`()
    throws
  {
    let info = try MemoryInfo(Array("MemTotal: 18446744073709551615 kB\nMemAvailable: 8 kB\n".utf8).span)
    #expect(info.total == .max)
    #expect(info.available == 8192)
  }

  private func expectError(line: Int, in text: String, _ parse: ([UInt8]) throws -> Void) {
    do {
      try parse(Array(text.utf8))
      Issue.record("read without an error: \(text.debugDescription)")
    } catch let error as FormatError {
      #expect(error.line == line, "\(error) in \(text.debugDescription)")
    } catch {
      Issue.record("another error: \(error)")
    }
  }
}
