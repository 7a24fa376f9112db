import TareModel
import TestSupport
import Testing

@Suite struct FilterTests {
  /// web: a container of 100 MiB at 30 %, labelled; db: a VM of 2 GiB at 80 %; new: a container without a rate.
  private var frame: Frame {
    var web = makeWorkload("docker:1", name: "Shop-Web")
    web.image = "shop/web:2"
    web.labels = ["app": "shop"]
    web.startedAt = 1_700_000_000_000_000_000
    let db = makeWorkload("qemu:2", name: "db", kind: .vm)
    let new = makeWorkload("runc:3", name: "새것")
    func sample(_ second: UInt64, _ rows: [(Workload, UInt64, [Metric: Reading])]) -> Sample {
      makeSample(at: second, rows.map { (workload: $0.0, serial: $0.1, readings: $0.2) })
    }
    let before = sample(
      10,
      [(web, 1, [.cpuUsage: .value(0)]), (db, 2, [.cpuUsage: .value(0)])])
    let now = sample(
      11,
      [
        (
          web, 1,
          [.cpuUsage: .value(300_000_000), .memoryCurrent: .value(100 << 20), .memoryInactiveFile: .value(0)]
        ),
        (db, 2, [.cpuUsage: .value(800_000_000), .memoryCurrent: .value(2 << 30)]),
        (new, 3, [.cpuUsage: .value(5)]),
      ])
    return Frame(previous: before, current: now)
  }

  private func names(_ text: String) throws -> [String] {
    let (filter, frame) = (try Filter(text), frame)
    return frame.current.workloads.indices.filter { filter.matches(frame, $0) }.map { frame.current.workloads[$0].name }
  }

  @Test(arguments: [
    ("", ["Shop-Web", "db", "새것"]), ("kind=vm", ["db"]), ("kind=v", ["db"]), ("kind=c", ["Shop-Web", "새것"]),
    ("kind!=vm", ["Shop-Web", "새것"]), ("runtime=docker", ["Shop-Web", "새것"]), ("name~WEB", ["Shop-Web"]),
    ("web", ["Shop-Web"]), ("name=shop-web", ["Shop-Web"]), ("name!~web", ["db", "새것"]), ("새", ["새것"]),
    ("image~shop", ["Shop-Web"]), ("image!=x", ["Shop-Web"]), ("label.app=shop", ["Shop-Web"]),
    ("cpu>30", ["db"]), ("cpu>=30", ["Shop-Web", "db"]), ("cpu<50%", ["Shop-Web"]), ("cpu<=80", ["Shop-Web", "db"]),
    ("cpu!=80", ["Shop-Web"]), ("cpu=80", ["db"]), ("memory>1GiB", ["db"]), ("memory>1G", ["db"]),
    ("memory<=100MiB", ["Shop-Web"]), ("memory<104857.6kB", []), ("memory<104857.7kB", ["Shop-Web"]),
    ("memory.current_bytes > 1 GiB", ["db"]), ("started>2023-11-14T22:13:19Z", ["Shop-Web"]),
    ("started<2023-11-14T22:13:19Z", []), ("up>9s", ["Shop-Web"]), ("up>1h", []), ("id=\"docker:1\"", ["Shop-Web"]),
    ("kind=c , cpu>1", ["Shop-Web"]), ("kind=vm,kind=container", []), ("name=\"a,b\"", []),
  ])
  func `terms choose workloads`(text: String, expected: [String]) throws { #expect(try names(text) == expected) }

  @Test(arguments: [
    ("kidn=vm", 1, "did you mean 'kind'"), ("cpu>50,memroy>1", 2, "did you mean 'memory'"), ("cpu>", 1, "a value"),
    ("cpu>fast", 1, "a number such as 50"), ("memory>1foo", 1, "512MiB"), ("name>5", 1, "is a text"),
    ("cpu~5", 1, "is a number"), ("kind=x", 1, "container, pod, vm or user"), ("a,,b", 2, "nothing"),
    ("a,\"b", 2, "quote"),
    ("up>5x", 1, "200ms"), ("started>5", 1, "2026-11-23T18:51:16Z"), ("started~5", 1, "is a time"), (",", 1, "nothing"),
  ])
  func `what is wrong is said with its place`(text: String, term: Int, says: String) {
    let error = #expect(throws: FilterError.self) { try Filter(text) }
    #expect(error?.term == term)
    #expect(error?.message.contains(says) == true, "\(error?.message ?? "")")
  }

  @Test func `no text makes it fall`() {
    var random = SplitMix(seed: 7)
    let pieces = [
      "kind", "=", "!", "~", ">", "<", ",", "\"", "cpu", "memory", "1", ".", "GiB", " ", "%", "새", "\u{301}", "-",
    ]
    let frame = frame
    for _ in 0..<2000 {
      let text = (0..<Int(random.next() % 9)).map { _ in pieces[Int(random.next() % UInt64(pieces.count))] }.joined()
      if let filter = try? Filter(text) { _ = frame.current.workloads.indices.filter { filter.matches(frame, $0) } }
    }
  }

  @Test(arguments: hostileNames) func `a name finds itself`(name: String) {
    #expect(Filter.contains(name, name.lowercased()))
    #expect(!Filter.contains(name, name.lowercased() + "x"))
  }

  @Test(arguments: [
    ("kidn", "kind"), ("Memory", "memory"), ("cpu.usage_precent", "cpu.usage_percent"), ("zzzzzz", nil), ("", nil),
    ("lmiit", "limit"),
  ])
  func `the nearest name is the one that was meant`(word: String, expected: String?) {
    #expect(Nearest.name(to: word, in: RowKey.catalogue.map(\.name)) == expected)
  }
}
