import TareModel
import Testing

@testable import TareGuests

@Suite struct GuestStartTests {
  /// Read in a guest with Linux 6.1 whose first program, by its serial line, began 1.21 s after its kernel.
  private static let log = """
    6,341,1210653,-;x86/mm: Checked W+X mappings: passed, no W+X pages found.
    6,342,1210859,-;Run /init as init process
    7,343,1210870,-;  with arguments:

    """
  private static let stat =
    "1 (init) S 0 0 0 0 -1 4194560 131 844 0 0 0 54 2 20 20 0 1 0 28 2314240 400 18446744073709551615 4198400"

  @Test func `the kernel's log tells when the first program began`() throws {
    let start = try #require(GuestStart(log: Array(Self.log.utf8)))
    #expect(start.isExact && start.lo == 1_110_859_000 && start.hi == 1_310_859_000)
    let again = Self.log + "6,900,99000000,-;Run /sbin/init as init process\n"
    #expect(GuestStart(log: Array(again.utf8)) == start)
  }

  @Test(arguments: [
    "", "\n", ";Run /init", "6,1,x,-;Run /init", "6,1,99999999999999999999,-;Run /init", "6,1;Run /init",
    "4,1,5,-;a program said: Run /init", "6,1,1210859,-;Freeing unused kernel image",
  ]) func `a log without it tells nothing`(text: String) {
    #expect(GuestStart(log: Array(text.utf8)) == nil)
  }

  @Test func `without the log the first process and its first child bracket it`() {
    let child = "92 (a) b) R 1 (x) S 1 92 92 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 1 0 141 0 0"
    let start = GuestStart(first: Array(Self.stat.utf8), child: Array(child.utf8))
    #expect(start?.isExact == false && start?.lo == 280_000_000 && start?.hi == 1_420_000_000)
    #expect(GuestStart(first: Array(child.utf8), child: Array(Self.stat.utf8)) == nil)
    #expect(GuestStart(first: [], child: Array(child.utf8)) == nil)
  }

  @Test func `uptime is read to the hundredth`() {
    #expect(GuestStart.uptime(Array("123.18 120.30\n".utf8)) == 123_180_000_000)
    for text in ["", "x", "1", "1.2 3", "1.234 5", "-1.20 3", "99999999999999999999.00 1"] {
      #expect(GuestStart.uptime(Array(text.utf8)) == nil, "\(text)")
    }
  }

  @Test func `the host's instant is counted back, with all that may lie between`() {
    let second: UInt64 = 1_000_000_000
    let now = 1_795_561_930 * second
    var findings = GuestAgent.Findings(
      start: GuestStart(log: Array(Self.log.utf8))!, uptime: 100 * second, asked: now...(now + 4_000_000),
      guestTime: now)
    // It was 100.00 to 100.01 s old then.
    let truth = now - 100 * second + 1_210_859_000
    #expect(findings.mark.lo! <= truth - 100_000_000 && findings.mark.lo! > truth - 130_000_000)
    #expect(findings.mark.hi! >= truth + 104_000_000 && findings.mark.hi! < truth + 130_000_000)
    #expect(findings.mark.label == .reported && findings.mark.clock == .boottime)
    // A guest that was stopped for a minute does not know it; its clock does.
    findings.guestTime = now - 60 * second
    #expect(findings.mark.label == .inferred)
    findings.guestTime = nil
    #expect(findings.mark.label == .inferred)
  }
}
