import TareModel
import TestSupport
import Testing

@testable import TareExport

/// Net and tare in what is written.
struct WeightExportTests {
  /// A container with a helper, a machine that nobody looks into, and a container of which nothing is known.
  private var frame: Frame {
    var machine = makeWorkload("v", kind: .vm)
    machine.boot[.requested] = mark(0)
    machine.boot[.userspace] = mark(2_640_000_000)
    let known: [Metric: Reading] = [
      .memoryCurrent: .value(1000), .memoryAnon: .value(600), .memoryHelpers: .value(100),
      .memoryInactiveFile: .value(0),
    ]
    let unopened: [Metric: Reading] = [
      .memoryCurrent: .value(7000), .memoryVmm: .value(400), .memoryGuestResident: .value(6600),
      .memoryGuestTotal: .missing(.noGuestAgent),
    ]
    return Frame(
      previous: nil,
      current: makeSample([
        (makeWorkload("a"), 1, known), (machine, 2, unopened),
        (makeWorkload("b"), 3, [.memoryCurrent: .missing(.noController)]),
      ]))
  }

  private func mark(_ after: UInt64) -> BootTimeline.Mark {
    let at = 1_700_000_000_000_000_000 + after
    return BootTimeline.Mark(at: at, lo: at, hi: at, clock: .realtime, label: .reported, source: "test")
  }

  private func json() throws -> JSONValue { try JSONValue(parsing: JSONExporter().text(frame, order: [0, 1, 2])) }

  @Test func `a container's weight is written with shares that add up to it`() throws {
    let weight = try json()["workloads"].array[0]["tare"]["memory"]
    #expect(weight["gross_bytes"] == .number(1100) && weight["net_bytes"] == .number(1000))
    #expect(weight["tare_bytes"] == .number(100) && weight["label"] == .string("measured"))
    let shares = weight["shares"].array
    #expect(shares.map { $0["part"].string } == ["anonymous", "other", "helpers"])
    #expect(shares.map { $0["side"].string } == ["net", "net", "tare"])
    #expect(shares.compactMap { $0["bytes"].number }.reduce(0, +) == 1100)
  }

  @Test func `what cannot be told apart is null, has its reason, and has bounds beside it`() throws {
    let workload = try json()["workloads"].array[1]
    let weight = workload["tare"]["memory"]
    #expect(weight["gross_bytes"] == .number(7000))
    #expect(weight["net_bytes"] == .null && weight["tare_bytes"] == .null)
    #expect(weight["tare_at_least_bytes"] == .number(400) && weight["net_at_most_bytes"] == .number(6600))
    #expect(weight["label"] == .string("unknown"))
    #expect(workload["unavailable"]["tare.memory.net_bytes"] == .string("no-guest-agent"))
    #expect(workload["unavailable"]["tare.memory.tare_bytes"] == .string("no-guest-agent"))
    #expect(workload["unavailable"]["tare.memory.gross_bytes"] == .null)
    #expect(workload["tare"]["boot"]["tare_seconds"] == .number(2.64))
    #expect(workload["tare"]["boot"]["bound"] == .string("exact"))
    #expect(workload["tare"]["boot"]["label"] == .string("reported"))
    let unknown = try json()["workloads"].array[2]
    #expect(unknown["unavailable"]["tare.memory.tare_at_least_bytes"] == .string("no-controller"))
    #expect(unknown["unavailable"]["tare.cpu.gross_percent"] != .null)
    #expect(unknown["unavailable"]["tare.boot.tare_seconds"] == .string("not-reported"))
  }

  @Test func `the host has what the boxes of each kind weigh, and none of what is not known`() throws {
    let boxes = try json()["host"]["box_weighs"]
    #expect(boxes["containers"]["count"] == .number(2) && boxes["containers"]["gross_bytes"] == .number(1100))
    #expect(boxes["containers"]["tare_bytes"] == .number(100) && boxes["containers"]["at_least"] == .bool(true))
    #expect(boxes["vms"]["tare_bytes"] == .number(400) && boxes["vms"]["at_least"] == .bool(true))
    let sample = makeSample([(makeWorkload("b"), 1, [.memoryCurrent: .missing(.noController)])])
    let text = JSONExporter().text(Frame(previous: nil, current: sample), order: [0])
    let host = try JSONValue(parsing: text)["host"]
    #expect(host["box_weighs"]["containers"]["gross_bytes"] == .null)
    #expect(host["unavailable"]["box_weighs.containers.tare_bytes"] == .string("no-controller"))
    #expect(host["box_weighs"]["vms"]["gross_bytes"] == .number(0), "there is none, which is known")
  }

  @Test func `a weight in CSV has its bound beside it, chosen or not`() throws {
    func rows(_ columns: String?) throws -> [[String]] {
      let exporter = CSVExporter().with(ExportChoice(columns: try columns.map { try RowKey.list($0) }))
      return (exporter.head + exporter.text(frame, order: [0, 1, 2])).split(separator: "\r\n").map {
        $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      }
    }
    let chosen = try rows("gross,net,tare")
    #expect(
      chosen[0].dropFirst() == ["gross_bytes", "gross_bound", "net_bytes", "net_bound", "tare_bytes", "tare_bound"])
    #expect(chosen[1].dropFirst() == ["1100", "exact", "1000", "exact", "100", "exact"])
    #expect(chosen[2].dropFirst() == ["7000", "exact", "6600", "at-most", "400", "at-least"])
    #expect(chosen[3].dropFirst() == ["", "", "", "", "", ""])
    let whole = try rows(nil)
    for (name, text) in [
      ("tare_memory_gross_bytes", "7000"), ("tare_memory_net_bytes", ""), ("tare_memory_tare_at_least_bytes", "400"),
      ("tare_memory_net_at_most_bytes", "6600"), ("tare_memory_label", "unknown"), ("tare_cpu_label", "unknown"),
    ] {
      let place = try #require(whole[0].firstIndex(of: name), "\(name)")
      #expect(whole[2][place] == text, "\(name)")
    }
  }

  @Test func `the wide table has net and tare, bounds with their sign`() {
    let lines = TableExporter().with(ExportChoice(isWide: true)).text(frame, order: [0, 1, 2]).split(separator: "\n")
    #expect(lines[1].contains("  GROSS ") && lines[1].contains("  NET ") && lines[1].contains("  TARE "))
    #expect(lines.contains { $0.hasPrefix("C a ") && $0.contains(" 1000 B ") && $0.contains(" 100 B ") })
    #expect(lines.contains { $0.hasPrefix("V v ") && $0.contains("≤6.4 KiB") && $0.contains("≥400 B") })
  }

  @Test func `by tare a machine stands with what is known of it, and what is unknown last`() throws {
    #expect(try #require(RowOrder(named: "tare")).rows(frame) == [1, 0, 2])
    #expect(try #require(RowOrder(named: "tare", isInverted: true)).rows(frame) == [0, 1, 2])
  }
}
