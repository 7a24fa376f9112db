import TareModel
import TestSupport
import Testing

@testable import TareExport

struct RowOrderTests {
  /// b is a VM; the memory of c is not known.
  private var frame: Frame {
    var started = makeWorkload("1", name: "a")
    started.startedAt = 5
    var vm = makeWorkload("2", name: "b", kind: .vm)
    vm.startedAt = 9
    let rows: [(workload: Workload, serial: UInt64, readings: [Metric: Reading])] = [
      (makeWorkload("3", name: "c"), 3, [.memoryCurrent: .missing(.noPermission), .processCount: .value(7)]),
      (started, 1, [.memoryCurrent: .value(50), .memoryInactiveFile: .value(0), .processCount: .value(7)]),
      (vm, 2, [.memoryCurrent: .value(90), .processCount: .value(1)]),
    ]
    return Frame(previous: nil, current: makeSample(rows))
  }

  private func names(_ order: String) throws -> [String] {
    try #require(RowOrder(named: order)).rows(frame).map { frame.current.workloads[$0].name }
  }

  @Test(arguments: [
    ("name", ["a", "b", "c"]), ("kind", ["a", "c", "b"]), ("runtime", ["a", "c", "b"]), ("memory", ["b", "a", "c"]),
    ("started", ["b", "a", "c"]), ("tasks", ["a", "c", "b"]), ("cpu", ["a", "b", "c"]),
    ("memory.working_set_bytes", ["a", "b", "c"]), ("processes.count", ["a", "c", "b"]),
  ])
  func `rows come greatest first, equal ones by name, missing ones last`(order: String, names: [String]) throws {
    #expect(try self.names(order) == names)
  }

  @Test(arguments: RowOrder.names)
  func `every name that is offered is an order of all rows`(name: String) throws {
    let order = try #require(RowOrder(named: name))
    #expect(order.rows(frame).sorted() == [0, 1, 2])
    #expect(order.rows(makeFrame(names: [])).isEmpty)
  }

  @Test(arguments: Figure.catalogue.map(\.name))
  func `rows can be sorted by every figure`(name: String) {
    #expect(RowOrder(named: name) != nil)
  }

  @Test(arguments: ["", "nothing", "CPU", "cpu.", "memory "])
  func `an order that is none is refused`(name: String) {
    #expect(RowOrder(named: name) == nil)
  }
}
