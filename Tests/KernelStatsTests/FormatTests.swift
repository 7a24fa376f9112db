import KernelStats
import TareModel
import Testing

struct FormatTests {
  @Test(arguments: FormatCase.all)
  func `what a real kernel wrote is read`(format: FormatCase) throws {
    try format.parse(format.bytes)
  }

  @Test func `sockets that listen have their inodes, others are left out`() throws {
    #expect(try ListeningSockets(Array(Captured.netTcp.utf8).span).inodes == [1664, 294_274])
    #expect(try ListeningSockets(Array("  sl  local_address\n".utf8).span).inodes.isEmpty)
  }

  @Test func `a process has its parent, times, threads and start`() throws {
    let stat = try ProcessStat(Array(Captured.processStat.utf8).span)
    #expect(stat.comm == "cat")
    #expect(stat.parent == 8318)
    #expect(!stat.isKernelThread)
    #expect(stat.userTicks == 11)
    #expect(stat.systemTicks == 22)
    #expect(stat.threads == 3)
    #expect(stat.start == 345_205)
    #expect(stat.guestTicks == 7)
  }

  @Test(arguments: ["CPU 0/KVM", "a) R 1 2 3", ") ", "((", "))", "(sd-pam)", "", " ", "a b c", "x\ny", "한글", ")\n("])
  func `a name may contain anything`(name: String) throws {
    let text = Captured.processStat.replacing("cat", with: name)
    let stat = try ProcessStat(Array(text.utf8).span)
    #expect(stat.comm == name)
    #expect(stat.parent == 8318)
    #expect(stat.start == 345_205)
  }

  @Test func `a thread of the kernel has its flag`() throws {
    let text = Captured.processStat.replacing(" 4194304 ", with: " 69238848 ")
    #expect(try ProcessStat(Array(text.utf8).span).isKernelThread)
  }

  @Test func `a process has its memory and user`() throws {
    let status = try ProcessStatus(Array(Captured.status.utf8).span)
    #expect(status.anon == 112 << 10)
    #expect(status.file == 1480 << 10)
    #expect(status.shared == 8 << 10)
    #expect(status.hugetlb == 4096 << 10)
    #expect(status.uid == 1000)
  }

  @Test func `a process without memory has none`() throws {
    let status = try ProcessStatus(Array("Name:\tkthreadd\nUid:\t0\t0\t0\t0\n".utf8).span)
    #expect(status.anon == nil)
    #expect(status.hugetlb == nil)
    #expect(status.uid == 0)
  }

  @Test func `the host's CPU time leaves idle, waiting and steal out`() throws {
    let ticks = try CpuTicks(Array(Captured.stat.utf8).span)
    #expect(ticks.busy == 234_422 + 4415 + 28306 + 0 + 457)
    #expect(ticks.steal == 629)
    #expect(ticks.guest == 15684 + 16)
  }

  @Test func `the host's memory is in bytes`() throws {
    let memory = try MemoryInfo(Array(Captured.meminfo.utf8).span)
    #expect(memory.total == 24_684_084 << 10)
    #expect(memory.available == 23_022_632 << 10)
    #expect(try MemoryInfo(Array("MemFree: 1 kB\n".utf8).span).total == nil)
  }

  @Test func `pressure is the two totals`() throws {
    let pressure = try Pressure(Array(Captured.pressure.utf8).span)
    #expect(pressure.some == 123_456)
    #expect(pressure.full == 789)
    let half = try Pressure(Array("some avg10=0.00 avg60=0.00 avg300=0.00 total=5\n".utf8).span)
    #expect(half.some == 5)
    #expect(half.full == nil)
  }

  @Test func `each interface has its own counters, and may have no blank after the colon`() throws {
    let interfaces = try NetworkInterface.list(Array(Captured.netDev.utf8).span)
    #expect(interfaces.map(\.name) == ["lo", "ifb0", "eth0", "eth1"])
    #expect(interfaces[2] == NetworkInterface(name: "eth0", received: 356_028_679, sent: 310_976))
    #expect(interfaces[3] == NetworkInterface(name: "eth1", received: 1000, sent: 24))
  }

  @Test func `device traffic is summed over devices, without discards and totals`() throws {
    let unified = try DeviceTraffic(ioStat: Array(Captured.ioStat.utf8).span)
    #expect(unified.read == 1_298_532)
    #expect(unified.written == 4096)
    let separate = try DeviceTraffic(blkio: Array(Captured.blkio.utf8).span)
    #expect(separate.read == 1_298_532)
    #expect(separate.written == 4100)
    let empty: [UInt8] = []
    let none = try DeviceTraffic(ioStat: empty.span)
    let nothing = try DeviceTraffic(blkio: empty.span)
    #expect(none == nothing)
  }

  @Test func `the share of memory, the traffic and the savings of a process are in bytes`() throws {
    #expect(try proportionalShare(smapsRollup: Array(Captured.smapsRollup.utf8).span) == 157 << 10)
    #expect(try residentPages(statm: Array("765 398 370 5 0 123 0\n".utf8).span) == 398)
    let io = try blockTraffic(processIO: Array(Captured.io.utf8).span)
    #expect(io.read == 4096)
    #expect(io.written == 8192)
    #expect(ksmProfit(ksmStat: Array(Captured.ksmStat.utf8).span) == 8128)
    #expect(ksmProfit(ksmStat: Array("ksm_process_profit -512\n".utf8).span) == 0)
    #expect(ksmProfit(ksmStat: Array("ksm_rmap_items 5\n".utf8).span) == nil)
  }

  @Test func `keys are whole words, in any order, and unknown ones are skipped`() throws {
    let table = KeyTable([(StaticKey("oom_kill"), 0, 1), (StaticKey("max"), 1, 1000), (StaticKey("none"), 2, 1)])
    var found: [Int: UInt64] = [:]
    try table.read(Array(Captured.memoryEvents.utf8).span) { found[$0] = $1 }
    #expect(found == [0: 2, 1: 12000])
  }

  @Test(
    arguments: [
      ("0", 0), ("18446744073709551615", UInt64.max), ("007", 7), ("12x", 12), ("5 6", 5),
    ] as [(String, UInt64)])
  func `a number ends where its digits end`(text: String, value: UInt64) throws {
    #expect(try number(text) == value)
  }

  @Test(arguments: [
    "18446744073709551616", "99999999999999999999", "184467440737095516150", String(repeating: "9", count: 400),
    "184467440737095516160000000000000000000000001",
  ])
  func `a number beyond 2^64 is an error`(text: String) {
    #expect(throws: FormatError.self) { try number(text) }
  }

  @Test(arguments: ["", "x", "-1", " 1", "\n", "+1", "\u{0661}"])
  func `what is no number is an error`(text: String) {
    #expect(throws: FormatError.self) { try number(text) }
  }

  @Test func `a limit may be max`() throws {
    let bytes = Array("max 100000\n".utf8)
    var cursor = Cursor()
    let (limit, period) = (try cursor.limit(bytes.span), try number(after: &cursor, bytes))
    #expect(limit == nil)
    #expect(period == 100_000)
  }

  private func number(_ text: String) throws -> UInt64 {
    var cursor = Cursor()
    return try cursor.number(Array(text.utf8).span)
  }

  private func number(after cursor: inout Cursor, _ bytes: [UInt8]) throws -> UInt64 {
    cursor.skipBlanks(bytes.span)
    return try cursor.number(bytes.span)
  }
}
