import TareModel
import Testing

struct RowKeyTests {
  @Test func `every name and every heading is there once`() {
    #expect(Set(RowKey.catalogue.map(\.name)).count == RowKey.catalogue.count)
    #expect(Set(RowKey.columns.map(\.field)).count == RowKey.columns.count)
    #expect(RowKey.catalogue.allSatisfy { !$0.title.isEmpty && !$0.help.isEmpty })
  }

  @Test func `a choice of columns has every figure once`() {
    let figures = RowKey.columns.compactMap(\.figure?.name)
    #expect(figures.sorted() == Figure.catalogue.map(\.name).sorted())
  }

  @Test func `columns are named in their order, blanks around commas do not matter, and none comes twice`() throws {
    let keys = try RowKey.list("cpu, memory.kernel_bytes ,label.app,cpu")
    #expect(keys.map(\.name) == ["cpu", "memory.kernel_bytes", "label.app"])
    #expect(keys.map(\.field) == ["cpu_usage_percent", "memory_kernel_bytes", "label_app"])
  }

  @Test(arguments: [
    ("cpuu", "did you mean 'cpu'?"), ("name,memroy", "did you mean 'memory'?"), ("xyzzy", "unknown column 'xyzzy'"),
    ("cpu.usage_precent", "did you mean 'cpu.usage_percent'?"), ("", "joined by commas"),
    ("cpu,,up", "joined by commas"),
    ("label.", "unknown column 'label.'"),
  ])
  func `a wrong name is answered with the nearest`(text: String, says: String) {
    let error = #expect(throws: UnknownColumn.self) { try RowKey.list(text) }
    #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
  }
}
