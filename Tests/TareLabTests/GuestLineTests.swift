import TareModel
import Testing

@testable import TareLab

struct GuestLineTests {
  private let line = "tare-service: guest kernel=6.1.0 total=157084 free=96404 available=100844 caches=11296"

  @Test func `the last whole line counts`() throws {
    let text = "tare-service: ready\r\n\(line)\r\ntare-service: guest total=200 free=100 available=150 caches=1\r\n"
    let memory = try #require(GuestReport(serial: text + "tare-service: guest total=9", at: 5)?.memory)
    #expect(memory.at == 5)
    #expect(memory.total == 200 << 10 && memory.free == 100 << 10)
    #expect(memory.available == 150 << 10 && memory.caches == 1 << 10)
  }

  @Test(arguments: [
    "", "tare-service: ready\n", "tare-service: guest total=1", "tare-service: guest kernel=x\n",
    "tare-service: guest total=-1\n", "tare-service: guest total=99999999999999999\n",
    "x tare-service: guest total=1\n",
  ])
  func `what is no such line tells nothing`(text: String) {
    #expect(GuestReport(serial: text, at: 5) == nil)
  }
}
