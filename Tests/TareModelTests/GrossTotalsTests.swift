import TareModel
import TestSupport
import Testing

struct GrossTotalsTests {
  @Test func `with the caches that workloads could give back the parts make the whole`() {
    let totals = GrossTotals(memoryUsed: .integer(600), gross: 250, caches: 50)
    #expect(totals.used == .number(650))
    #expect(totals.rest == .number(400))
    #expect(totals.hasCaches)
  }

  @Test func `caches of less than a hundredth need no words`() {
    #expect(!GrossTotals(memoryUsed: .integer(1000), gross: 250, caches: 10).hasCaches)
    #expect(GrossTotals(memoryUsed: .integer(1000), gross: 250, caches: 11).hasCaches)
    #expect(!GrossTotals(memoryUsed: .integer(0), gross: 0, caches: 0).hasCaches)
  }

  @Test func `workloads that weigh more than the host says are the whole, and nothing is left`() {
    let totals = GrossTotals(memoryUsed: .integer(100), gross: 130, caches: 10)
    #expect(totals.used == .number(130))
    #expect(totals.rest == .number(0))
  }

  @Test func `without the host's own figure there is none`() {
    let totals = GrossTotals(memoryUsed: .missing(.noPermission), gross: 130, caches: 10)
    #expect(totals.used == .missing(.noPermission) && totals.rest == .missing(.noPermission))
  }

  @Test func `a container's cache is its charge less its working set, and a machine has none`() {
    let readings: [Metric: Reading] = [.memoryCurrent: .value(100), .memoryInactiveFile: .value(30)]
    let frame = Frame(
      previous: nil,
      current: makeSample([
        (makeWorkload("a"), 1, readings), (makeWorkload("v", kind: .vm), 2, readings),
        (makeWorkload("b"), 3, [.memoryCurrent: .value(10), .memoryInactiveFile: .value(30)]),
        (makeWorkload("c"), 4, [.memoryCurrent: .missing(.noPermission)]),
      ]))
    #expect((0..<4).map { frame.reclaimableCache(row: $0) } == [30, 0, 0, 0])
  }
}
