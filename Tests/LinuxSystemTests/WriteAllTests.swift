import Glibc
import LinuxSystem
import Testing

struct WriteAllTests {
  private func makePipe(nonblocking: Bool) -> (reading: Descriptor, writing: Descriptor) {
    var ends: [Int32] = [-1, -1]
    unsafe pipe(&ends)
    if nonblocking { for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) } }
    return (Descriptor(ends[0]), Descriptor(ends[1]))
  }

  @Test func `all of it is written, also where the other side is slow`() throws {
    let (reading, writing) = makePipe(nonblocking: true)
    // More than a pipe holds.
    let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
    let (source, written) = (reading.number, writing.number)
    let read = EventCounter()
    nonisolated(unsafe) var found: [UInt8] = []
    try SystemThread.start("test-reader") {
      var part = [UInt8](repeating: 0, count: 4096)
      while unsafe found.count < 300_000 {
        usleep(100)
        let count = unsafe part.withUnsafeMutableBytes { unsafe Glibc.read(source, $0.baseAddress, $0.count) }
        if count > 0 { unsafe found += part.prefix(count) }
      }
      read.signal()
    }
    try writeAll(bytes[...], to: written)
    read.wait()
    #expect(unsafe found == bytes)
    withExtendedLifetime((reading, writing)) {}
  }

  @Test func `a reader that has gone and a full disk are told apart`() throws {
    signal(SIGPIPE, SIG_IGN)
    let (reading, writing) = makePipe(nonblocking: false)
    reading.shut()
    let gone = #expect(throws: WriteFailure.self) { try writeAll("a", to: writing.number) }
    #expect(gone?.isReaderGone == true)
    let full = Descriptor(unsafe open("/dev/full", O_WRONLY | O_CLOEXEC))
    let failure = #expect(throws: WriteFailure.self) { try writeAll("a", to: full.number) }
    #expect(failure?.number == ENOSPC && failure?.isReaderGone == false)
  }

  @Test func `a call that failed says what, on what, and why`() {
    let error = #expect(throws: SystemError.self) {
      try Descriptor(unsafe open("/no/such/file", O_RDONLY), "open", "/no/such/file")
    }
    #expect(error.map { "\($0)" } == "cannot open /no/such/file: no such file or directory")
  }
}
